// Photos of the bird in the form: kept on the device at once, sent by themselves when its record is on the node.

import { all, alone, alter, freshKey, owner } from "./device.js";
import { token } from "./line.js";
import { onChange } from "./queue.js";
import { say } from "./words.js";

const LARGEST = 20 * 1024 * 1024;
const OLDEST = 60 * 24 * 3600 * 1000;
const PATIENCE = 300_000;
const me = owner();

/** Let photos be chosen in this form; what waits from before is sent on the way. */
export function init(form) {
  const box = form.querySelector(".photobox");
  if (!box || !form.elements.submission || !me) return;
  box.hidden = false;
  const state = { form, box, shown: "" };
  box.querySelector("input[type=file]").addEventListener("change", (event) => chosen(state, event.target));
  box.addEventListener("change", (event) => ticked(event.target));
  box.addEventListener("click", (event) => drop(state, event.target.closest("li button")));
  onChange(async (entries) => {
    await settle(entries);
    await draw(state);
    if (await send()) await draw(state);
  });
  // A new bird in the form begins with no photos: what was chosen belongs to the one before.
  for (const said of ["input", "change", "entry:filled"]) form.addEventListener(said, () => follow(state));
}

// -- what is chosen -----------------------------------------------------------------------------------------

async function chosen(state, input) {
  const told = [];
  for (const file of input.files) {
    const why = await trouble(file);
    if (why) told.push(`${file.name}: ${why}`);
    else await keep(state, file);
  }
  input.value = "";
  state.box.querySelector(".told").textContent = told.join(" ");
  await draw(state);
}

/** The same words that the node would say, before a megabyte is sent. */
async function trouble(file) {
  const start = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const letters = String.fromCharCode(...start);
  if (letters.slice(4, 8) === "ftyp") return say("photo-heic");
  if (!letters.startsWith("\xff\xd8\xff") && !letters.startsWith("\x89PNG")) return say("photo-kind");
  return file.size > LARGEST ? say("photo-large") : "";
}

function keep(state, file) {
  const entry = state.form.elements.submission.value;
  const row = { key: freshKey(), entry, name: file.name, body: file, at: Date.now(), people: false, place: false, record: "" };
  return alter("photos", (_rows, { photos }) => { photos.put(row); });
}

function ticked(box) {
  const [part, key] = [box.dataset.tick, box.closest("li")?.dataset.key];
  if (part && key) change(key, { [part]: box.checked });
}

function change(key, said) {
  return alter("photos", (rows, { photos }) => {
    const row = rows.find((one) => one.key === key);
    if (row) photos.put({ ...row, ...said });
  });
}

async function drop(state, button) {
  if (!button) return;
  const { key } = button.closest("li").dataset;
  await alter("photos", (_rows, { photos }) => { photos.delete(key); });
  await draw(state);
  state.box.querySelector("input[type=file]").focus();
}

// -- what goes to the node ----------------------------------------------------------------------------------

/** Write down which records the photos belong to as soon as it is known: the entries themselves leave the list. */
function settle(entries) {
  const records = new Map(entries.filter((one) => one.state === "node" && one.answer?.id).map((one) => [one.key, one.answer.id]));
  return alter("photos", (rows, { photos }) => {
    for (const row of rows) {
      if (Date.now() - row.at > OLDEST) photos.delete(row.key);
      else if (!row.record && records.has(row.entry)) photos.put({ ...row, record: records.get(row.entry) });
    }
  });
}

let underWay = false;

/** Send what can go; whether anything changed. */
async function send() {
  const ready = (await all("photos")).filter((row) => row.record && !row.trouble);
  if (!ready.length || underWay) return false;
  underWay = true;
  try {
    const ticket = await token(me);
    if (!ticket.token) return false;
    await alone("banding.photos", async () => {
      for (const row of ready) await post(row.key, ticket.token);
    });
    return true;
  } finally {
    underWay = false;
  }
}

async function post(key, ticket) {
  // Read anew: another tab may have sent it meanwhile.
  const row = (await all("photos")).find((one) => one.key === key);
  if (!row) return;
  const body = new FormData();
  body.set("photo", row.body, row.name);
  if (row.people) body.set("has_people", "1");
  if (row.place) body.set("keep_place", "1");
  const headers = { Accept: "application/json", "X-CSRFToken": ticket };
  const init = { method: "POST", body, headers, redirect: "error", signal: AbortSignal.timeout(PATIENCE) };
  const answer = await fetch(`/records/${row.record}/photos`, init).catch(() => null);
  if (answer?.status === 201) await alter("photos", (_rows, { photos }) => { photos.delete(key); });
  else if (answer && [403, 404, 413, 422].includes(answer.status)) await change(key, { trouble: await words(answer) });
}

async function words(answer) {
  const said = await answer.json().catch(() => null);
  return [said?.detail, said?.mend].filter(Boolean).join(" ") || say("photo-refused");
}

// -- what is seen -------------------------------------------------------------------------------------------

function follow(state) {
  if (state.form.elements.submission.value !== state.shown) draw(state);
}

/** The photos of the bird in the form, and whatever the node has refused of others. */
async function draw(state) {
  const entry = state.form.elements.submission.value;
  const rows = (await all("photos")).filter((row) => row.entry === entry || row.trouble);
  const said = JSON.stringify([entry, rows.map((row) => [row.key, row.trouble])]);
  state.shown = entry;
  if (said === state.said) return;
  state.said = said;
  state.box.querySelector(".waiting").replaceChildren(...rows.map((row) => line(state.box, row)));
}

function line(box, row) {
  const item = box.querySelector("template").content.cloneNode(true).firstElementChild;
  item.dataset.key = row.key;
  item.querySelector(".name").textContent = row.name;
  item.querySelector(".state").textContent = row.trouble || say("state-device");
  item.querySelector("[data-tick=people]").checked = row.people;
  item.querySelector("[data-tick=place]").checked = row.place;
  return item;
}

for (const form of document.querySelectorAll("form.entry")) init(form);
