// A table out of the clipboard laid into the sheet; what has no column there gets one of its own, and nothing is lost.

import { LEFT } from "./cells.js";
import { say } from "./words.js";

const MOST = 2000;

/**
 * Lay pasted rows in from the cell in use, or under their heading `head`: the names of fields, "" for an unknown one.
 * `change` takes changes as one step. Gives the sentence that says what was done.
 */
export function pasted(view, rows, head, change) {
  const body = head ? rows.slice(1) : rows;
  if (body.length > MOST) return say("grid-too-many", { most: MOST, count: body.length });
  if (!head && rows.length === 1 && rows[0].length === 1) return one(view, rows[0][0], change);
  const names = head ? titled(head, rows[0]) : along(view, rows);
  const first = Math.min(view.at.row, view.from.row);
  view.sheet.ensure(first + body.length);
  const changes = body.flatMap((cells, at) => cells.map((text, n) => [view.sheet.rows[first + at], names[n] ?? left("", n), text]));
  // What a bird begins with stands where the clipboard has nothing.
  change(changes.filter(([row, name, text]) => text.trim() || row.cells[name]));
  const over = new Set(changes.filter(([, name, text]) => name.startsWith(LEFT) && text.trim()).map(([, name]) => name)).size;
  return [say("grid-pasted", { rows: body.length }), over ? say("grid-left-over", { columns: over }) : ""].join(" ");
}

/** One text into everything that is picked. */
function one(view, text, change) {
  const { rows, names } = view.chosen;
  const changed = change(rows.flatMap((row) => names.map((name) => [row, name, text])));
  if (rows.length === 1) changed.forEach((row) => { row.hand = true; });
  return "";
}

/** Names for a heading; two unknown columns of one title stay two columns. */
function titled(head, titles) {
  const taken = new Set(head);
  return head.map((name, at) => {
    if (name) return name;
    const own = left(titles[at], at);
    const found = taken.has(own) ? `${own} ${at + 1}` : own;
    taken.add(found);
    return found;
  });
}

function along(view, rows) {
  const first = Math.min(view.at.column, view.from.column);
  const width = Math.max(...rows.map((row) => row.length));
  const ours = view.sheet.columns.slice(first).filter((column) => !column.name.startsWith(LEFT)).map((column) => column.name);
  return Array.from({ length: width }, (_one, at) => ours[at] ?? left("", at));
}

function left(title, at) {
  return LEFT + (title.trim().slice(0, 60) || say("grid-left", { number: at + 1 }));
}

/** Say what a column that came too much is: `field`, or nothing that should stay. */
export function chooseColumn(sheet, from, field, change, redraw) {
  const rows = sheet.rows.filter((row) => row.cells[from]);
  const at = sheet.columns.findIndex((column) => column.name === from);
  sheet.columns.splice(at, 1, ...(field ? [field] : []));
  change(rows.flatMap((row) => [...(field ? [[row, field.name, row.cells[from]]] : []), [row, from, ""]]));
  redraw();
}
