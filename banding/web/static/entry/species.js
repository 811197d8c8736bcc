/* The species box: any name, code or beginning of one finds a species, the commonest of today first. */

import { all, owner } from "./device.js";
import { touched } from "./drafts.js";
import { pack, refresh } from "./pack.js";
import { onChange } from "./queue.js";
import { facts, say, tell } from "./words.js";

const MOST = 8;
// Letters below which a name in pinyin is too short to be sure that it was meant.
const SHORTEST = 4;
const KEYS = ["code", "en", "zh", "ru", "synonyms", "alt"];

/** What the device carries to work without the node; undefined where it has never had it. */
export async function packed() {
  const held = await pack().catch(() => undefined);
  if (held) refresh();
  else await refresh(true);
  return held ?? pack().catch(() => undefined);
}

/** Make the species field of a form a box with a list; without the pack the plain field stays as it is. */
export async function init(form) {
  const input = form.elements.namedItem("core.species");
  if (!input || input.dataset.ready) return;
  input.dataset.ready = "yes";
  // A quick hand types before the device has found its list, or before this was begun: it is offered what fits all the same.
  let early = touched(form).has(input.name);
  input.addEventListener("input", (event) => { early ||= event.isTrusted; });
  const box = await boxOf(input, () => listFor(input), facts("sheet")?.language ?? document.documentElement.lang.slice(0, 2));
  if (!box) {
    delete input.dataset.ready;
    return;
  }
  input.addEventListener("input", (event) => { if (event.isTrusted) type(box); });
  input.addEventListener("keydown", (event) => key(box, event));
  // Not at the focus alone: the next bird begins before the last one is in the queue.
  onChange(() => count(box));
  addEventListener("pack", ({ detail }) => { box.today = detail.birds ?? box.today; });
  count(box);
  if (early && document.activeElement === input) type(box);
}

/** A box over what the device carries of species, with the list that `listed` makes; null where it carries none. */
export async function boxOf(input, listed, language) {
  const held = await packed();
  if (!held?.species) return null;
  const box = { input, list: listed(), language, birds: held.species.map(lines), today: held.birds ?? [], found: [], at: -1, counts: new Map() };
  box.unique = unambiguous(box);
  input.addEventListener("blur", () => close(box));
  // A press of the mouse must not take the focus out of the field before the choice is made.
  box.list.addEventListener("mousedown", (event) => event.preventDefault());
  box.list.addEventListener("click", ({ target }) => { const one = target.closest("[role=option]"); if (one) choose(box, [...box.list.children].indexOf(one)); });
  return box;
}

/** An empty list of species, not in the page yet. */
export function emptyList(id) {
  const list = document.createElement("ul");
  Object.assign(list, { id, hidden: true, className: "choices" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", say("species-list"));
  return list;
}

function listFor(input) {
  const list = emptyList(`${input.id}-list`);
  input.removeAttribute("list");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-haspopup": "listbox",
  })) input.setAttribute(name, value);
  input.after(list);
  return list;
}

// -- what fits -----------------------------------------------------------------------------------------------

/** Small letters, ё as е, no apostrophes, hyphens and stops as spaces: as the node compares names. */
export function folded(text) {
  const line = text.normalize("NFKC").toLowerCase().replaceAll("ё", "е").replace(/['’‘ʼ`]/g, "");
  return line.replace(/[-‐‑–—.,·_]/g, " ").split(/\s+/).filter(Boolean).join(" ");
}

function lines(bird) {
  const names = [bird.name, ...KEYS.flatMap((name) => bird[name] ?? [])].map(folded);
  const spelt = (bird.pinyin ?? []).map((one) => folded(one).split(" ")).flatMap(
    (syllables) => syllables.map((_one, place) => ({ text: syllables.slice(place).join(""), first: place === 0 })),
  );
  return { bird, names, spelt, initials: (bird.initials ?? []).map(folded) };
}

/** 0 the very name, 1 begins so, 2 word by word or in pinyin, 3 within a name, 4 not at all. */
export function rank(line, { names, spelt, initials }) {
  const letters = spelling(line);
  let best = 4;
  for (const name of names) {
    if (name === line) return 0;
    if (name.startsWith(line)) best = Math.min(best, 1);
    else if (abbreviates(line.split(" "), name.split(" "))) best = Math.min(best, 2);
    else if (name.includes(line)) best = Math.min(best, 3);
  }
  if (best <= 2 || !letters) return best;
  if (initials.some((one) => one.startsWith(letters))) return 2;
  const fits = spelt.filter((one) => one.text.startsWith(letters));
  return Math.min(best, fits.length ? (fits.some((one) => one.first) ? 2 : 3) : 4);
}

/** Letters that pinyin can be compared by; empty where a line is in no Latin letters. */
function spelling(line) {
  return /^[a-zü ]+$/.test(line) ? line.replaceAll(" ", "").replaceAll("ü", "v") : "";
}

function abbreviates(typed, words) {
  let place = 0;
  for (const part of typed) {
    while (place < words.length && !words[place].startsWith(part)) place += 1;
    if (place === words.length) return false;
    place += 1;
  }
  return true;
}

/** What fits a text: the very name, then the commonest of today, then as well as it fits and as the list stands. */
function search(box, text) {
  const line = folded(text);
  if (!line) return [...box.counts.keys()].map((name) => box.birds.find((one) => one.bird.name === name)).filter(Boolean).slice(0, MOST);
  const often = ({ bird }) => box.counts.get(bird.name) ?? 0;
  const meant = new Set(whole(box, line));
  const ranked = (one) => (meant.has(one) ? 0 : rank(line, one));
  const hits = box.birds.map((one, place) => ({ one, place, rank: ranked(one) })).filter((hit) => hit.rank < 4);
  const worth = (hit) => (meant.has(hit.one) ? 0 : hit.rank < 3 ? 1 : 2);
  hits.sort((a, b) => worth(a) - worth(b) || often(b.one) - often(a.one) || a.rank - b.rank || a.place - b.place);
  return hits.slice(0, MOST).map((hit) => hit.one);
}

/** How often each species was met today: by the node, and by what waits on this device. */
async function count(box) {
  const met = new Map();
  const add = (name) => { if (name) met.set(name, (met.get(name) ?? 0) + 1); };
  box.today.forEach((bird) => add(bird.species));
  const waiting = owner() ? await all("queue").catch(() => []) : [];
  waiting.forEach(({ fields }) => add(named(box, fields?.["core.species"] ?? "")));
  box.counts = new Map([...met].sort(([, one], [, other]) => other - one));
}

/** The one species of which a text is a whole name; undefined where there is none, or where several share it. */
export function named(box, text) {
  const [one, ...more] = whole(box, folded(text));
  return more.length ? undefined : one?.bird.name;
}

/** Every species of which a line is a whole name, as the node finds them; a valid scientific name is of one alone. */
function whole(box, line) {
  if (!line) return [];
  const code = /^\d+$/.test(line) ? line.padStart(5, "0") : line;
  const told = [line, code].map((name) => box.birds.filter(({ names }) => names.includes(name))).find((found) => found.length);
  const valid = told?.find(({ names }) => names[0] === line);
  if (told) return valid ? [valid] : told;
  const letters = spelling(line);
  return letters.length < SHORTEST ? [] : box.birds.filter(({ spelt }) => spelt.some((one) => one.first && one.text === letters));
}

// -- the list ------------------------------------------------------------------------------------------------

/** Offer what fits the text in the box; of several with this very name none is chosen before a person chooses. */
export function type(box) {
  const line = folded(box.input.value);
  box.found = search(box, box.input.value);
  if (!line) return close(box);
  const isShared = whole(box, line).length > 1;
  show(box, isShared ? -1 : 0);
  if (isShared) tell(say("species-shared"));
  if (!box.found.length) tell(say("species-none"));
  return undefined;
}

function show(box, at) {
  box.list.replaceChildren(...box.found.map(({ bird }, place) => option(box, bird, place)));
  box.list.hidden = !box.found.length;
  expand(box, box.found.length > 0);
  // On a small screen the list would open below its end; in the field sheet it stands where there is room.
  if (box.found.length && box.input.closest(".field")) box.list.scrollIntoView({ block: "nearest" });
  point(box, box.found.length ? at : -1);
}

function option(box, bird, place) {
  const item = document.createElement("li");
  item.id = `${box.list.id}-${place}`;
  item.setAttribute("role", "option");
  const name = document.createElement("span");
  name.textContent = bird[box.language] ?? bird.name;
  const latin = Object.assign(document.createElement("i"), { lang: "la", textContent: bird.name });
  item.append(name, " ", latin);
  return item;
}

function point(box, at) {
  box.at = at;
  [...box.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
  if (at < 0) return box.input.removeAttribute("aria-activedescendant");
  box.list.children[at].scrollIntoView({ block: "nearest" });
  return box.input.setAttribute("aria-activedescendant", box.list.children[at].id);
}

/** Take the list away. */
export function close(box) {
  box.list.hidden = true;
  expand(box, false);
  point(box, -1);
}

/** A cell of the field sheet is no combobox, and may not say that it opens. */
function expand(box, is) {
  if (box.input.getAttribute("role") === "combobox") box.input.setAttribute("aria-expanded", String(is));
}

/** Enter and Tab choose and then do what they do elsewhere: lead to the next field. */
export function key(box, event) {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
  const isOpen = !box.list.hidden;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (!isOpen) box.found = search(box, box.input.value);
    if (!isOpen) show(box, step > 0 ? 0 : box.found.length - 1);
    else point(box, (Math.max(box.at, step < 0 ? 0 : -1) + step + box.found.length) % box.found.length);
  } else if (isOpen && (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey))) {
    if (box.at < 0) close(box);
    else choose(box, box.at);
  } else if (isOpen && event.key === "Escape") {
    event.preventDefault();
    close(box);
  }
}

function choose(box, at) {
  const { bird } = box.found[at];
  const name = bird[box.language];
  box.input.value = name && box.unique.has(folded(name)) ? name : bird.name;
  close(box);
  for (const said of ["input", "change"]) box.input.dispatchEvent(new Event(said, { bubbles: true }));
}

/** Names of this language that mean one species only. */
function unambiguous(box) {
  const met = new Map();
  for (const { names } of box.birds) for (const name of new Set(names)) met.set(name, (met.get(name) ?? 0) + 1);
  return new Set([...met].filter(([, times]) => times === 1).map(([name]) => name));
}
