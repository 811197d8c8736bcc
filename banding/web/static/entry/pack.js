/* The pack: what this device holds of the node's species, rings, codes and today's birds, for a day without a line. */

import { get, put } from "./device.js";

const FRESH = 60_000;
let asked = null;

/** The pack as it was last fetched, {species, birds, strings, tables, words, day, node, at}; undefined before the first time. */
export function pack() {
  return get("pack", "pack");
}

/** Fetch the pack anew when the last one is older than a minute or `now`; what is there stays when there is no line. */
export function refresh(now = false) {
  asked ??= fetched(now).catch(() => false).finally(() => { asked = null; });
  return asked;
}

async function fetched(now) {
  const held = await get("pack", "pack");
  if (held && !now && Date.now() - held.at < FRESH && Date.now() >= held.at) return false;
  const headers = { Accept: "application/json", ...(held ? { "If-None-Match": held.mark } : {}) };
  const answer = await fetch("/enter/pack", { headers, cache: "no-store", redirect: "error" });
  if (answer.status === 304) await put("pack", { ...held, at: Date.now() });
  if (answer.status !== 200) return false;
  const told = await answer.json();
  if (!told.species) return false;
  await put("pack", { ...told, key: "pack", mark: answer.headers.get("ETag"), at: Date.now() });
  dispatchEvent(new CustomEvent("pack", { detail: told }));
  return true;
}
