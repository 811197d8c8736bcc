/* Bird after bird: save through the queue, begin the next, undo, and open an entry again that the node asks about. */

import { clear, controlOf, lacking, made, show } from "./answers.js";
import { asked, following, labelOf, mended, unseen, unused } from "./bird.js";
import { freshKey } from "./device.js";
import * as drafts from "./drafts.js";
import { first, goTo, init as keys } from "./keys.js";
import { init as list } from "./list.js";
import { makeRoom } from "./marks.js";
import * as queue from "./queue.js";
import { init as retell } from "./retell.js";
import { say, tell } from "./words.js";

const NEEDED = ["core.scheme", "core.ring", "core.species", "core.day"];
const TWICE = 400;

/** Turn the form into the quick form; what is in the controls named in `early` was typed before it was one. */
export async function quick(form, sheet, kept, early) {
  const draft = `${sheet.kind}/${sheet.session || "none"}${location.search.includes("ring=") ? location.search : ""}`;
  const aside = `${draft}/aside`;
  const draw = list(document.getElementById("queue"), open, sheet.withdrawn);
  let entries = [];
  let editing = null;
  let past = null;
  let stashed = null;
  let guess = sheet.kind === "banding" ? { key: "", ring: form.elements["core.ring"].value } : null;
  let saved = -Infinity;

  const deeds = { save, undo, keep: kept.turn };
  keys(form, deeds);
  buttons();
  form.addEventListener("submit", submit);
  // The second press of a double click is not the next bird, however long this machine takes over the first.
  for (const press of ["mousedown", "click"]) form.addEventListener(press, again);
  await restore();
  drafts.watch(form, draft);
  if (early.size) keepDraft();
  queue.onChange(heard);
  retell(document.documentElement.lang);
  const wished = new URLSearchParams(location.search).get("entry");
  if (wished) {
    entries = await queue.entries();
    await open(wished);
  }

  /** Nor may it take the cursor out of the next bird. */
  function again(event) {
    const isSecond = event.detail > 1 || event.timeStamp - saved < TWICE;
    if (isSecond && event.target.matches(".deeds button.main")) event.preventDefault();
  }

  function submit(event) {
    const { submitter } = event;
    if (submitter?.name || submitter?.getAttribute("formaction")) return;
    event.preventDefault();
    if (event.timeStamp - saved > TWICE) save();
  }

  function save() {
    const [missing] = lacking(form, NEEDED);
    if (missing) return goTo(missing);
    const fields = drafts.fieldsOf(form);
    const put = asPut(fields);
    past = { what: "next", fields, key: put.replaces || fields.submission, editing };
    editing = null;
    saved = performance.now();
    queue.put(put).then((key) => named(fields, key)).catch((trouble) => lost(fields, trouble));
    tell(say("saved-here", { bird: put.label }));
    if (stashed) back();
    else next(fields);
    return undefined;
  }

  /** The queue may have given the bird another key than the form. */
  function named(fields, key) {
    if (past?.fields === fields) past.key = key;
    if (guess?.fields === fields) guess.key = key;
  }

  /** What the queue must know: a bird that is on the node already is corrected there. */
  function asPut(fields) {
    const put = { kind: form.dataset.kind, fields, label: labelOf(fields), draft: drafts.rowKey(draft) };
    return editing ? mended(put, editing, entries.find((one) => one.key === editing.key)) : put;
  }

  /** The next bird: what is kept stays, everything else is as in a fresh form, and the ring counts on. */
  function next(fields) {
    const begun = { session: fields.session ?? "", submission: freshKey() };
    for (const control of form.elements) {
      const { name } = control;
      if (!name?.includes(".") || name.includes(":")) continue;
      const text = kept.has(name) ? fields[name] : sheet.fresh[name];
      if (text) begun[name] = text;
    }
    const isTurned = form.dataset.kind !== sheet.kind;
    // A bird that wore its ring already leaves the next one of the string on its string.
    if (!isTurned) guess = { key: past.key, fields, ring: following(fields["core.ring"] ?? "") };
    if (isTurned) begun["core.ring_information"] = sheet.fresh["core.ring_information"] ?? "";
    if (sheet.kind === "banding" && !kept.has("core.ring")) begun["core.ring"] = guess?.ring ?? "";
    fill(begun);
    form.dispatchEvent(new CustomEvent("entry:fresh", { bubbles: true }));
    goTo(first(form));
  }

  function fill(fields) {
    clear(form);
    for (const control of form.querySelectorAll("[data-turned]")) control.remove();
    const isTurned = sheet.kind === "banding" && Boolean(fields["core.manner"]);
    form.dataset.kind = isTurned ? "recovery" : sheet.kind;
    form.action = isTurned ? `/enter/recovery` : sheet.action;
    makeRoom(form, Object.keys(fields));
    // What this form has no control for goes with it unseen, so that nothing typed is lost.
    for (const name of drafts.fill(form, fields)) if (name.includes(".")) form.append(unseen(name, fields[name]));
    form.dispatchEvent(new CustomEvent("entry:filled", { bubbles: true }));
  }

  function undo() {
    if (!past) return tell(say("nothing-to-undo"));
    const { what, fields, key, editing: edited } = past;
    const now = drafts.fieldsOf(form);
    const said = what === "next" ? "undone-next" : "undone-clear";
    past = { what: "clear", fields: now, editing };
    editing = what === "next" ? { key } : edited;
    fill(fields);
    keepDraft();
    goTo(first(form));
    return tell(say(said));
  }

  function empty() {
    past = { what: "clear", fields: drafts.fieldsOf(form), editing };
    const { submission, session = "" } = past.fields;
    fill({ ...sheet.fresh, submission: editing ? freshKey() : submission, session });
    editing = null;
    keepDraft();
    goTo(first(form));
  }

  /** Show an entry again that the node asks about; what is being typed is put aside and comes back after it. */
  async function open(key) {
    const entry = entries.find((one) => one.key === key);
    if (!entry) return;
    if (entry.kind === "banding" && sheet.kind !== "banding") {
      location.assign(`/enter/banding?entry=${key}`);
      return;
    }
    stashed ??= { fields: drafts.fieldsOf(form), editing };
    await drafts.save(form, aside);
    editing = { key };
    fill({ ...entry.fields, submission: key });
    form.dispatchEvent(new CustomEvent("entry:shown", { bubbles: true, detail: entry }));
    if (show(form, entry.answer)) offer(entry);
    keepDraft();
    goTo(form.querySelector(".confirm input, .field.wrong input, .field.wrong select") ?? first(form));
    alarm();
    tell(say("opened-again", { bird: entry.label }));
  }

  /** What was saved before can be corrected instead of entered anew. */
  function offer(entry) {
    if (entry.answer?.outcome !== "already") return;
    const button = made("button", { type: "button" }, say("correct-that"));
    button.addEventListener("click", () => { editing = { key: entry.key, corrects: true }; save(); });
    document.getElementById("summary")?.append(button);
  }

  function back() {
    const { fields, editing: edited } = stashed;
    stashed = null;
    editing = edited;
    fill(fields);
    keepDraft();
    drafts.drop(aside);
    goTo(first(form));
  }

  async function restore() {
    if (sheet.posted) return known(form.elements.submission.value);
    const put = await drafts.restore(aside);
    const found = await drafts.restore(draft);
    if (put) stashed = { fields: put.fields, editing: null };
    if (!found && !put) return goOn();
    fill(drafts.under(form, (found ?? put).fields, early));
    if (!found) { stashed = null; drafts.drop(aside); keepDraft(); }
    tell(say("restored"));
    return known(form.elements.submission.value);
  }

  /** A page that the node has made before it knew what waits here, or that comes out of the device's memory. */
  async function goOn() {
    const ring = controlOf(form, "core.ring");
    if (sheet.kind !== "banding" || location.search.includes("ring=")) return;
    if (!early.has(ring.name)) ring.value = unused(ring.value, await queue.entries(), sheet.session);
    guess = { key: "", ring: ring.value };
  }

  /** Whether the form holds an entry of the queue, after a reload or in another language. */
  async function known(key) {
    const entry = (await queue.entries()).find((one) => one.key === key);
    if (entry) editing = { key };
    entries = entry ? [entry] : entries;
    if (entry?.state === "asks" && !sheet.posted && show(form, entry.answer)) offer(entry);
  }

  function heard(now) {
    entries = now;
    draw(entries, sheet.session);
    alarm();
    const last = guess?.key && entries.find((one) => one.key === guess.key);
    const ring = last?.state === "node" ? last.answer?.next?.["core.ring"] : undefined;
    const control = controlOf(form, "core.ring");
    if (ring === undefined || !control || control.value !== guess.ring || control === document.activeElement) return;
    guess = { key: "", ring };
    if (control.value === ring) return;
    control.value = ring;
    form.dispatchEvent(new CustomEvent("entry:filled", { bubbles: true }));
  }

  /** What asks stands above the form until it is answered; only what is new is said aloud. */
  function alarm() {
    const box = document.getElementById("asks");
    const asking = entries.filter((one) => one.state === "asks" && one.key !== editing?.key);
    const marks = asking.map((one) => one.key + one.version + (one.answer?.language ?? ""));
    box.hidden = !asking.length;
    if (marks.join() === box.dataset.marks) return;
    box.setAttribute("role", marks.every((one) => box.dataset.marks?.includes(one)) ? "status" : "alert");
    box.dataset.marks = marks.join();
    box.replaceChildren(...asked(asking, open));
  }

  /** The device could not keep it: the bird is in the form again, and goes to the node as a page does. */
  function lost(fields, trouble) {
    fill(fields);
    form.removeEventListener("submit", submit);
    tell(say("not-on-device"));
    console.warn(trouble);
  }

  function keepDraft() {
    drafts.save(form, draft);
  }

  function buttons() {
    for (const [id, deed] of [["undo", undo], ["empty", empty]]) {
      const button = document.getElementById(id);
      button.hidden = false;
      button.addEventListener("click", deed);
    }
  }
}
