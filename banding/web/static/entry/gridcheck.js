// What a row of the sheet still needs, what is sent of it, and what there is to say about it.

import { KIND, LEFT } from "./cells.js";
import { say } from "./words.js";

const PAUSE = 600;

/** The names of needed fields in which nothing stands. */
export function missing(sheet, row, data) {
  return data.needs[sheet.kind(row)].filter((name) => !sheet.text(row, name).trim());
}

/** What every field of a row says, by name; the kind of the row among them. */
export function texts(sheet, row) {
  const names = new Set([...Object.keys(row.begin), ...Object.keys(sheet.met), ...Object.keys(row.cells)]);
  const told = [...names].filter((name) => !name.startsWith(LEFT)).map((name) => [name, sheet.text(row, name)]);
  return Object.fromEntries(told.filter(([, text]) => text !== ""));
}

/** The fields that a form with this row would send. */
export function fields(sheet, row, data) {
  const reasons = Object.entries(row.reasons).filter(([, reason]) => reason.trim());
  const told = Object.fromEntries(reasons.map(([code, reason]) => [`confirm-${code}`, reason]));
  const mine = row.id ? { generation: row.generation } : { submission: row.key, session: data.session };
  const all = { ...texts(sheet, row), ...told, ...mine };
  delete all[KIND];
  return all;
}

/** What an answer of the node says of a row: [{name, text, level, code, answers}], errors first. */
export function messages(sheet, row, data) {
  const answer = row.answer ?? {};
  const empty = new Set(row.asked ? [] : missing(sheet, row, data));
  const found = [];
  for (const [name, told] of Object.entries(answer.troubles ?? {}))
    for (const text of told) if (!empty.has(name)) found.push({ name, text, level: "wrong" });
  for (const text of answer.loose ?? []) found.push({ name: "", text, level: "wrong" });
  for (const one of answer.warnings ?? []) found.push({ name: one.control ?? "", text: one.text, level: "warn", code: one.code });
  for (const [name, answers] of Object.entries(answer.questions ?? {})) {
    const about = found.find((one) => one.name === name) ?? { name, text: "", level: "wrong" };
    if (!found.includes(about)) found.push(about);
    about.answers = answers;
  }
  if (row.asked) for (const name of missing(sheet, row, data))
    if (!found.some((one) => one.name === name)) found.unshift({ name, text: say("grid-needed"), level: "wrong" });
  if (row.asked && sheet.leftover(row).length) found.push({ name: sheet.leftover(row)[0], text: say("grid-left-waits"), level: "wrong" });
  return found;
}

/** Ask the node about a row while it is typed, a moment after the last key; silent where no node answers. */
export function watching(answered) {
  const waits = new Map();
  const turns = new Map();
  return function ask(row, form) {
    clearTimeout(waits.get(row));
    waits.set(row, setTimeout(async () => {
      const turn = (turns.get(row) ?? 0) + 1;
      turns.set(row, turn);
      const { kind, fields: told } = form();
      try {
        const answer = await fetch(`/enter/check/${kind}`, {
          method: "POST", body: new URLSearchParams(told),
          headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("[name=csrf_token]").value },
        });
        if (answer.ok && turns.get(row) === turn) answered(row, await answer.json(), told);
      } catch {
        // Without the node nothing can be known; the row says so itself once it is left.
      }
    }, PAUSE));
  };
}
