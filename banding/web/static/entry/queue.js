/* The queue: every entry is written to this device first and goes to the node by itself, once, whatever happens. */

import { all, alone, alter, freshKey, keepForGood, nameOf, owner } from "./device.js";
import { deliver, token } from "./line.js";

const PAUSES = [1, 2, 5, 15, 60];
const heard = new Set();
const me = owner();
const channel = new BroadcastChannel("banding.queue");
let line = "unknown";
let sending = "";
let again = false;
let running = null;
let failed = 0;
let alarm = 0;
let resting = false;

/**
 * Keep an entry and begin to send it; resolves with its key once it is safe on this device.
 *
 * `fields` are texts by control; `label` a short line for people. The entry's own key is `fields.submission`, or a new
 * one; the same key with the same fields is the same entry, with others it becomes an entry of its own. `replaces` is
 * the key of an entry that asked and is answered now. `draft` is the row of the draft (`rowKey` of drafts.js) that
 * ends with it. `address` where it goes, if not to the form of its kind.
 */
export async function put({ kind, fields, label = "", replaces = "", draft = "", address = `/enter/${kind}`, extra }) {
  const at = new Date().toISOString();
  const key = await alter(["queue", "drafts"], (rows, { queue, drafts }) => {
    if (draft) drafts.delete(draft);
    const old = rows.find((row) => row.key === (replaces || fields.submission));
    if (old && isSame(old, { address, fields })) {
      if (old.state === "asks" && replaces) queue.put({ ...old, state: "device", answer: null, version: old.version + 1 });
      return old.key;
    }
    const mends = Boolean(replaces && old && old.state !== "node");
    const fresh = mends ? old.key : old || !fields.submission ? freshKey() : fields.submission;
    const order = mends ? old.order : 1 + rows.reduce((most, row) => Math.max(most, row.order), 0);
    const version = mends ? old.version + 1 : 1;
    const row = { key: fresh, kind, address, fields, label, at, order, version, state: "device", answer: null, tries: 0 };
    queue.put(extra === undefined ? row : { ...row, extra });
    return fresh;
  });
  keepForGood();
  await tell();
  send();
  return key;
}

/** Every entry on this device in the order of typing, each with its `state`: device, sending, node or asks. */
export async function entries() {
  const rows = (await all("queue")).filter((row) => !isOver(row));
  rows.sort((one, other) => one.order - other.order);
  return rows.map((row) => (row.key === sending && row.state === "device" ? { ...row, state: "sending" } : row));
}

/** Call `fn(entries, line)` now and after every change; `line`: on, off, login, other or unknown. Gives what ends it. */
export function onChange(fn) {
  heard.add(fn);
  entries().then((rows) => fn(rows, line));
  return () => heard.delete(fn);
}

/** Give an entry up, on a person's wish only. */
export async function giveUp(key) {
  await alter("queue", (_rows, { queue }) => { queue.delete(key); });
  await tell();
}

/** What the node says of an entry that asks, in the language of the page. */
export async function retold(key, version, said, language) {
  await alter("queue", (rows, { queue }) => {
    const row = rows.find((one) => one.key === key && one.version === version && one.state === "asks");
    if (row) queue.put({ ...row, answer: { ...row.answer, ...said, language } });
  });
  await tell();
}

/** Send what waits; called by itself after every entry, when the line comes back, and at growing pauses. */
export function send() {
  if (!me || resting) return Promise.resolve();
  again = true;
  running ??= alone(`banding.send.${nameOf(me)}`, round).catch(() => later()).finally(() => { running = null; });
  return running;
}

/** Send nothing more from this page and wait for what is under way, before somebody else may log in. */
export async function rest() {
  resting = true;
  again = false;
  await running;
}

async function round() {
  clearTimeout(alarm);
  await tidy();
  while (again) {
    again = false;
    if (!(await pass())) return later();
  }
  failed = 0;
  return undefined;
}

/** Each waiting entry once; false when the rest must wait for the line. */
async function pass() {
  const passed = new Set();
  let ticket = null;
  let stale = 0;
  for (;;) {
    const waiting = (await all("queue")).filter((row) => row.state === "device" && !passed.has(row.key + row.version));
    // What the node has stumbled over again and again goes last, so that it delays nobody.
    waiting.sort((one, other) => (one.tries > 2) - (other.tries > 2) || one.order - other.order);
    if (resting) return true;
    if (!waiting.length) return !passed.size || !(await all("queue")).some((row) => row.state === "device");
    const [entry] = waiting;
    ticket ??= await token(me);
    if (!ticket.token) return set(ticket.line, false);
    const verdict = await sent(entry, ticket);
    stale = verdict.state === "stale" ? stale + 1 : 0;
    if (verdict.state === "wait" || stale > 1) return set(verdict.line ?? "off", false);
    set("on", true);
    if (stale) ticket = null;
    else passed.add(entry.key + entry.version);
  }
}

async function sent(entry, ticket) {
  sending = entry.key;
  await tell();
  const verdict = await deliver(entry, ticket);
  if (verdict.answer) verdict.answer.language = document.documentElement.lang;
  sending = "";
  await alter("queue", (rows, { queue }) => {
    const row = rows.find((one) => one.key === entry.key);
    // Changed meanwhile: what the node said was about other words, so it is asked once more.
    if (!row || row.version !== entry.version) return;
    const now = new Date().toISOString();
    if (verdict.state === "node") queue.put({ ...row, state: "node", answer: verdict.answer, sent: now });
    else if (verdict.state === "asks") queue.put({ ...row, state: "asks", answer: verdict.answer });
    else queue.put({ ...row, tries: row.tries + (verdict.state === "trouble" ? 1 : 0), trouble: verdict.trouble ?? "" });
  });
  await tell();
  return verdict;
}

function later() {
  clearTimeout(alarm);
  alarm = setTimeout(send, PAUSES[Math.min(failed, PAUSES.length - 1)] * 1000);
  failed += 1;
}

function set(now, answer) {
  const changed = line !== now;
  line = now;
  if (changed) tell();
  return answer;
}

async function tell(far = true) {
  if (far) channel.postMessage({ changed: true });
  const rows = await entries();
  for (const fn of heard) fn(rows, line);
}

function isSame(old, { address, fields }) {
  return old.address === address && words(old.fields) === words(fields);
}

function words(fields) {
  const told = Object.entries(fields).filter(([name, text]) => text !== "" && !["csrf_token", "submission"].includes(name));
  return JSON.stringify(told.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What is on the node leaves the list when its day is over. */
function isOver(row) {
  return row.state === "node" && new Date(row.sent).toDateString() !== new Date().toDateString();
}

async function tidy() {
  if ((await all("queue")).some(isOver)) {
    await alter("queue", (rows, { queue }) => rows.filter(isOver).forEach((row) => queue.delete(row.key)));
  }
}

function soon() {
  failed = 0;
  send();
}

channel.onmessage = () => tell(false);
addEventListener("online", soon);
addEventListener("focus", soon);
addEventListener("pageshow", soon);
document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
send();
