// The public form: solves its puzzle while a person types, and stays with all that is typed until the node has answered.

import { forget, keep, restore } from "./kept.js";
import { locating, photosOf } from "./hand.js";

const SOONEST = 15_000, LATEST = 300_000, PATIENCE = 60_000, SLOWEST = 4;
let form, send, proof, worker;
// What was sent and has no answer yet, whether it is under way at this moment, and when it is tried again.
let held = null, busy = false, wait = SOONEST, later = 0;

// -- the page -----------------------------------------------------------------------------------------------

/** Make a form ready: the one the page came with, or one that came as an answer. */
function open() {
  [form, send, proof] = ["find", "send", "proof"].map((id) => document.getElementById(id));
  send.dataset.label = send.textContent;
  restore(form);
  form.addEventListener("submit", press);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("change", () => keep(form));
  photosOf(document.getElementById("photos"));
  locating();
  solve();
}

/** Show another page in the place of this one; photos that were chosen stay so. */
async function turn(page, language) {
  const photos = document.getElementById("photos").files;
  const outbox = document.getElementById("outbox");
  page.getElementById("outbox")?.replaceWith(outbox);
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceWith(document.adoptNode(page.body));
  if (!document.getElementById("photos-wrong")) {
    document.getElementById("photos").files = photos;
    document.getElementById("photos-again")?.remove();
  }
  open();
  keep(form);
  window.scrollTo(0, 0);
  document.querySelector(language ? `.language [value=${language}]` : "#main").focus();
  const { boxes } = await import("../map/map.js");
  boxes();
}

// -- the puzzle ---------------------------------------------------------------------------------------------

function solve() {
  worker?.terminate();
  if (proof.value) return;
  worker = new Worker(form.dataset.solver);
  // Without a worker the report still goes, the slower way.
  worker.onerror = () => solved("");
  worker.onmessage = (event) => solved(event.data);
  worker.postMessage({ challenge: form.dataset.challenge, bits: Number(form.dataset.bits) });
}

function solved(number) {
  proof.value = number;
  worker = null;
  if (send.dataset.meant) go(new FormData(form));
}

// -- sending ------------------------------------------------------------------------------------------------

function press(event) {
  event.preventDefault();
  const language = event.submitter?.name === "language" ? event.submitter.value : "";
  if (busy || (send.dataset.meant && !held && !language)) return;
  const told = new FormData(form);
  if (language) {
    told.set("language", language);
    go(told, language);
    return;
  }
  send.dataset.meant = "yes";
  send.textContent = send.dataset.wait;
  if (!worker) go(new FormData(form));
}

async function go(told, language = "") {
  clearTimeout(later);
  busy = true;
  held = language ? held : told;
  const answer = await answered(told);
  busy = false;
  if (!answer) return cut(language);
  if (answer.taken) {
    forget();
    location.assign(answer.taken);
    return undefined;
  }
  rest();
  if (answer.page.getElementById("find")) return turn(answer.page, language);
  return say(words(answer.page));
}

/** What a page of an error says. */
function words(page) {
  const said = Array.from(page.querySelectorAll("#main > h1, #main > h1 ~ p")).filter((one) => !one.querySelector("a"));
  return said.map((one) => one.textContent.trim()).join(" · ");
}

/** The page that a report leads to, or the one that came instead; null where no answer of the node came. */
async function answered(told) {
  const bytes = told.getAll("photos").reduce((sum, file) => sum + file.size, 0);
  const signal = AbortSignal.timeout?.(PATIENCE + bytes / SLOWEST);
  try {
    const answer = await fetch(form.action, { method: "POST", body: told, signal });
    if (answer.redirected && answer.ok) return { taken: answer.url };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("main") ? { page } : null;
  } catch {
    return null;
  }
}

/** Without an answer the page says so, and what was pressed once is sent again by itself. */
function cut(language) {
  const last = held;
  rest();
  say(document.getElementById("stopped").dataset[language ? "away" : "cut"]);
  if (!last || language) return;
  held = last;
  later = setTimeout(() => go(last), wait);
  wait = Math.min(2 * wait, LATEST);
}

function rest() {
  held = null;
  delete send.dataset.meant;
  send.textContent = send.dataset.label;
}

function say(text) {
  const box = document.getElementById("stopped");
  box.textContent = text || box.dataset.away;
  box.hidden = false;
  box.scrollIntoView({ block: "center" });
}

window.addEventListener("online", () => held && !busy && go(held));
// Coming back by the Back button, the page must be able to send again, with all that was typed.
window.addEventListener("pageshow", (event) => event.persisted && rest());

if (window.Worker) open();
else {
  photosOf(document.getElementById("photos"));
  locating();
}
