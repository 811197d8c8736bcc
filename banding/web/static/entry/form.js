/* The quick form: what is typed is saved without waiting, the next bird begins at once, and what asks opens again. */

import { show } from "./answers.js";
import * as check from "./check.js";
import * as drafts from "./drafts.js";
import * as keep from "./keep.js";
import { first, goTo, init as keys } from "./keys.js";
import * as look from "./look.js";
import * as marks from "./marks.js";
import { quick } from "./quick.js";
import * as species from "./species.js";
import { facts } from "./words.js";

const form = document.getElementById("entry");
const sheet = form && facts("sheet");

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
  const key = `correct/${sheet.action}/${form.elements.generation?.value ?? ""}`;
  const deeds = { save: () => form.requestSubmit(form.querySelector(".deeds button.main")), undo() {}, keep() {} };
  keys(form, deeds);
  const found = sheet.posted ? null : await drafts.restore(key);
  if (found) {
    marks.makeRoom(form, Object.keys(found.fields));
    drafts.fill(form, found.fields);
    form.dispatchEvent(new CustomEvent("entry:filled", { bubbles: true }));
  }
  drafts.watch(form, key);
}

async function begin() {
  for (const part of [species, look, check, marks]) part.init(form);
  if (sheet.quick) await quick(form, sheet, keep.init(form, sheet));
  else await plain();
  const urgent = document.getElementById("summary") || form.querySelector(".confirm input");
  goTo(urgent || first(form));
  form.dataset.ready = "yes";
}

if (sheet) begin().catch((trouble) => { form.dataset.ready = "no"; throw trouble; });
export { show };
