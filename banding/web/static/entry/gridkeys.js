// The keyboard, the mouse and the clipboard of the sheet, as people know them from spreadsheets.

import { heading, parse, print } from "./paste.js";

const PAGE = 10;

/** Listen at a view; `deeds` are what keys do beyond moving: commit, leave, fill, undo, redo, save, saveAll, paste, clear. */
export class Keys {
  constructor(view, deeds, data) {
    Object.assign(this, { view, deeds, data });
    // "" while keys move about, "typed" after a first letter, "inside" where arrows move within the text.
    this.mode = "";
    const { editor, table } = view;
    editor.addEventListener("keydown", (event) => this.#key(event));
    editor.addEventListener("input", () => this.#typed());
    editor.addEventListener("compositionstart", () => this.#begin("typed"));
    for (const name of ["copy", "cut"]) editor.addEventListener(name, (event) => this.#copy(event, name === "cut"));
    editor.addEventListener("paste", (event) => this.#paste(event));
    editor.addEventListener("dblclick", () => this.#begin("inside"));
    editor.addEventListener("focusout", (event) => this.#out(event));
    table.addEventListener("pointerdown", (event) => this.#down(event));
    table.addEventListener("pointerover", (event) => this.#over(event));
  }

  #begin(mode) {
    if (this.mode === "inside") return;
    this.mode = mode;
    this.view.editor.className = "open";
    if (mode === "inside") this.view.editor.setSelectionRange(this.view.editor.value.length, this.view.editor.value.length);
  }

  #typed() {
    if (!this.mode) this.#begin("typed");
    this.deeds.typing(this.view.row, this.view.column.name, this.view.editor.value);
  }

  /** Take what stands in the editor into the sheet. */
  commit() {
    if (!this.mode) return;
    this.mode = "";
    this.deeds.commit(this.view.row, this.view.column.name, this.view.editor.value);
    this.view.settle();
  }

  #giveBack() {
    this.mode = "";
    this.view.settle();
    this.view.editor.select();
    this.deeds.typing(this.view.row, this.view.column.name, this.view.editor.value);
  }

  /** Go to a cell; the row that is left says so. */
  go(row, column, picking = false) {
    this.commit();
    const before = this.view.row;
    const last = this.view.at.column === this.view.sheet.columns.length - 1;
    this.moving = true;
    this.view.go(row, column, picking);
    this.moving = false;
    if (this.view.row !== before) this.deeds.leave(before, last);
    this.deeds.moved();
  }

  // -- keys -----------------------------------------------------------------------------------------------

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const name = `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
    const done = this.#deed(name, event) ?? this.#move(name, event);
    if (done) event.preventDefault();
  }

  #deed(name, event) {
    const quiet = !this.mode;
    const deed = {
      "Ctrl+d": () => this.#then(this.deeds.fill),
      "Ctrl+z": quiet && (() => (event.shiftKey ? this.deeds.redo() : this.deeds.undo())),
      "Ctrl+y": quiet && (() => this.deeds.redo()),
      "Ctrl+s": () => this.#then(this.deeds.saveAll),
      "Ctrl+Enter": () => this.#saveRow(),
      "Ctrl+a": quiet && (() => this.#all()),
      Delete: quiet && (() => this.deeds.clear()),
      F2: () => this.#begin("inside"),
      Escape: () => (quiet ? this.deeds.out() : this.#giveBack()),
    }[name];
    if (!deed) return null;
    deed();
    return true;
  }

  #then(deed) {
    this.commit();
    deed();
  }

  #saveRow() {
    this.commit();
    const { row } = this.view;
    this.go(this.view.at.row + 1, 0);
    this.deeds.save(row);
  }

  #all() {
    this.view.go(0, 0);
    this.view.go(this.view.sheet.rows.length - 1, this.view.sheet.columns.length - 1, true);
  }

  #move(name, event) {
    const { row, column } = this.view.at;
    const last = { row: this.view.sheet.rows.length - 1, column: this.view.sheet.columns.length - 1 };
    if (name === "Enter" && event.altKey) return this.#lineEnd();
    if (name === "Enter") return this.#to(...this.order(event.shiftKey ? -1 : 1));
    if (name === "Tab") {
      const next = row * (last.column + 1) + column + (event.shiftKey ? -1 : 1);
      if (next < 0 || next >= (last.row + 1) * (last.column + 1)) return null;
      return this.#to(Math.floor(next / (last.column + 1)), next % (last.column + 1));
    }
    if (this.mode === "inside") return null;
    const to = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - PAGE, column], PageDown: [row + PAGE, column], Home: [row, 0], End: [row, last.column],
      "Ctrl+Home": [0, 0], "Ctrl+End": [last.row, last.column], "Ctrl+ArrowUp": [0, column], "Ctrl+ArrowDown": [last.row, column],
    }[name];
    return to ? this.#to(...to, event.shiftKey && !this.mode) : null;
  }

  #to(row, column, picking = false) {
    this.go(row, column, picking);
    return true;
  }

  #lineEnd() {
    this.#begin("inside");
    this.view.editor.setRangeText("\n", this.view.editor.selectionStart, this.view.editor.selectionEnd, "end");
    this.#typed();
    return true;
  }

  /** The next cell as the sheet is read: along the row, or down the column and then to the top of the next. */
  order(step) {
    const { sheet, at: { row, column } } = this.view;
    const width = sheet.columns.length;
    if (this.data.by === "rows") {
      const next = Math.max(0, row * width + column + step);
      return [Math.floor(next / width), next % width];
    }
    const last = sheet.rows.findLastIndex((one) => !sheet.isEmpty(one));
    const typed = this.mode && this.view.editor.value.trim() ? Math.max(last, row) : last;
    const below = step > 0 && (column ? row < typed : row <= typed);
    if (step < 0 ? row > this.#top(row) : below) return [row + step, column];
    return step < 0 ? [typed, column - 1] : [this.#top(Math.min(row, typed)), (column + 1) % width];
  }

  /** Where the sheet in hand begins: after what is saved. */
  #top(row) {
    let top = Math.max(row, 0);
    while (top > 0 && !this.view.sheet.rows[top - 1].id) top -= 1;
    return top;
  }

  // -- mouse ----------------------------------------------------------------------------------------------

  #down(event) {
    const cell = event.target.closest("td[data-at]");
    if (!cell || event.button || event.target === this.view.editor) return;
    event.preventDefault();
    this.go(this.#rowOf(cell), Number(cell.dataset.at), event.shiftKey);
  }

  #over(event) {
    const cell = event.target.closest("td[data-at]");
    if (!cell || event.buttons !== 1 || this.mode || event.pointerType === "touch") return;
    this.view.go(this.#rowOf(cell), Number(cell.dataset.at), true);
  }

  #rowOf(cell) {
    return this.view.sheet.rows.indexOf(cell.parentNode.sheetRow);
  }

  #out(event) {
    if (this.moving || !document.hasFocus() || this.view.table.contains(event.relatedTarget)) return;
    this.commit();
    if (event.relatedTarget) this.deeds.leave(this.view.row, this.view.at.column === this.view.sheet.columns.length - 1);
  }

  // -- clipboard ------------------------------------------------------------------------------------------

  #copy(event, cut) {
    if (this.mode) return;
    const { rows, names } = this.view.chosen;
    event.clipboardData.setData("text/plain", print(rows.map((row) => names.map((name) => this.view.sheet.text(row, name)))));
    event.preventDefault();
    if (cut) this.deeds.clear();
  }

  #paste(event) {
    const text = event.clipboardData.getData("text/plain");
    if (this.mode && !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    this.commit();
    const rows = parse(text);
    if (rows.length) this.deeds.paste(rows, heading(rows[0], this.data.fields));
  }
}
