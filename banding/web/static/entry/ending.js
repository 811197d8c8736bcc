/* The end of a session: says first how many of its birds are only on this device. */

import { all } from "./device.js";
import { entries } from "./queue.js";

const form = document.getElementById("session");
const box = document.getElementById("waits");
let told = false;

form.addEventListener("submit", (event) => {
  const { submitter } = event;
  if (told || !box || !["end", "round"].includes(submitter?.value)) return;
  event.preventDefault();
  waiting(box.dataset.session).catch(() => 0).then((count) => {
    told = true;
    if (!count) return form.requestSubmit(submitter);
    box.textContent = box.dataset.said.replace("{count}", count);
    box.hidden = false;
    return submitter.focus();
  });
});

/** What is on its way or asks, and the rows of the field sheet that nobody has saved yet. */
async function waiting(session) {
  const birds = (await entries()).filter(({ fields, state }) => fields.session === session && state !== "node");
  const rows = (await all("drafts")).filter(({ of, row }) => of === `grid/${session}` && row && !row.entry);
  return birds.length + rows.length;
}
