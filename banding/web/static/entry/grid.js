// The field session as a table: puts the sheet, its looks, its keys and its savings together.

import { KIND, LEFT, Sheet } from "./cells.js";
import { fields, messages, watching } from "./gridcheck.js";
import { Keys } from "./gridkeys.js";
import { Saver } from "./gridsave.js";
import { chooseColumn, pasted } from "./gridpaste.js";
import * as species from "./gridspecies.js";
import { init as retell } from "./retell.js";
import { View, made } from "./gridview.js";
import { say } from "./words.js";

const data = JSON.parse(document.getElementById("grid-data").textContent);
const byName = new Map(data.fields.map((field) => [field.name, field]));
const sheet = new Sheet(data.columns.map((name) => byName.get(name)), data.begin, data.met);
const editor = made("textarea", { rows: 1, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
const view = new View(document.getElementById("sheet"), editor, sheet, data, (row) => messages(sheet, row, data));
const saver = new Saver(sheet, data, paint, gone);
const check = watching(checked);
const told = document.getElementById("told");
const keys = new Keys(view, { typing, commit, leave, fill, undo, redo, save: (row) => saver.save(row), saveAll, paste, clear, out, moved }, data);

function paint(row) {
  view.paint(row);
  if (row.state === "asks" && row.answer && row.answer.again === undefined) known(row);
  if (!keys?.mode && row === view.row) view.settle();
  tally();
}

function gone(row) {
  const at = sheet.rows.indexOf(row);
  sheet.rows.splice(at, 1);
  redraw();
}

function redraw() {
  const { row, column } = view.at;
  keys.moving = true;
  view.draw();
  keys.moving = false;
  keys.go(row, column);
}

/** Every name with something in it has a column, so that nothing is saved unseen and nothing hides. */
function show(rows) {
  const shown = new Set(sheet.columns.map((column) => column.name));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.cells).filter((name) => row.cells[name])))].filter((name) => !shown.has(name));
  const fresh = names.map((name) => byName.get(name) ?? (name.startsWith(LEFT) && { name, label: name.slice(LEFT.length), widget: "text" }));
  sheet.columns.push(...fresh.filter(Boolean));
  return fresh.some(Boolean);
}

/** After rows have changed: the page, the device, and one empty row at the end. */
function after(rows) {
  sheet.ensure();
  if (show(rows.filter((row) => !row.id))) redraw();
  view.grow();
  rows.forEach((row) => view.paint(row));
  saver.draft(rows);
  if (!keys.mode) view.settle();
  tally();
}

function change(changes) {
  const rows = sheet.put(changes);
  if (rows.length) after(rows);
  return rows;
}

// -- what keys do --------------------------------------------------------------------------------------------

function typing(row, name, text) {
  saver.draft([row], { [name]: text });
}

function commit(row, name, text) {
  if (!change([[row, name, text]]).length) return;
  row.hand = true;
  ask(row);
}

/** A row that was typed by hand is saved when it is left; on a sheet read by columns, when its last column is. */
function leave(row, last) {
  if (!row.hand || (data.by === "columns" && !last)) return;
  row.hand = false;
  saver.save(row);
}

function fill() {
  const { rows, names } = view.chosen;
  const above = sheet.rows[sheet.rows.indexOf(rows[0]) - 1];
  const from = rows.length > 1 ? rows : [above, ...rows];
  if (!from[0]) return;
  const changed = change(sheet.filled(from, names));
  if (rows.length === 1) changed.forEach((row) => { row.hand = true; });
  editor.select();
}

function clear() {
  const { rows, names } = view.chosen;
  change(rows.flatMap((row) => names.map((name) => [row, name, ""]))).forEach((row) => { row.hand = true; });
}

function undo() {
  turned(sheet.undo());
}

function redo() {
  turned(sheet.redo());
}

function turned(step) {
  if (!step) return tell(say("nothing-to-undo"));
  after(step.rows);
  if (step.rows.length === 1) step.at.row.hand = true;
  const column = sheet.columns.findIndex((one) => one.name === step.at.name);
  return keys.go(sheet.rows.indexOf(step.at.row), column < 0 ? view.at.column : column);
}

function paste(rows, head) {
  tell(pasted(view, rows, head, change));
}

function out() {
  document.getElementById("save-all").focus();
}

// -- what is said --------------------------------------------------------------------------------------------

function ask(row) {
  check(row, () => ({ kind: sheet.kind(row), fields: { ...fields(sheet, row, data), ...(row.id ? { record: row.id } : {}) } }));
}

function checked(row, answer) {
  if (sheet.isEmpty(row) || row.state === "device" || row.state === "sending" || !sheet.isChanged(row)) return;
  row.answer = answer;
  known(row);
  paint(row);
}

/** Whether the bird wears its ring already, so that this is a recapture. */
async function known(row) {
  const { answer } = row;
  answer.again = false;
  if (row.id || sheet.kind(row) !== "banding" || !answer.troubles?.["core.ring"]) return;
  const [scheme, ring, species] = ["scheme", "ring", "species"].map((name) => sheet.text(row, `core.${name}`));
  const asked = new URLSearchParams({ kind: "banding", scheme, ring, species });
  const said = await fetch(`/enter/ring?${asked}`, { headers: { Accept: "application/json" } }).catch(() => null);
  answer.again = Boolean(said?.ok && (await said.json()).recapture);
  if (answer.again) paint(row);
}

function tell(text) {
  told.textContent = text;
}

function tally() {
  const waiting = sheet.rows.filter((row) => sheet.isChanged(row) && !["device", "sending"].includes(row.state)).length;
  const asking = sheet.rows.filter((row) => row.state === "asks").length;
  document.getElementById("waiting").textContent = [
    waiting ? say("grid-not-saved", { count: waiting }) : "", asking ? say("grid-asking", { count: asking }) : "",
  ].join(" ");
}

/** In large type, which row one is in and what its cell says. */
function moved() {
  const { row, column } = view;
  const text = sheet.text(row, column.name);
  const words = column.options?.find((one) => one[0] === text)?.[1] ?? text;
  const bird = ["core.ring", "core.species"].map((name) => sheet.text(row, name)).filter(Boolean).join(" · ");
  document.getElementById("where").textContent = `${data.first + view.at.row}  ${bird}`;
  document.getElementById("which").textContent = `${column.label}: ${words || "—"}`;
}

// -- buttons -------------------------------------------------------------------------------------------------

async function saveAll() {
  keys.commit();
  let wrong = null;
  for (const row of sheet.rows) {
    if (!sheet.isChanged(row)) continue;
    row.hand = false;
    if (!(await saver.save(row))) wrong ??= row;
  }
  tell(wrong ? say("grid-some-wait") : say("grid-all-away"));
  if (wrong) keys.go(sheet.rows.indexOf(wrong), 0);
}

function deed(event) {
  const button = event.target.closest("button");
  const row = button?.closest("tr")?.sheetRow;
  if (!row) return;
  if (button.dataset.answer) change([[row, button.dataset.for, button.dataset.answer]]);
  if (button.dataset.deed === "recapture") change([[row, KIND, "recovery"]]);
  if (button.dataset.deed === "anyway" && !reasoned(row)) return;
  if (button.dataset.deed || row.state === "asks") saver.save(row);
  else ask(row);
}

function reasoned(row) {
  const boxes = [...view.drawn.get(row).told.querySelectorAll("[data-reason]")];
  const blank = boxes.find((box) => !box.value.trim());
  blank?.focus();
  return !blank;
}

function reason(event) {
  const code = event.target.dataset?.reason;
  if (!code) return;
  const row = event.target.closest("tr").sheetRow;
  row.reasons[code] = event.target.value;
  saver.draft([row]);
}

async function begin() {
  for (const { kind, cells, ...row } of data.rows) {
    const all = { ...data.begin, ...cells, [KIND]: kind };
    const there = Object.entries(all).filter(([, text]) => text !== "");
    sheet.add({ ...sheet.blank(), ...row, begin: Object.fromEntries(there), state: "node" });
  }
  await saver.restore().catch(() => tell(say("grid-no-device")));
  sheet.ensure();
  show(sheet.rows.filter((row) => !row.id));
  document.getElementById("plain").hidden = true;
  document.getElementById("live").hidden = false;
  view.draw();
  view.table.addEventListener("click", deed);
  view.table.addEventListener("change", (event) => {
    if (event.target.dataset.left && event.target.value) chooseColumn(sheet, event.target.dataset.left, byName.get(event.target.value), change, redraw);
  });
  view.table.addEventListener("input", reason);
  view.table.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.dataset.reason) event.target.closest("tr").querySelector("[data-deed=anyway]").click();
  });
  document.getElementById("save-all").addEventListener("click", saveAll);
  document.getElementById("undo").addEventListener("click", undo);
  keys.go(sheet.rows.findIndex((row) => sheet.isEmpty(row)), 0);
  tally();
  species.init(view, data.language);
  retell(document.documentElement.lang);
}

begin();
