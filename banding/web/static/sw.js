/* The service worker: keeps the frame, the entry pages as last seen in each language, and nothing else. */

const { version, files, pages, languages } = self.BANDING;
const FILES = `files ${version}`;
const PAGES = "pages";
const SHORT = 4000;
const FRESH = 10 * 60 * 1000;
const WISH = "X-Page-Language";
const AWAY = "/offline";
// Pages that came from here: their files come from here too, and nobody waits for each of them.
const shelved = new Set();
let epoch = 0;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data.warm) event.waitUntil(warm(event.data.warm));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode !== "navigate") {
    if (request.method === "GET" && files.includes(pathname)) event.respondWith(file(event, pathname));
  } else if (request.method === "GET") event.respondWith(page(event, pathname));
  else if (pages.includes(pathname) || ["/language", "/login", "/logout"].includes(pathname) || pathname.startsWith("/first/")) {
    event.respondWith(posted(event, pathname));
  }
});

async function install() {
  const cache = await caches.open(FILES);
  await cache.addAll(files.map((path) => new Request(path, { cache: "reload" })));
  for (const language of languages) {
    // Without the log-in, so that nobody's name stands on the page.
    const answer = await fetch(AWAY, { headers: { [WISH]: language }, credentials: "omit", cache: "reload" });
    if (answer.ok) await cache.put(shelf(AWAY, language), answer);
  }
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("files ") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// -- pages -------------------------------------------------------------------------------------------------

async function page(event, path) {
  const kept = pages.includes(path) ? await fromShelf(PAGES, path) : null;
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => seen(event.request, path, answer.clone())).catch(() => {}));
  try {
    const answer = await (kept ? within(SHORT, asked) : asked);
    if (!kept || answer.status < 500) return answer;
  } catch {
    // The line is gone: what was seen last stands in.
  }
  const stand = kept ?? await fromShelf(FILES, AWAY);
  if (!stand) return Response.error();
  shelved.add(event.resultingClientId);
  return stand;
}

/** Keep an entry page as it was last seen; one with a wish in its address says something of that wish only. */
async function seen(request, path, answer) {
  const language = answer.headers.get("Content-Language");
  const whole = pages.includes(path) && !new URL(request.url).search;
  if (!whole || !answer.ok || answer.redirected || !languages.includes(language)) return;
  const cache = await caches.open(PAGES);
  await cache.put(shelf(path, language), answer);
  await cache.put("/language", new Response(language));
}

/** A form that was sent: a log-in or log-out empties the shelf; without a line another language still comes. */
async function posted(event, path) {
  const copy = event.request.clone();
  try {
    const answer = await fetch(event.request);
    if (path === "/logout" || (path !== "/language" && !pages.includes(path) && (answer.ok || answer.type === "opaqueredirect"))) {
      epoch += 1;
      await caches.delete(PAGES);
    }
    return answer;
  } catch {
    const form = await copy.formData();
    const language = form.get("language");
    if (languages.includes(language)) await (await caches.open(PAGES)).put("/language", new Response(language));
    const back = pages.includes(path) ? path : form.get("next") ?? "";
    return Response.redirect(new URL(pages.includes(back) ? back : AWAY, location.origin).href, 303);
  }
}

/** Fetch every entry page in every language, unless that was done lately for the same person and session. */
async function warm(wish) {
  await mend();
  const begun = epoch;
  const cache = await caches.open(PAGES);
  const told = await (await cache.match("/stamp"))?.json();
  const same = told && told.version === version && told.account === wish.account;
  const session = wish.session ?? (same ? told.session : "");
  if (same && told.session === session && Date.now() - told.at < FRESH) return;
  for (const path of pages) {
    for (const language of languages) {
      const answer = await fetch(path, { headers: { [WISH]: language }, redirect: "error" }).catch(() => null);
      if (!answer?.ok || begun !== epoch) return;
      await cache.put(shelf(path, language), answer);
    }
  }
  const stamp = { version, account: wish.account, session, at: Date.now() };
  await cache.put("/stamp", new Response(JSON.stringify(stamp)));
}

/** A browser that was killed may have lost a file that it had not written down yet. */
async function mend() {
  const cache = await caches.open(FILES);
  const there = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll(files.filter((path) => !there.has(path))).catch(() => {});
}

async function fromShelf(name, path) {
  const said = await caches.match("/language", { cacheName: PAGES });
  const wanted = said ? await said.text() : navigator.language.slice(0, 2);
  for (const language of [wanted, ...languages]) {
    const kept = await caches.match(shelf(path, language), { cacheName: name });
    if (kept) return kept;
  }
  return null;
}

function shelf(path, language) {
  return `${path}?language=${language}`;
}

// -- files -------------------------------------------------------------------------------------------------

async function file(event, path) {
  const kept = await caches.match(path, { cacheName: FILES });
  if (kept && shelved.has(event.clientId)) return kept;
  try {
    return await (kept ? within(SHORT, fetch(event.request)) : fetch(event.request));
  } catch (trouble) {
    if (kept) return kept;
    throw trouble;
  }
}

function within(milliseconds, promise) {
  return new Promise((resolve, reject) => {
    const alarm = setTimeout(() => reject(new Error("no answer")), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(alarm));
  });
}
