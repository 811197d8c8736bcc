/* What the node says of an entry, put beside its fields: what is wrong, what is asked, what wants a reason. */

import { say } from "./words.js";

/** The field that holds a control, by its name. */
export function fieldOf(form, name) {
  return form.querySelector(`.field[data-name="${CSS.escape(name)}"]`);
}

/** The control itself. */
export function controlOf(form, name) {
  return fieldOf(form, name)?.querySelector("input, select, textarea") ?? null;
}

/** The words on a field's label. */
export function labelOf(form, name) {
  const label = fieldOf(form, name)?.querySelector("label");
  return label ? label.firstChild.textContent.trim() || label.textContent.trim() : name;
}

/** Show an answer in the form: all of it at once. Gives whether there was anything to show. */
export function show(form, answer) {
  clear(form);
  const { troubles = {}, questions = {}, warnings = [], loose = [] } = answer ?? {};
  for (const [name, sentences] of Object.entries(troubles)) mark(form, name, sentences);
  for (const [name, answers] of Object.entries(questions)) ask(form, name, answers);
  const parts = [];
  if (Object.keys(troubles).length || loose.length) parts.push(summary(form, troubles, loose));
  if (warnings.length) parts.push(reasons(form, warnings));
  form.prepend(...parts);
  button(form, warnings.length && !Object.keys(troubles).length ? "save-anyway" : "save");
  return Boolean(parts.length);
}

/** Take every message out of the form again. */
export function clear(form) {
  for (const part of form.querySelectorAll(":scope > .said, .ask, input[type=hidden][name^='confirm-']")) part.remove();
  for (const field of form.querySelectorAll(".field.wrong, .field.asks")) unmark(field);
  button(form, "save");
}

/** Say what is wrong with one field. */
export function mark(form, name, sentences) {
  const field = fieldOf(form, name);
  const control = controlOf(form, name);
  if (!field || !control) return;
  unmark(field);
  field.classList.add("wrong");
  control.setAttribute("aria-invalid", "true");
  const why = made("div", { className: "why", id: `${control.id}-wrong` }, ...sentences.map((one) => made("p", {}, one)));
  control.after(why);
  describe(control, why.id, true);
  const folded = field.closest("details");
  if (folded) folded.open = true;
}

/** Say at once at each of these fields that it is needed, where nothing stands in it; gives their controls. */
export function lacking(form, names) {
  const empty = names.filter((name) => controlOf(form, name) && !controlOf(form, name).value.trim());
  for (const name of empty) mark(form, name, [say("needed")]);
  return empty.map((name) => controlOf(form, name));
}

/** Take what is said of one field away. */
export function unmark(field) {
  const control = field.querySelector("input, select, textarea");
  field.classList.remove("wrong", "asks");
  for (const part of field.querySelectorAll(".why, .ask")) part.remove();
  if (!control) return;
  control.removeAttribute("aria-invalid");
  describe(control, `${control.id}-wrong`, false);
}

/** An element with its properties and what is in it; a text stays a text. */
export function made(tag, properties, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}

function describe(control, id, is) {
  const ids = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (is) ids.unshift(id);
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

/** Answers to choose among; the chosen one stands in the field at once. */
export function ask(form, name, answers) {
  const field = fieldOf(form, name);
  const control = controlOf(form, name);
  if (!field || !control) return;
  field.classList.add("asks");
  const box = made("fieldset", { className: "ask" }, made("legend", {}, labelOf(form, name)));
  for (const { answer, words } of answers) {
    const choice = made("input", { type: "radio", name: `choose:${name}`, value: answer });
    choice.addEventListener("change", () => {
      control.value = answer;
      unmark(field);
      control.focus();
      for (const said of ["input", "change"]) control.dispatchEvent(new Event(said, { bubbles: true }));
    });
    box.append(made("label", { className: "tick" }, choice, ` ${words}`));
  }
  field.append(box);
}

function summary(form, troubles, loose) {
  const list = made("ul", {}, ...loose.map((one) => made("li", {}, one)));
  for (const [name, sentences] of Object.entries(troubles)) {
    const control = controlOf(form, name);
    const label = labelOf(form, name);
    const link = control ? made("a", { href: `#${control.id}` }, label) : label;
    list.append(made("li", {}, link, `: ${sentences.join(" ")}`));
  }
  const part = made("div", { className: "said wrong", id: "summary", tabIndex: -1 }, made("h2", {}, say("looks-wrong")), list);
  part.setAttribute("role", "alert");
  return part;
}

/** Warnings, each with room for the reason why it stands. */
function reasons(form, warnings) {
  const part = made("fieldset", { className: "said warn confirm", id: "warnings" });
  part.append(made("legend", {}, made("h2", {}, say("is-it-right"))), made("p", {}, say("say-why")));
  for (const { code, control: name, text, reason } of warnings) {
    const id = `confirm-${code}`;
    const room = made("input", { type: "text", id, name: id, value: reason ?? "", autocomplete: "off", placeholder: say("because") });
    const field = made("div", { className: reason ? "field" : "field wrong" }, made("label", { htmlFor: id }, text));
    const control = name && controlOf(form, name);
    if (control) field.append(made("p", {}, made("a", { href: `#${control.id}` }, say("go-to-field"))));
    field.append(room);
    part.append(field);
  }
  return part;
}

function button(form, key) {
  const main = form.querySelector(".deeds button.main");
  if (main) main.textContent = say(key);
}
