/* A form that would be sent into nothing stays where it is, with a word, instead of the browser's own page of an error. */

const PATIENCE = 4000;
const passed = new WeakSet();
let asking = false;

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const isLanguage = submitter?.name === "language";
  if (event.defaultPrevented || passed.delete(form) || !(isLanguage || form.matches("#entry, #session"))) return;
  event.preventDefault();
  if (!asking) send(form, submitter, isLanguage ? submitter.value : "");
});

async function send(form, submitter, language) {
  asking = true;
  const is = (await answers()) || (await isShelved(language));
  asking = false;
  const said = document.getElementById("stay");
  said.hidden = is;
  if (!is) return said.scrollIntoView({ block: "nearest" });
  passed.add(form);
  return form.requestSubmit(submitter);
}

function answers() {
  const asked = fetch("/offline", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  return asked.then(({ status }) => status < 500, () => false);
}

/** Whether this page lies on the device in a language, so that it comes without a line. */
async function isShelved(language) {
  if (!language || !navigator.serviceWorker?.controller) return false;
  return Boolean(await caches.match(`${location.pathname}?language=${language}`, { cacheName: "pages" }).catch(() => null));
}
