// How the sheet looks: one table, one editor that stands in the cell in use, and what is said under each row.

import { KIND, LEFT } from "./cells.js";
import { say } from "./words.js";

const FINE = { "": "", typed: "grid-typed", device: "state-device", sending: "state-sending", node: "state-node", asks: "state-asks" };

/** An element with attributes, and what stands in it. */
export function made(tag, attributes = {}, ...inside) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) found.setAttribute(name, value);
  found.append(...inside);
  return found;
}

/** The table of a sheet. `at` is the cell in use, `from` where what is picked begins; both count from 0. */
export class View {
  constructor(table, editor, sheet, data, messages) {
    Object.assign(this, { table, editor, sheet, data, messages });
    this.at = { row: 0, column: 0 };
    this.from = this.at;
    this.drawn = new Map();
    this.picked = [];
  }

  get row() {
    return this.sheet.rows[this.at.row];
  }

  get column() {
    return this.sheet.columns[this.at.column];
  }

  /** Everything anew: after another set of columns, and in the beginning. */
  draw() {
    this.drawn.clear();
    this.editor.remove();
    this.table.replaceChildren(this.#groups(), this.#head(), made("tbody"));
    this.grow();
  }

  #groups() {
    const wide = this.sheet.columns.map((column) => made("col", { class: column.widget, "data-name": column.name }));
    return made("colgroup", {}, made("col", { class: "line" }), ...wide, made("col", { class: "state" }));
  }

  #head() {
    const told = this.sheet.columns.map((column, at) => {
      const cell = made("th", { scope: "col", role: "columnheader", id: `col-${at}`, class: column.widget }, column.label);
      if (column.name.startsWith(LEFT)) cell.append(this.#mapping(column));
      return cell;
    });
    const line = made("th", { scope: "col", role: "columnheader", id: "col-line" }, say("grid-line"));
    const state = made("th", { scope: "col", role: "columnheader", id: "col-state" }, say("grid-state"));
    return made("thead", {}, made("tr", { role: "row" }, line, ...told, state));
  }

  /** What a column that came too much may be. */
  #mapping(column) {
    const shown = new Set(this.sheet.columns.map((one) => one.name));
    const free = this.data.fields.filter((one) => !shown.has(one.name)).map((one) => made("option", { value: one.name }, one.label));
    const first = [made("option", { value: "" }, say("grid-what-is-it")), made("option", { value: "-" }, say("grid-throw-away"))];
    return made("select", { "data-left": column.name, "aria-label": `${say("grid-what-is-it")} ${column.label}` }, ...first, ...free);
  }

  /** Draw the rows that are not drawn yet. */
  grow() {
    const body = this.table.tBodies[0];
    const fresh = document.createDocumentFragment();
    for (const row of this.sheet.rows) if (!this.drawn.has(row)) fresh.append(this.#line(row));
    const rows = [...fresh.children];
    body.append(fresh);
    for (const line of rows) {
      const { told } = this.drawn.get(line.sheetRow);
      if (told) line.after(told);
    }
  }

  #line(row) {
    const number = this.data.first + this.sheet.rows.indexOf(row);
    const id = `row-${row.key}`;
    const head = made("th", { scope: "row", role: "rowheader", id, class: "line" }, String(number));
    const cells = this.sheet.columns.map((column, at) => made("td", {
      role: "gridcell", id: `${id}-${at}`, class: column.widget, "data-at": at, "aria-labelledby": `col-${at} ${id} ${id}-${at}`,
    }));
    const state = made("td", { role: "gridcell", class: "state", "aria-labelledby": `col-state ${id} ${id}-state`, id: `${id}-state` });
    const line = made("tr", { role: "row" }, head, ...cells, state);
    line.sheetRow = row;
    this.drawn.set(row, { line, cells, state, told: null });
    this.paint(row);
    return line;
  }

  /** Bring the page up to what a row says. */
  paint(row) {
    const drawn = this.drawn.get(row);
    if (!drawn) return;
    const found = this.messages(row);
    this.sheet.columns.forEach((column, at) => this.#cell(row, column, drawn.cells[at], found));
    this.#state(row, drawn.state);
    const box = drawn.told?.contains(document.activeElement) ? document.activeElement.id : "";
    drawn.told?.remove();
    drawn.told = found.length ? this.#told(row, found) : null;
    if (drawn.told) drawn.line.after(drawn.told);
    if (box) document.getElementById(box)?.focus();
    drawn.line.classList.toggle("asks", row.state === "asks" || found.some((one) => one.level === "wrong"));
  }

  #cell(row, column, cell, found) {
    const text = this.sheet.text(row, column.name);
    const shown = column.name === KIND && text ? column.options.find((one) => one[0] === text)?.[1] ?? text : text;
    const holds = cell.contains(this.editor);
    if (holds) [...cell.childNodes].filter((node) => node !== this.editor).forEach((node) => node.remove());
    if (holds) cell.prepend(shown);
    else cell.textContent = shown;
    const about = found.filter((one) => one.name === column.name);
    cell.classList.toggle("wrong", about.some((one) => one.level === "wrong"));
    cell.classList.toggle("warn", about.some((one) => one.level === "warn"));
    cell.classList.toggle("begun", !(column.name in row.cells) && !row.id && Boolean(text));
    if (about.length) cell.setAttribute("aria-describedby", `row-${row.key}-told`);
    else cell.removeAttribute("aria-describedby");
  }

  #state(row, cell) {
    const changed = this.sheet.isChanged(row);
    const state = changed && row.state !== "asks" ? "typed" : row.state;
    const words = FINE[state] ? say(FINE[state]) : "";
    cell.className = `state ${state}`;
    cell.replaceChildren(row.address ? made("a", { href: row.address, tabindex: "-1" }, words) : words);
  }

  #told(row, found) {
    const list = found.map((one) => {
      const name = this.sheet.columns.find((column) => column.name === one.name)?.label ?? this.data.fields.find((field) => field.name === one.name)?.label;
      const item = made("li", { class: one.level }, name ? made("b", {}, `${name}: `) : "", one.text);
      for (const { answer, words } of one.answers ?? []) item.append(" ", made("button", { type: "button", "data-answer": answer, "data-for": one.name }, words));
      if (one.code && one.level === "warn") item.append(this.#reason(row, one));
      return item;
    });
    const deeds = [];
    if (found.some((one) => one.code && one.level === "warn")) deeds.push(made("button", { type: "button", "data-deed": "anyway" }, say("save-anyway")));
    if (row.answer?.again) deeds.push(made("button", { type: "button", "data-deed": "recapture" }, say("grid-recapture")));
    const cell = made("td", { role: "gridcell", colspan: this.sheet.columns.length + 1 }, made("ul", {}, ...list), ...deeds);
    const line = made("tr", { role: "row", class: "told", id: `row-${row.key}-told` }, made("td", { role: "gridcell", class: "line" }), cell);
    line.sheetRow = row;
    return line;
  }

  #reason(row, one) {
    const id = `reason-${row.key}-${one.code}`;
    const box = made("input", { type: "text", id, "data-reason": one.code, maxlength: 500, autocomplete: "off", placeholder: say("because"), "aria-label": `${say("because")} ${one.text}` });
    box.value = row.reasons[one.code] ?? "";
    return box;
  }

  // -- where one is ---------------------------------------------------------------------------------------

  /** Put the editor into a cell; with `picking` what is picked grows or shrinks to it. */
  go(row, column, picking = false) {
    const last = { row: this.sheet.rows.length - 1, column: this.sheet.columns.length - 1 };
    this.at = { row: Math.min(Math.max(row, 0), last.row), column: Math.min(Math.max(column, 0), last.column) };
    if (!picking) this.from = this.at;
    const { line, cells } = this.drawn.get(this.row);
    const cell = cells[this.at.column];
    this.here?.classList.remove("here");
    this.here = line;
    line.classList.add("here");
    this.settle();
    if (this.editor.parentNode !== cell) cell.append(this.editor);
    this.editor.focus({ preventScroll: true });
    this.editor.select();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#pick();
  }

  /** The editor shows what stands in its cell, all of it chosen, so that a key begins anew. */
  settle() {
    const column = this.column;
    this.editor.value = this.sheet.text(this.row, column.name);
    this.editor.className = "";
    this.editor.setAttribute("aria-label", `${column.label}, ${say("grid-line")} ${this.data.first + this.at.row}`);
    this.editor.inputMode = column.widget === "number" ? "decimal" : "text";
    const told = this.drawn.get(this.row).cells[this.at.column];
    this.editor.setAttribute("aria-invalid", String(told.classList.contains("wrong")));
    const about = told.getAttribute("aria-describedby");
    if (about) this.editor.setAttribute("aria-describedby", about);
    else this.editor.removeAttribute("aria-describedby");
  }

  /** The rows and names of what is picked. */
  get chosen() {
    const between = (one, other) => [Math.min(one, other), Math.max(one, other) + 1];
    const rows = this.sheet.rows.slice(...between(this.at.row, this.from.row));
    const columns = this.sheet.columns.slice(...between(this.at.column, this.from.column));
    return { rows, names: columns.map((column) => column.name) };
  }

  #pick() {
    for (const cell of this.picked) cell.classList.remove("picked");
    const { rows, names } = this.chosen;
    const first = Math.min(this.at.column, this.from.column);
    this.picked = rows.length * names.length < 2 ? [] : rows.flatMap((row) => this.drawn.get(row).cells.slice(first, first + names.length));
    for (const cell of this.picked) cell.classList.add("picked");
  }
}
