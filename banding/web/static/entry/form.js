/* The quick form: what is typed is saved without waiting, the next bird begins at once, and what asks opens again. */

import { made, show } from "./answers.js";
import * as check from "./check.js";
import * as drafts from "./drafts.js";
import * as keep from "./keep.js";
import { first, goTo, init as keys } from "./keys.js";
import * as look from "./look.js";
import * as marks from "./marks.js";
import { quick } from "./quick.js";
import * as species from "./species.js";
import { facts, say } from "./words.js";

const form = document.getElementById("entry");
const sheet = form && facts("sheet");
// What a quick hand has typed before the form had begun: it stands above any draft, and keeps the cursor.
const early = form ? drafts.touched(form) : new Set();

// A link in the summary opens the folded part in which its field stands.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control || link.classList.contains("skip")) return;
  const folded = control.closest("details");
  if (folded) folded.open = true;
  goTo(control);
  event.preventDefault();
});

/** A correction is sent as a page is; what is typed into it stays on the device until it is kept. */
async function plain() {
  const key = `correct${sheet.action}`;
  const deeds = { save: () => form.requestSubmit(form.querySelector(".deeds button.main")), undo() {}, keep() {} };
  keys(form, deeds);
  const found = await unsaved(key);
  if (found) {
    marks.makeRoom(form, Object.keys(found.fields));
    drafts.fill(form, drafts.under(form, found.fields, early));
    form.dispatchEvent(new CustomEvent("entry:filled", { bubbles: true }));
    form.prepend(restored(key));
  }
  drafts.watch(form, key);
  if (early.size) drafts.save(form, key);
  form.addEventListener("submit", () => drafts.save(form, sentKey(key)));
}

function sentKey(key) {
  return `${key}/sent`;
}

/** What was typed into a correction and is not saved: where what was sent has made a newer version, nothing. */
async function unsaved(key) {
  const sent = await drafts.restore(sentKey(key));
  await drafts.drop(sentKey(key));
  if (sheet.posted) return null;
  const found = await drafts.restore(key);
  if (!sent || sent.fields.generation === form.elements.generation.value) return found;
  await drafts.drop(key);
  return null;
}

/** Says that the form shows what was typed before, and leads back to what is saved. */
function restored(key) {
  const button = made("button", { type: "button" }, say("as-saved"));
  button.addEventListener("click", async () => {
    await drafts.drop(key);
    location.assign(sheet.action);
  });
  const note = made("div", { className: "said warn", id: "restored" }, made("p", {}, say("restored")), button);
  note.setAttribute("role", "status");
  return note;
}

function hurried({ target, isTrusted }) {
  if (isTrusted) early.add(target.name);
}

async function begin() {
  form.addEventListener("input", hurried);
  for (const part of [species, look, check, marks]) part.init(form);
  if (sheet.quick) await quick(form, sheet, await keep.init(form, sheet), early);
  else await plain();
  const urgent = document.getElementById("summary") || form.querySelector(".confirm input");
  if (urgent || !form.contains(document.activeElement)) goTo(urgent || first(form));
  form.removeEventListener("input", hurried);
  form.dataset.ready = "yes";
}

if (sheet) begin().catch((trouble) => { form.dataset.ready = "no"; throw trouble; });
export { show };
