/* One bird: its line, the ring after its own, and what asks of it. */

import { made } from "./answers.js";
import { giveUp } from "./queue.js";
import { say } from "./words.js";

/** One entry that asks, with the first thing it asks. */
export function asked({ answer, label }, deed) {
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
  return ["core.ring", "core.species", "core.age", "core.sex"].map((name) => fields[name]).filter(Boolean).join(" · ").slice(0, 200);
}

/** The ring after this one; empty where nobody knows, after a row of nines. */
export function following(ring) {
  const found = /^(.*?)([0-9]+)$/s.exec(ring.trim());
  if (!found || /^9+$/.test(found[2])) return "";
  return found[1] + String(BigInt(found[2]) + 1n).padStart(found[2].length, "0");
}

/** A ring that no entry on this device has taken yet, counted on from the one that the page came with. */
export function unused(ring, entries) {
  const taken = new Set(entries.map(({ fields }) => fields["core.ring"]));
  let found = ring;
  while (found && taken.has(found)) found = following(found);
  return found;
}
