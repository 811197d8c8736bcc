/* What asks was answered in the language of that moment: in another one the node is asked to say it again. */

import { token } from "./line.js";
import { onChange, retold } from "./queue.js";
import { owner } from "./device.js";

const PARTS = ["troubles", "questions", "warnings", "loose"];
const asked = new Set();
let running = Promise.resolve();

/** Have what asks told in the language of the page; without the node it stays as it was said. */
export function init(language) {
  onChange((entries) => {
    for (const entry of entries) {
      const { answer, key, state, version } = entry;
      if (state !== "asks" || !answer?.language || answer.language === language || asked.has(key + version)) continue;
      asked.add(key + version);
      running = running.then(() => again(entry, language)).catch(() => {});
    }
  });
}

async function again({ address, answer, fields, key, kind, version }, language) {
  // What differs from a saved record is no question of the rules, and is said by its page.
  const ticket = answer.outcome === "already" ? {} : await token(owner());
  if (!ticket.token) return;
  const record = /\/records\/([0-9a-f-]{36})\/correct$/.exec(address)?.[1];
  const body = new URLSearchParams({ ...fields, ...(record ? { record } : {}) });
  body.delete("csrf_token");
  const headers = { Accept: "application/json", "X-CSRFToken": ticket.token };
  const said = await fetch(`/enter/check/${kind}`, { method: "POST", body, headers });
  const told = said.ok ? await said.json() : { outcome: "" };
  // Nothing to say any more: what was asked stands until the entry is sent again.
  if (["refused", "to-confirm"].includes(told.outcome)) await retold(key, version, pick(told), language);
}

function pick(told) {
  return Object.fromEntries(PARTS.map((name) => [name, told[name]]));
}
