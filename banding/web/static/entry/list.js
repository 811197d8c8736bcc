/* The list beside the form: the birds of today, each with whether it is on this device or on the node. */

import { made } from "./answers.js";
import { facts, say } from "./words.js";

const opened = Date.now();

/** Show entries in a list, the newest first, without `withdrawn` ones; `open(entry)` is called for one that asks. */
export function init(list, open, withdrawn = []) {
  const shown = new Map();
  const begun = Number(document.getElementById("birds")?.textContent ?? 0);

  return function draw(all, session) {
    const entries = all.filter(({ state, answer }) => state !== "node" || !withdrawn.includes(answer?.id));
    for (const entry of entries) {
      const now = `${entry.state} ${entry.version} ${entry.label}`;
      if (shown.get(entry.key)?.now === now) continue;
      const told = shown.has(entry.key) ? null : asMade(list, entry);
      if (told) {
        shown.set(entry.key, { now, line: told });
        continue;
      }
      const line = drawn(entry, open);
      const old = shown.get(entry.key)?.line;
      if (old) old.replaceWith(line);
      else list.prepend(line);
      shown.set(entry.key, { now, line });
      if (entry.answer?.id) for (const twin of list.querySelectorAll(`li[data-id="${entry.answer.id}"]`)) if (twin !== line) twin.remove();
    }
    for (const [key, { line }] of shown) {
      if (entries.some((entry) => entry.key === key)) continue;
      line.remove();
      shown.delete(key);
    }
    tally(begun, entries, session);
  };
}

/** The line of a page that is younger than what was said of the bird, in its own language; null where it has none. */
function asMade(list, { answer, sent, state }) {
  const isOlder = state === "node" && answer?.id && Date.parse(sent) < (facts("sheet")?.made ?? 0);
  return isOlder ? list.querySelector(`li[data-id="${answer.id}"]:not([data-key])`) : null;
}

function drawn(entry, open) {
  const { answer, state } = entry;
  const label = answer?.bird?.line || entry.label;
  const line = made("li", {}, state === "node" && answer?.address ? made("a", { href: answer.address }, label) : label, " ");
  line.dataset.key = entry.key;
  if (state === "node" && answer?.id) line.dataset.id = answer.id;
  line.append(made("span", { className: `state ${state}` }, say(`state-${state}`)));
  if (state === "asks") {
    const button = made("button", { type: "button" }, say("open-again"), made("span", { className: "unseen" }, ` ${label}`));
    button.addEventListener("click", () => open(entry.key));
    line.append(" ", button);
  }
  return line;
}

/** The birds of the session: those that the page came with, and those that were typed since. */
function tally(begun, entries, session) {
  const line = document.getElementById("birds");
  if (!line || !session) return;
  const mine = entries.filter((entry) => entry.fields.session === session && !entry.address.endsWith("/correct"));
  const later = mine.filter((entry) => entry.state !== "node" || Date.parse(entry.sent) >= opened);
  line.textContent = String(begun + later.length);
}
