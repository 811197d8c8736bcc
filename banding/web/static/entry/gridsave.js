// Rows on their way: each is on the device with every key, goes to the node by itself, and shows where it is.

import { KIND } from "./cells.js";
import { all, deal } from "./device.js";
import { fields, missing, texts } from "./gridcheck.js";
import { entries, onChange, put } from "./queue.js";

const KEPT = ["key", "id", "generation", "address", "begin", "cells", "given", "entry", "state", "reasons", "born"];
const ON_THE_WAY = new Set(["device", "sending"]);

/** Saves the rows of a sheet; `paint(row)` is called whenever something of a row has changed, `gone(row)` when it goes. */
export class Saver {
  constructor(sheet, data, paint, gone) {
    Object.assign(this, { sheet, data, paint, gone });
    this.place = `grid/${data.session}`;
  }

  // -- on the device --------------------------------------------------------------------------------------

  /** Write rows down as they stand, with what is still in the editor as `typing`; one transaction for all. */
  draft(rows, typing = {}) {
    const drafts = rows.map((row) => {
      const told = Object.fromEntries(KEPT.map((name) => [name, row[name]]));
      const at = new Date().toISOString();
      return { key: this.#name(row), of: this.place, tab: "", at, fields: {}, row: { ...told, cells: { ...row.cells, ...typing } } };
    });
    return deal("drafts", "readwrite", ({ drafts: store }) => {
      for (const one of drafts) {
        if (one.row.id === null && !one.row.given && !Object.values(one.row.cells).some((text) => text.trim())) store.delete(one.key);
        else store.put(one);
      }
    });
  }

  #name(row) {
    return `${this.place}|${row.key}`;
  }

  #forget(row) {
    return deal("drafts", "readwrite", ({ drafts }) => drafts.delete(this.#name(row)));
  }

  /** Bring back what was typed here and not saved; then hear of every change. */
  async restore() {
    for (const entry of await entries()) if (entry.extra?.sheet === this.place && entry.state === "node") this.#younger(entry);
    const drafts = (await all("drafts")).filter((one) => one.of === this.place && one.row);
    drafts.sort((one, other) => one.row.born - other.row.born);
    for (const { row: told } of drafts) {
      const held = told.id && this.sheet.rows.find((row) => row.id === told.id);
      if (held) Object.assign(held, told);
      else this.sheet.add({ ...this.sheet.blank(), ...told });
    }
    onChange((entries) => this.#hear(entries));
    return drafts.length;
  }

  /** A row that went to the node after this page was made, or while it was kept for times without a line. */
  #younger({ kind, fields: told, answer }) {
    const held = this.sheet.rows.find((row) => row.id === answer.id);
    if (this.data.withdrawn.includes(answer.id) || (held && Number(held.generation) >= Number(answer.generation))) return;
    const begin = Object.fromEntries(Object.entries(told).filter(([name]) => name.includes(".")));
    const now = { id: answer.id, generation: answer.generation, address: answer.address, begin: { ...begin, [KIND]: kind }, state: "node" };
    if (held) Object.assign(held, now);
    else this.sheet.add({ ...this.sheet.blank(), ...now });
  }

  // -- to the node ----------------------------------------------------------------------------------------

  /** Whether a row could go now. */
  isReady(row) {
    return !this.sheet.isEmpty(row) && !missing(this.sheet, row, this.data).length && !this.sheet.leftover(row).length;
  }

  /** Hand a row to the queue; one that is on its way goes once more when it has come. False where something is missing. */
  async save(row) {
    if (this.sheet.isEmpty(row)) return true;
    if (ON_THE_WAY.has(row.state)) {
      row.later = this.sheet.isChanged(row);
      return true;
    }
    row.asked = !this.isReady(row);
    if (row.asked) {
      this.paint(row);
      return false;
    }
    const told = { kind: this.sheet.kind(row), fields: fields(this.sheet, row, this.data), label: this.#label(row), extra: { sheet: this.place } };
    const replaces = row.state === "asks" ? row.entry ?? "" : "";
    Object.assign(row, { given: texts(this.sheet, row), answer: null, state: "device" });
    this.paint(row);
    if (row.id) told.address = `/records/${row.id}/correct`;
    row.entry = await put({ ...told, replaces });
    await this.draft([row]);
    // The node may have answered before the row knew under which key.
    this.#hear(this.entries ?? []);
    return true;
  }

  #label(row) {
    return [this.sheet.text(row, "core.ring"), this.sheet.text(row, "core.species")].filter(Boolean).join(" ").slice(0, 120);
  }

  #hear(entries) {
    this.entries = entries;
    const known = new Map(entries.map((one) => [one.key, one]));
    for (const row of [...this.sheet.rows]) {
      const entry = row.entry && known.get(row.entry);
      if (entry) this.#heard(row, entry);
    }
  }

  #heard(row, entry) {
    if (entry.state === "node") return this.#kept(row, entry.answer);
    const isToldAnew = row.answer?.language && row.answer.language !== entry.answer?.language;
    if (entry.state === row.state && (entry.state !== "asks" || (row.answer && !isToldAnew))) return undefined;
    row.state = entry.state;
    if (entry.state === "asks") this.#asked(row, entry.answer);
    return this.#settled(row);
  }

  #asked(row, answer) {
    row.answer = answer;
    if (answer.generation) row.generation = answer.generation;
    // Saved before with other words: what stands here now can only be a correction of it.
    if (answer.outcome === "already" && answer.id) Object.assign(row, { id: answer.id, address: answer.address, entry: null });
  }

  #kept(row, answer) {
    const begin = row.given;
    const changed = Object.entries(row.cells).filter(([name, text]) => text !== (begin[name] ?? ""));
    Object.assign(row, {
      id: answer.id, generation: answer.generation, address: answer.address, begin, cells: Object.fromEntries(changed),
      given: null, entry: null, answer: null, state: "node", asked: false,
    });
    if (changed.length) this.draft([row]);
    else this.#forget(row);
    const double = this.sheet.rows.find((other) => other !== row && other.id === row.id);
    if (double) this.gone(double);
    this.#settled(row);
  }

  #settled(row) {
    this.paint(row);
    if (!row.later || ON_THE_WAY.has(row.state)) return;
    row.later = false;
    this.save(row);
  }
}
