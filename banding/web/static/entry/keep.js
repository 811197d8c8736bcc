/* Keep and clear: which fields stay from one bird to the next, shown at each and remembered for the person. */

import { labelOf } from "./answers.js";
import { say, tell } from "./words.js";

/** Let the buttons of a form turn what is kept; gives {has(name), turn(name)}. */
export function init(form, sheet) {
  const kept = new Set(sheet.keep);
  const buttons = new Map([...form.querySelectorAll("button.keep")].map((one) => [one.value.slice("keep:".length), one]));

  function turn(name) {
    if (!buttons.has(name)) return;
    if (!kept.delete(name)) kept.add(name);
    const is = kept.has(name);
    buttons.get(name).setAttribute("aria-pressed", String(is));
    tell(say(is ? "kept-now" : "cleared-now", { field: labelOf(form, name) }));
    remember(form, sheet.habits, name, is).catch(() => tell(say("not-remembered")));
  }

  form.addEventListener("click", (event) => {
    const pressed = event.target.closest("button.keep");
    if (!pressed) return;
    event.preventDefault();
    turn(pressed.value.slice("keep:".length));
  });
  return { has: (name) => kept.has(name), turn };
}

async function remember(form, address, name, is) {
  const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  const body = new URLSearchParams({ one: name, kept: is ? "1" : "0" });
  const answer = await fetch(address, { method: "POST", headers, body, redirect: "error" });
  if (!answer.ok) throw new Error(answer.status);
}
