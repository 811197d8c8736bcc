/* One bird: its line, the ring after its own, and what asks of it. */

import { made } from "./answers.js";
import { giveUp } from "./queue.js";
import { say } from "./words.js";

const MOST = 5;

/** The entries that ask. A pasted sheet may ask about every row: the form stays within reach, and all are in the list. */
export function asked(entries, open) {
  const told = entries.slice(0, MOST).map((entry) => one(entry, () => open(entry.key)));
  const more = entries.length - MOST;
  return more > 0 ? [...told, made("p", {}, say("asks-more", { count: more }))] : told;
}

/** One entry that asks, with the first thing it asks. */
function one({ answer, label }, deed) {
  const { troubles = {}, warnings = [], loose = [] } = answer ?? {};
  const [why = ""] = [...Object.values(troubles).flat(), ...warnings.map((one) => one.text), ...loose];
  const button = made("button", { type: "button" }, say("open-again"), made("span", { className: "unseen" }, ` ${label}`));
  button.addEventListener("click", deed);
  return made("p", {}, say("asks-one", { bird: label, why }), " ", button);
}

/** What the queue must know of a bird that was open again; one that is on the node already is corrected there. */
export function mended(put, { key, corrects }, now) {
  const { address, generation, outcome, submission } = now?.answer ?? {};
  const { submission: _key, ...rest } = put.fields;
  if (now?.state === "node" || corrects) {
    if (corrects) giveUp(key);
    return { ...put, fields: { ...rest, generation }, address: `${address}/correct` };
  }
  // A correction that the node asks about stays one, or there would be a second record.
  if (now?.address.endsWith("/correct")) {
    const based = { ...rest, generation: generation || now.fields.generation };
    return { ...put, fields: based, address: now.address, replaces: key, extra: now.extra };
  }
  if (outcome !== "already") return { ...put, replaces: key, extra: now?.extra };
  giveUp(key);
  return { ...put, fields: { ...put.fields, submission } };
}

/** What a form has no control for. */
export function unseen(name, value) {
  const control = made("input", { type: "hidden", name, value });
  control.dataset.turned = "yes";
  return control;
}

/** A bird in one short line. */
export function labelOf(fields) {
  const told = ["core.ring", "core.species", "core.age", "core.sex"].map((name) => fields[name]);
  const again = fields["core.manner"] === "recapture" ? say("recapture") : "";
  return [...told, again].filter(Boolean).join(" · ").slice(0, 200);
}

/** The ring after this one; empty where nobody knows, after a row of nines. */
export function following(ring) {
  const found = /^(.*?)([0-9]+)$/s.exec(ring.trim());
  if (!found || /^9+$/.test(found[2])) return "";
  return found[1] + String(BigInt(found[2]) + 1n).padStart(found[2].length, "0");
}

/** The ring for the next bird: of the page, else after the last of its session here; none that an entry here has taken. */
export function unused(ring, entries, session) {
  const bandings = entries.filter(({ address, kind }) => kind === "banding" && !address.endsWith("/correct"));
  const last = session ? bandings.findLast(({ fields }) => fields.session === session) : undefined;
  const taken = new Set(bandings.map(({ fields }) => fields["core.ring"]));
  let found = ring || (last?.state === "node" ? last.answer?.next?.["core.ring"] : following(last?.fields["core.ring"] ?? "")) || "";
  while (found && taken.has(found)) found = following(found);
  return found;
}
