// The sheet itself: rows with what is typed in them, codes by their names, filling down, and what can be undone.

import { freshKey } from "./device.js";
import { ALIKE } from "./keys.js";

export const KIND = "kind";
export const LEFT = "left:";

/** The ring after this one; empty where nobody knows, after a row of nines. */
export function following(ring) {
  const found = /^(.*?)([0-9]+)$/s.exec(ring);
  if (!found || /^9+$/.test(found[2])) return "";
  return found[1] + String(BigInt(found[2]) + 1n).padStart(found[2].length, "0");
}

/** The code that a text means: itself, also in Cyrillic letters, its words in any language, or the only ones that begin so. */
export function code(text, options) {
  const wanted = text.trim().normalize("NFKC").toLowerCase();
  if (!wanted || !options || options.some((one) => one[0] === text)) return text;
  const told = (test) => options.filter((one) => one.some((word) => test(word.toLowerCase())));
  const latin = [...wanted.toUpperCase()].map((letter) => ALIKE[letter] ?? letter).join("");
  const exact = options.filter((one) => one[0].toUpperCase() === latin);
  const same = exact.length ? exact : told((word) => word === wanted);
  const near = same.length ? same : told((word) => word.startsWith(wanted));
  return near.length === 1 || same.length ? near[0][0] : text;
}

/** Rows of a field session. A cell shows what is typed in it, else what every bird, or every recapture, begins with. */
export class Sheet {
  constructor(columns, begin, met) {
    this.columns = columns;
    this.begin = { ...begin, [KIND]: "banding" };
    this.met = met;
    this.rows = [];
    this.done = [];
    this.undone = [];
  }

  blank() {
    return {
      key: freshKey(), id: null, generation: "", address: null, begin: this.begin, cells: {}, given: null, entry: null,
      state: "", answer: null, reasons: {}, born: performance.timeOrigin + performance.now(),
    };
  }

  add(row = this.blank()) {
    this.rows.push(row);
    return row;
  }

  text(row, name) {
    return row.cells[name] ?? this.base(row, name);
  }

  /** What stands in a cell in which nothing is typed. */
  base(row, name) {
    const met = !row.id && this.kind(row) === "recovery" ? this.met[name] : undefined;
    return met ?? row.begin[name] ?? "";
  }

  kind(row) {
    return (row.cells[KIND] ?? row.begin[KIND]) === "recovery" ? "recovery" : "banding";
  }

  isEmpty(row) {
    return !row.id && !row.given && Object.entries(row.cells).every(([name, text]) => name === KIND || !text.trim());
  }

  /** Whether something of the row is neither on the node nor on its way there. */
  isChanged(row) {
    if (this.isEmpty(row)) return false;
    if (!row.id && !row.given) return true;
    const there = row.given ?? row.begin;
    const names = [...this.columns.map((column) => column.name), ...Object.keys(row.cells)];
    return names.some((name) => !name.startsWith(LEFT) && this.text(row, name) !== (there[name] ?? ""));
  }

  leftover(row) {
    return Object.keys(row.cells).filter((name) => name.startsWith(LEFT) && row.cells[name].trim());
  }

  /** Take changes [[row, name, text]] in as one step that can be undone; gives the rows that changed. */
  put(changes) {
    const step = changes
      .map(([row, name, text]) => ({ row, name, before: this.text(row, name), after: this.#fit(row, name, text) }))
      .filter((one) => one.before !== one.after);
    if (!step.length) return [];
    this.done.push(step);
    this.undone = [];
    return this.#set(step, "after");
  }

  /** What a column takes of a text: a code for its words; a saved row stays what it is. */
  #fit(row, name, text) {
    if (name === KIND && (row.id || (row.given && row.state !== "asks"))) return this.text(row, KIND);
    const column = this.columns.find((one) => one.name === name);
    return code(text, column?.options);
  }

  #set(step, which) {
    for (const { row, name, [which]: text } of step) {
      if (text === this.base(row, name) && name !== KIND) delete row.cells[name];
      else row.cells[name] = text;
      if (this.rows.at(-1) !== row && !this.rows.includes(row)) this.rows.push(row);
    }
    return [...new Set(step.map((one) => one.row))];
  }

  undo() {
    return this.#turn(this.done, this.undone, "before");
  }

  redo() {
    return this.#turn(this.undone, this.done, "after");
  }

  #turn(from, to, which) {
    const step = from.pop();
    if (!step) return null;
    to.push(step);
    return { rows: this.#set(step, which), at: step[0] };
  }

  /** Changes that carry the first of `rows` into the others, by name; a ring counts on. */
  filled(rows, names) {
    const changes = [];
    for (const name of names) {
      let text = this.text(rows[0], name);
      for (const row of rows.slice(1)) {
        text = name === "core.ring" ? following(text) : text;
        changes.push([row, name, text]);
      }
    }
    return changes;
  }

  /** As many rows as this, and always an empty one at the end. */
  ensure(count = 0) {
    while (this.rows.length < count || !this.rows.length || !this.isEmpty(this.rows.at(-1))) this.add();
  }
}
