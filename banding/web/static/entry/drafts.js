/* Drafts: whatever is typed into a form is on the device at once, and comes back after any end of the page. */

import { alone, alter, freshKey, keepForGood, put, remove } from "./device.js";

const NEVER = new Set(["csrf_token"]);
const LIVING = "banding.tab.";
const watched = new WeakMap();

/** The texts of a form by the names of its controls; a tick that is not set is not there. */
export function fieldsOf(form) {
  const texts = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NEVER.has(name));
  return Object.fromEntries(texts);
}

/**
 * The names of the controls in which something was typed since the page came, before any script could listen. After
 * Back the browser itself fills in what stood there: nobody has typed that here.
 */
export function touched(form) {
  const [came] = performance.getEntriesByType("navigation");
  if (came?.type !== "navigate") return new Set();
  return new Set([...form.elements].filter(isTouched).map(({ name }) => name));
}

function isTouched(control) {
  if (!control.name || ["hidden", "file", "submit", "button"].includes(control.type)) return false;
  if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
  if (control.tagName !== "SELECT") return control.value !== control.defaultValue;
  const usual = [...control.options].findIndex((one) => one.defaultSelected);
  return control.selectedIndex !== Math.max(usual, 0);
}

/** The texts of a draft under what stands in some controls of a form now, by their names. */
export function under(form, fields, names) {
  const now = fieldsOf(form);
  const rest = Object.entries(fields).filter(([name]) => !names.has(name));
  return { ...Object.fromEntries(rest), ...Object.fromEntries([...names].filter((name) => name in now).map((name) => [name, now[name]])) };
}

/** Put texts back into a form; controls that the draft does not name are emptied. Gives the names with no control. */
export function fill(form, fields) {
  const homeless = new Set(Object.keys(fields));
  for (const control of form.elements) {
    if (!control.name || NEVER.has(control.name) || control.type === "file" || control.tagName === "BUTTON") continue;
    homeless.delete(control.name);
    const text = fields[control.name] ?? "";
    if (control.type === "checkbox") control.checked = control.name in fields;
    else if (control.type === "radio") control.checked = control.value === text;
    else if (control.type !== "hidden" || control.name in fields) setText(control, text);
  }
  return [...homeless];
}

/** Keep everything typed into a form from now on, under a key such as "banding/SESSION"; gives a deed that ends it. */
export function watch(form, key) {
  watched.get(form)?.();
  const begin = () => save(form, key);
  form.addEventListener("input", begin);
  form.addEventListener("change", begin);
  keepForGood();
  const end = () => {
    form.removeEventListener("input", begin);
    form.removeEventListener("change", begin);
  };
  watched.set(form, end);
  return end;
}

/** Keep a form as it stands now; resolves when it is on the disk. What is begun first is there first. */
export function save(form, key) {
  const typed = { of: key, fields: fieldsOf(form), at: new Date().toISOString() };
  const write = () => put("drafts", { ...typed, key: rowKey(key), tab: name });
  return settled ? write() : lived.then(write);
}

/**
 * What was typed under a key and not saved: {fields, at}, or null. First that of this tab, else the latest of a tab
 * that is closed; that of another open tab stays with it.
 */
export async function restore(key) {
  await lived;
  const living = await livingTabs();
  const found = await alter("drafts", (rows, { drafts }) => {
    const mine = rows.filter((row) => row.of === key && (row.tab === name || !living.has(row.tab)));
    mine.sort((one, other) => (other.tab === name) - (one.tab === name) || (one.at < other.at ? 1 : -1));
    if (!mine.length) return null;
    drafts.delete(mine[0].key);
    drafts.put({ ...mine[0], key: rowKey(key), tab: name });
    return mine[0];
  });
  return found && { fields: found.fields, at: found.at };
}

/** Take a draft away. Where it goes into the queue, name it there instead: both happen in one transaction. */
export function drop(key) {
  return remove("drafts", rowKey(key));
}

/** The key of the row of this tab, as the queue must know it. */
export function rowKey(key) {
  return `${key}|${name}`;
}

function setText(control, text) {
  if (control.tagName === "SELECT" && text && ![...control.options].some((one) => one.value === text)) {
    control.add(new Option(text, text));
  }
  control.value = text;
}

// -- which tab this is -------------------------------------------------------------------------------------

const TRIES = 10;
const ANSWERS = 30;
let name = sessionStorage.getItem("banding.tab") || freshKey();
let settled = false;
const channel = new BroadcastChannel("banding.tabs");
channel.onmessage = ({ data }) => {
  if (!data.ask) return;
  channel.postMessage({ living: name });
  if (settled) register();
};
const lived = live();

/** Be a tab of one's own: a tab that was doubled begins with the name of the other. */
async function live() {
  // After a reload the page before may hold the name for a moment more.
  for (let turn = 0; (await livingTabs()).has(name); turn += 1) {
    if (turn === TRIES) name = freshKey();
    await pause(100);
  }
  sessionStorage.setItem("banding.tab", name);
  // Held as long as the page lives, however it ends.
  if (navigator.locks) await new Promise((held) => { alone(LIVING + name, () => new Promise(() => held())); });
  settled = true;
  register();
  addEventListener("pageshow", register);
  addEventListener("pagehide", () => localStorage.removeItem(LIVING + name));
}

/** Where the browser has no locks, be on the list of those whose answer another tab waits for. */
function register() {
  if (!navigator.locks) localStorage.setItem(LIVING + name, "");
}

async function livingTabs() {
  if (navigator.locks) {
    const { held } = await navigator.locks.query();
    return new Set(held.filter((one) => one.name.startsWith(LIVING)).map((one) => one.name.slice(LIVING.length)));
  }
  const living = new Set();
  const silent = new Set(Object.keys(localStorage).filter((key) => key.startsWith(LIVING)).map((key) => key.slice(LIVING.length)));
  // The page hears itself too.
  silent.delete(name);
  const ear = new BroadcastChannel("banding.tabs");
  ear.onmessage = ({ data }) => { if (data.living && silent.delete(data.living)) living.add(data.living); };
  ear.postMessage({ ask: true });
  for (let turn = 0; silent.size && turn < ANSWERS; turn += 1) await pause(100);
  ear.close();
  // Whoever is silent for so long was killed, and is not waited for again unless it answers after all.
  for (const gone of silent) localStorage.removeItem(LIVING + gone);
  return living;
}

function pause(milliseconds) {
  return new Promise((over) => { setTimeout(over, milliseconds); });
}
