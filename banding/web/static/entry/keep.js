/* Keep and clear: which fields stay from one bird to the next, shown at each and remembered for the person. */

import { labelOf } from "./answers.js";
import { alone, deal, get, owner } from "./device.js";
import { token } from "./line.js";
import { say, tell } from "./words.js";

const PATIENCE = 8000;

/**
 * Let the buttons of a form turn what is kept; gives {has(name), turn(name)}. What is turned is on this device first
 * and goes to the node when it answers: {name: {is, sent}}, `sent` by the clock of the node, 0 while it is not there.
 */
export async function init(form, sheet) {
  const place = { key: `keep/${sheet.kind}`, address: sheet.habits };
  const buttons = new Map([...form.querySelectorAll("button.keep")].map((one) => [one.value.slice("keep:".length), one]));
  const kept = new Set(sheet.keep);
  for (const [name, { is, sent }] of Object.entries(await turned(place).catch(() => ({})))) {
    // A page that the node made later knows better; one out of the device's memory may be older.
    if (!sent || sent >= sheet.made) show(name, is);
  }

  function show(name, is) {
    if (is) kept.add(name);
    else kept.delete(name);
    buttons.get(name)?.setAttribute("aria-pressed", String(is));
  }

  function turn(name) {
    if (!buttons.has(name)) return;
    const is = !kept.has(name);
    show(name, is);
    tell(say(is ? "kept-now" : "cleared-now", { field: labelOf(form, name) }));
    write(place, name, { is, sent: 0 }).then(() => send(place)).then((done) => { if (!done) tell(say("not-remembered")); });
  }

  form.addEventListener("click", (event) => {
    const pressed = event.target.closest("button.keep");
    if (!pressed) return;
    event.preventDefault();
    turn(pressed.value.slice("keep:".length));
  });
  for (const back of ["online", "focus"]) addEventListener(back, () => send(place));
  send(place);
  return { has: (name) => kept.has(name), turn };
}

async function turned({ key }) {
  return (await get("pack", key))?.turned ?? {};
}

function write({ key }, name, told, still = () => true) {
  return deal("pack", "readwrite", ({ pack }) => {
    pack.get(key).onsuccess = ({ target }) => {
      const before = target.result?.turned ?? {};
      if (still(before[name])) pack.put({ key, turned: { ...before, [name]: told } });
    };
  });
}

/** Tell the node what waits, one after the other; false where it does not answer. */
function send(place) {
  return alone("banding.keep", async () => {
    const waits = Object.entries(await turned(place)).filter(([, { sent }]) => !sent);
    const ticket = waits.length ? await token(owner()) : {};
    if (waits.length && !ticket.token) return false;
    for (const [name, { is }] of waits) {
      const headers = { Accept: "application/json", "X-CSRFToken": ticket.token };
      const body = new URLSearchParams({ one: name, kept: is ? "1" : "0" });
      const answer = await fetch(place.address, { method: "POST", headers, body, redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) return false;
      const sent = Date.parse(answer.headers.get("Date")) || 1;
      await write(place, name, { is, sent }, (now) => now?.is === is);
    }
    return true;
  }).catch(() => false);
}
