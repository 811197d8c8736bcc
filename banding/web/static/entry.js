/* Small kindnesses of the entry form; everything works without them. */
"use strict";

// What must be looked at first is where a keyboard and a screen reader begin.
const first = document.getElementById("summary") || document.querySelector(".confirm input");
if (first) first.focus();

// A link in the summary opens the folded part in which its field stands.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field || link.classList.contains("skip")) return;
  const folded = field.closest("details");
  if (folded) folded.open = true;
  field.focus();
  event.preventDefault();
});
