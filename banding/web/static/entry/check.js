/* Live checks: a moment after the last key the node is asked what it would say, and says it beside the fields. */

import { ask, fieldOf, mark, unmark } from "./answers.js";

const PAUSE = 500;
const PATIENCE = 8000;

/** Watch a form; only fields that somebody has been at are spoken of, and nothing waits for the answer. */
export function init(form) {
  if (form.dataset.checked) return;
  form.dataset.checked = "yes";
  const watch = { form, touched: new Set(), turn: 0, wait: 0, token: "" };
  form.addEventListener("input", ({ target }) => touch(watch, target));
  form.addEventListener("change", ({ target }) => touch(watch, target));
  form.addEventListener("focusout", ({ target }) => touch(watch, target));
  form.addEventListener("entry:kind", () => soon(watch));
  form.addEventListener("entry:filled", () => forget(watch));
  form.addEventListener("reset", () => forget(watch));
  form.addEventListener("submit", () => forget(watch, false));
}

function touch(watch, { name }) {
  if (!name || !fieldOf(watch.form, name)) return;
  watch.touched.add(name);
  soon(watch);
}

function soon(watch) {
  clearTimeout(watch.wait);
  watch.wait = setTimeout(() => check(watch), PAUSE);
}

/** A new bird, or one that is on its way: answers that still come are about another. */
function forget(watch, wipe = true) {
  clearTimeout(watch.wait);
  watch.turn += 1;
  watch.touched.clear();
  if (wipe) for (const part of watch.form.querySelectorAll(".hint.warns")) remove(part);
}

async function check(watch) {
  if (!watch.touched.size) return;
  const turn = (watch.turn += 1);
  const answer = await asked(watch).catch(() => null);
  if (answer && turn === watch.turn) show(watch, answer);
}

/** What the node would say; null where it does not answer in its own words. */
async function asked(watch, again = true) {
  const { form } = watch;
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  body.delete("csrf_token");
  const record = /\/records\/([0-9a-f-]{36})\/correct$/.exec(form.action)?.[1];
  if (record) body.set("record", record);
  const headers = { Accept: "application/json", "X-CSRFToken": watch.token || form.elements.csrf_token?.value || "" };
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(`/enter/check/${form.dataset.kind}`, { method: "POST", body, headers, signal });
  // A page out of the device's own memory has a token of another day.
  if (answer.status === 400 && again && (await renewed(watch))) return asked(watch, false);
  return answer.ok ? answer.json() : null;
}

async function renewed(watch) {
  const answer = await fetch("/enter/token", { headers: { Accept: "application/json" }, cache: "no-store" });
  watch.token = answer.ok ? ((await answer.json()).token ?? "") : "";
  return Boolean(watch.token);
}

function show(watch, answer) {
  const { form } = watch;
  for (const field of form.querySelectorAll(".field[data-name]")) {
    const { name } = field.dataset;
    // While its list is open a species is being chosen, and half a name is no mistake.
    if (field.querySelector("[aria-expanded=true]")) continue;
    const [troubles, answers] = [answer.troubles[name] ?? [], answer.questions[name]];
    if (!troubles.length) {
      if (field.classList.contains("wrong")) unmark(field);
    } else if (speaksOf(watch, field) && said(field) !== troubles.join("\n")) {
      mark(form, name, troubles);
      if (answers) ask(form, name, answers);
    }
    warn(field, speaksOf(watch, field) ? answer.warnings.filter((one) => one.control === name) : []);
  }
}

/** A field that somebody has been at; where an entry came back from the node, every field that it speaks of. */
function speaksOf(watch, field) {
  return watch.touched.has(field.dataset.name) || field.classList.contains("wrong");
}

function said(field) {
  return [...field.querySelectorAll(":scope > .why p")].map((line) => line.textContent).join("\n");
}

/** What is unusual, quietly; the reason is asked for when the entry is saved, and not twice. */
function warn(field, warnings) {
  const open = warnings.filter(({ code }) => !document.getElementById(`confirm-${code}`));
  const there = field.querySelector(".hint.warns");
  const words = open.map((one) => one.text).join("\n");
  if ((there?.textContent ?? "") === words) return;
  if (there) remove(there);
  const control = field.querySelector("input, select, textarea");
  if (!words || !control) return;
  const hint = Object.assign(document.createElement("p"), { className: "hint warns", id: `${control.id}-warns`, textContent: words });
  hint.setAttribute("role", "status");
  control.after(hint);
  describe(control, hint.id, true);
}

function remove(hint) {
  const control = hint.closest(".field")?.querySelector("input, select, textarea");
  if (control) describe(control, hint.id, false);
  hint.remove();
}

function describe(control, id, is) {
  const ids = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (is) ids.push(id);
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}
