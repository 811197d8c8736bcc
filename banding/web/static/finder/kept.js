// What is typed into the public form outlives a telephone that drops the page meanwhile; it goes with the tab, or when sent.

const NAME = "find";
const NEVER = new Set(["csrf_token", "photos", "website"]);
// What stands in a form that nobody has touched.
const GIVEN = new Set(["puzzle", "proof", "day_accuracy", "datum"]);

/** Write down what stands in the form, with its puzzle: what is sent twice is one report. */
export function keep(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => !NEVER.has(name) && value);
  const { challenge, bits } = form.dataset;
  attempt(() => sessionStorage.setItem(NAME, JSON.stringify({ fields, challenge, bits })));
}

/** Put back what was written down, if the form came empty, and offer to empty it. */
export function restore(form) {
  const told = document.getElementById("restored");
  const kept = form.dataset.fresh && attempt(() => JSON.parse(sessionStorage.getItem(NAME)));
  if (!kept?.fields.some(([name]) => !GIVEN.has(name))) return;
  for (const [name, value] of kept.fields) put(form.elements[name], value);
  Object.assign(form.dataset, { challenge: kept.challenge, bits: kept.bits });
  for (const fold of form.querySelectorAll("details:not(.on-map)")) fold.open = fold.querySelector(":checked") !== null;
  told.hidden = false;
  told.querySelector("button").addEventListener("click", () => {
    forget();
    location.reload();
  });
}

/** Leave nothing on the device. */
export function forget() {
  attempt(() => sessionStorage.removeItem(NAME));
}

function put(control, value) {
  if (!control) return;
  if (control.type === "checkbox") control.checked = true;
  else control.value = value;
}

// A browser may lock its store away; then nothing is kept, and everything else goes on.
function attempt(deed) {
  try {
    return deed();
  } catch {
    return null;
  }
}
