/* Beside the form, with or without a line: the birds of today at this station, and the rings that are left. */

import { made } from "./answers.js";
import { pack } from "./pack.js";
import { entries, onChange } from "./queue.js";
import { say } from "./words.js";

/** Show both below what stands beside the form already; nothing until the device has been told once. */
export async function init(beside) {
  const birds = folded(beside);
  const rings = folded(beside);
  const draw = (told, waiting) => {
    if (!told) return;
    fill(birds, "today-birds", [...waiting.map(({ label }) => label), ...ofToday(told).map((bird) => line(told, bird))]);
    fill(rings, "rings-left", told.strings.map((one) => say("ring-string", { ...one, ring: `${one.scheme} ${one.next}` })));
  };
  const again = async () => draw(await pack(), (await entries()).filter(isNew));
  addEventListener("pack", again);
  onChange(again);
}

/** What the node does not know yet; what it has taken since the pack came is in the list of the form. */
function isNew({ state, address }) {
  return state !== "node" && !address.endsWith("/correct");
}

/** A pack of yesterday tells nothing of today. */
function ofToday(told) {
  const isOld = new Date(told.at).toDateString() !== new Date().toDateString();
  return isOld ? [] : told.birds;
}

function line(told, bird) {
  const species = told.species.find((one) => one.name === bird.species);
  const name = species?.[document.documentElement.lang.slice(0, 2)] ?? bird.species;
  return [bird.ring, name, bird.age, bird.sex].filter(Boolean).join(" · ");
}

function folded(beside) {
  const part = made("details", { hidden: true }, made("summary", {}), made("ul", {}));
  beside.append(part);
  return part;
}

function fill(part, key, lines) {
  const [summary, list] = part.children;
  summary.textContent = say(key, { count: lines.length });
  list.replaceChildren(...lines.map((text) => made("li", {}, text)));
  part.hidden = !lines.length;
}
