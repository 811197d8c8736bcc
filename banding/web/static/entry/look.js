/* The ring panel: every ring is looked up while it is typed, the next one comes by itself, F8 makes a recapture. */

import { packed } from "./species.js";
import { facts, say, tell as whisper } from "./words.js";

const PAUSE = 250;
const CELLS = ["day", "kind", "place", "species", "age", "sex", "distance"];
const TURNED = { "core.manner": "recapture", "core.ring_information": "4" };

/** Watch the ring, its scheme and the species of a form; does nothing on a page without the panel. */
export function init(form) {
  const panel = document.getElementById("ring-panel");
  const ring = form.elements.namedItem("core.ring");
  if (!panel || !ring || panel.dataset.ready) return;
  panel.dataset.ready = "yes";
  const sheet = facts("sheet") ?? {};
  const desk = { form, panel, ring, sheet, kind: form.dataset.kind, typed: Boolean(sheet.posted), bird: key(form), turn: 0, wait: 0, before: null, sizes: [] };
  ring.addEventListener("input", (event) => {
    desk.typed = event.isTrusted && ring.value !== "";
    if (desk.typed) desk.sizes = [];
    soon(desk);
  });
  form.addEventListener("input", ({ target }) => { if (matters(target)) soon(desk); });
  form.addEventListener("change", ({ target }) => {
    if (matters(target)) soon(desk);
    if (target.name === "core.species") follow(desk);
  });
  form.addEventListener("entry:filled", () => begin(desk));
  form.addEventListener("entry:fresh", () => { desk.typed = false; });
  panel.addEventListener("click", ({ target }) => pressed(desk, target.closest("button")));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "F8" || event.repeat) return;
    event.preventDefault();
    turn(desk);
  });
  begin(desk);
}

function matters(control) {
  return ["core.ring", "core.scheme", "core.species", "core.manner", "core.ring_partial"].includes(control?.name);
}

function text(desk, name) {
  return desk.form.elements.namedItem(name)?.value.trim() ?? "";
}

/** Another bird may stand in the form: its ring may have been typed, so from now on no other takes its place. */
function begin(desk) {
  if (key(desk.form) !== desk.bird) desk.typed = desk.ring.value !== "";
  desk.bird = key(desk.form);
  const isTurned = desk.form.dataset.kind !== desk.kind;
  desk.before = isTurned ? { "core.manner": "", "core.ring_information": desk.sheet.fresh?.["core.ring_information"] ?? "" } : null;
  element("ring-next").textContent = "";
  desk.sizes = [];
  soon(desk);
}

function key(form) {
  return form.elements.namedItem("submission")?.value ?? "";
}

// -- what is this ring? --------------------------------------------------------------------------------------

function soon(desk) {
  clearTimeout(desk.wait);
  desk.wait = setTimeout(() => look(desk), PAUSE);
}

async function look(desk) {
  const turn = (desk.turn += 1);
  const asked = {
    kind: desk.form.dataset.kind, scheme: text(desk, "core.scheme"), ring: text(desk, "core.ring").slice(0, 200),
    species: text(desk, "core.species").slice(0, 80), place: text(desk, "place.typed").slice(0, 100),
    manner: text(desk, "core.manner"), partial: desk.form.elements.namedItem("core.ring_partial")?.checked ? "1" : "",
  };
  if (!asked.ring) return show(desk, { state: "" });
  const answer = (await ask(desk.panel.dataset.ring, asked)) ?? (await withoutLine(asked));
  return turn === desk.turn ? show(desk, answer) : undefined;
}

/** What the node says; null where it does not answer in its own words. */
export async function ask(address, asked) {
  try {
    const answer = await fetch(`${address}?${new URLSearchParams(asked)}`, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function withoutLine(asked) {
  const pack = await packed();
  const worn = (pack?.birds ?? []).some((bird) => bird.scheme === asked.scheme && plain(bird.ring) === plain(asked.ring));
  return worn
    ? { state: "ours", text: say("look-today"), recapture: asked.kind === "banding" }
    : { state: "off", text: say("look-off") };
}

function plain(ring) {
  return ring.normalize("NFKC").toUpperCase().replace(/[\s.\-–—]/g, "");
}

function show(desk, found) {
  const { panel } = desk;
  panel.hidden = !found.state && !element("ring-next").textContent && !desk.before;
  panel.dataset.state = found.state;
  put(element("ring-said"), found.text ?? "");
  const turned = desk.before !== null;
  element("as-recapture").hidden = turned || !found.recapture;
  element("as-banding").hidden = !turned;
  element("ring-bird").hidden = !found.address;
  if (found.address) element("ring-bird").href = found.address;
  // What the species may wear stays on offer while the ring that was filled in is looked up.
  offer(desk, found.alike?.length ? found.alike.map((ring) => ({ ring, words: ring })) : desk.sizes);
  tell(found.history ?? []);
}

/** A live region speaks only when its words change, so that a pause in typing does not repeat them. */
function put(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

function offer(desk, rings) {
  const list = element("ring-alike");
  list.replaceChildren(...rings.map(({ ring, words }) => {
    const [item, button] = [document.createElement("li"), document.createElement("button")];
    Object.assign(button, { type: "button", textContent: words });
    button.dataset.take = ring;
    item.append(button);
    return item;
  }));
  list.hidden = !rings.length;
}

function tell(history) {
  const rows = history.map((met) => {
    const row = document.createElement("tr");
    for (const name of CELLS) row.insertCell().textContent = met[name] ?? "";
    const link = Object.assign(document.createElement("a"), { href: met.address, textContent: met.day, target: "_blank", rel: "noopener" });
    row.cells[0].replaceChildren(link);
    return row;
  });
  element("ring-history").querySelector("tbody").replaceChildren(...rows);
  element("ring-history").hidden = !rows.length;
}

function element(id) {
  return document.getElementById(id);
}

// -- the next ring -------------------------------------------------------------------------------------------

/** The ring of the size that the species wears; a ring that a hand has typed is never changed. */
async function follow(desk) {
  const species = text(desk, "core.species");
  if (desk.form.dataset.kind !== "banding" || desk.typed || !species || correcting(desk.form)) return;
  const said = await ask(desk.panel.dataset.next, { species: species.slice(0, 80), scheme: text(desk, "core.scheme") });
  if (!said || desk.typed || species !== text(desk, "core.species")) return;
  const offers = said.offers ?? [];
  const stands = offers.some((one) => one.ring === desk.ring.value.trim());
  if (said.ring && !stands) fill(desk, said.ring);
  put(element("ring-next"), said.ring ? say(stands ? "ring-stands" : "ring-filled", { ring: desk.ring.value, why: said.why }) : said.why);
  desk.panel.hidden = false;
  desk.sizes = offers.length > 1 ? offers.map(({ ring, size, series }) => ({ ring, words: `${ring} · ${size || series}` })) : [];
  if (desk.sizes.length) offer(desk, desk.sizes);
}

function correcting(form) {
  return form.action.endsWith("/correct");
}

function fill(desk, ring) {
  desk.ring.value = ring;
  for (const said of ["input", "change"]) desk.ring.dispatchEvent(new Event(said, { bubbles: true }));
}

// -- a recapture, with all that was typed --------------------------------------------------------------------

function pressed(desk, button) {
  if (!button) return;
  if (button.dataset.take) {
    fill(desk, button.dataset.take);
    // Chosen by a hand, so a species typed later leaves it.
    desk.typed = true;
    desk.ring.focus();
  } else turn(desk);
}

/** Make a banding a recapture where it stands, or take that back; every other field is left as it is. */
function turn(desk) {
  if (correcting(desk.form)) return;
  if (desk.before) back(desk);
  else if (desk.form.dataset.kind === "banding" && !element("as-recapture").hidden) forth(desk);
  else return;
  const now = desk.form.dataset.kind;
  desk.form.action = desk.panel.dataset[now];
  announce(desk, now === "recovery" ? "turned-recapture" : "turned-banding");
  desk.form.dispatchEvent(new CustomEvent("entry:kind", { bubbles: true, detail: { kind: now } }));
  soon(desk);
}

function forth(desk) {
  desk.before = {};
  for (const [name, value] of Object.entries(TURNED)) {
    const control = desk.form.elements.namedItem(name) ?? hidden(desk.form, name);
    desk.before[name] = control.value;
    control.value = value;
  }
  desk.form.dataset.kind = "recovery";
}

function back(desk) {
  for (const [name, value] of Object.entries(desk.before)) {
    const control = desk.form.elements.namedItem(name);
    if (control?.dataset.turned) control.remove();
    else if (control) control.value = value;
  }
  desk.before = null;
  desk.form.dataset.kind = "banding";
}

function hidden(form, name) {
  const control = Object.assign(document.createElement("input"), { type: "hidden", name });
  control.dataset.turned = "yes";
  form.append(control);
  return control;
}

function announce(desk, name) {
  desk.panel.hidden = false;
  whisper(say(name));
  put(element("ring-next"), say(name));
}
