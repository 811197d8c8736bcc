// Marks on the drawn bird: a place, colours and an inscription, kept in the plain controls of the form.

const PARTS = ["type", "action", "side", "position", "colour", "inscription", "inscription_colour"];
const COLOURED = ["colour", "inscription_colour"];
const MOST = 12;

/** Show the bird of this form and let it fill the controls core.marks.N.*; does nothing where there is none. */
export function init(form) {
  const bird = form.querySelector(".bird.live");
  if (!bird || bird.dataset.ready) return;
  bird.dataset.ready = "yes";
  bird.hidden = false;
  const state = { form, bird, row: null };
  paintChoices(state);
  bird.addEventListener("click", (event) => pressed(state, event.target.closest("button")));
  const more = form.querySelector("button[name='redisplay'][value='row:marks']");
  if (more) more.hidden = true;
  for (const said of ["input", "change", "entry:filled"]) form.addEventListener(said, () => draw(state));
  form.addEventListener("reset", () => setTimeout(() => draw(state)));
  // A field with a trouble is shown, whichever mark is being looked at.
  form.addEventListener("focusin", (event) => {
    const row = rowOf(event.target.name || "");
    if (row !== null && row !== state.row) open(state, row, false);
  });
  open(state, rows(form).find((row) => wrong(form, row)) ?? null, false);
}

/** Make the controls for as many marks as these names need: a draft may have more than the page came with. */
export function makeRoom(form, names) {
  const wanted = Math.max(-1, ...names.map(rowOf).filter((row) => row !== null));
  while (Math.max(...rows(form), -1) < Math.min(wanted, MOST - 1) && rows(form).length) addRow(form);
}

function rowOf(name) {
  const found = /^core\.marks\.([0-9]+)\./.exec(name);
  return found ? Number(found[1]) : null;
}

function rows(form) {
  const found = [...form.querySelectorAll("[name^='core.marks.'][name$='.type']")];
  return found.map((control) => rowOf(control.name)).sort((one, other) => one - other);
}

function control(form, row, part) {
  return form.elements.namedItem(`core.marks.${row}.${part}`);
}

function value(form, row, part) {
  return control(form, row, part)?.value.trim() ?? "";
}

function words(form, row, part) {
  const found = control(form, row, part);
  if (!found || !found.value) return "";
  const text = found.selectedOptions ? found.selectedOptions[0].textContent : found.value;
  return text.includes(" · ") ? text.split(" · ").slice(1).join(" · ") : text;
}

function isEmpty(form, row) {
  return PARTS.every((part) => !value(form, row, part));
}

function wrong(form, row) {
  return Boolean(form.querySelector(`[name^='core.marks.${row}.'][aria-invalid='true']`));
}

function placeOf(state, row) {
  const [side, position] = [value(state.form, row, "side"), value(state.form, row, "position")];
  const places = [...state.bird.querySelectorAll(".drawing .place")];
  const sits = (place) => place.dataset.position === position && (!place.dataset.side || place.dataset.side === side);
  return places.find(sits) ?? state.bird.querySelector("[data-place='elsewhere']");
}

// -- what a hand does ---------------------------------------------------------------------------------------

function pressed(state, button) {
  if (!button) return;
  if (button.dataset.row) open(state, Number(button.dataset.row), true);
  else if (button.dataset.place) choose(state, button);
  else if (button.dataset.deed === "another" && state.row !== null) put(state, placeOf(state, state.row));
  else if (button.dataset.deed === "drop" && state.row !== null) drop(state);
}

/** A worn mark of the place is opened, the next of several at each press; an empty place gets a new one. */
function choose(state, place) {
  const worn = rows(state.form).filter((row) => !isEmpty(state.form, row) && placeOf(state, row) === place);
  if (!worn.length || place.dataset.place === "elsewhere") return put(state, place);
  open(state, worn[(worn.indexOf(state.row) + 1) % worn.length], true);
}

function put(state, place) {
  const free = rows(state.form).find((row) => isEmpty(state.form, row)) ?? addRow(state.form);
  if (free === null) return;
  for (const part of ["side", "position", "type"]) {
    const found = control(state.form, free, part);
    if (found) found.value = place.dataset[part];
  }
  open(state, free, true);
  tell(state.form, free, "type");
}

function drop(state) {
  const row = state.row;
  for (const part of PARTS) if (control(state.form, row, part)) control(state.form, row, part).value = "";
  const place = placeOf(state, row);
  open(state, null, false);
  tell(state.form, row, "type");
  place.focus();
}

/** Others of the page listen to what is typed: drafts, checks. */
function tell(form, row, part) {
  control(form, row, part)?.dispatchEvent(new Event("input", { bubbles: true }));
  control(form, row, part)?.dispatchEvent(new Event("change", { bubbles: true }));
}

// -- what is seen -------------------------------------------------------------------------------------------

/** Show the controls of one mark and tuck the others away. */
function open(state, row, withFocus) {
  state.row = row;
  for (const field of state.form.querySelectorAll(".field[data-name^='core.marks.']"))
    field.classList.toggle("tucked", rowOf(field.dataset.name) !== row && !field.classList.contains("wrong"));
  for (const heading of headings(state.form)) heading.node.classList.toggle("tucked", heading.row !== row);
  for (const deed of state.bird.querySelectorAll("[data-deed]")) deed.hidden = row === null;
  draw(state);
  if (!withFocus || row === null) return;
  const first = ["type", "colour"].map((part) => control(state.form, row, part)).find((one) => one && !one.value);
  (first ?? control(state.form, row, "colour") ?? control(state.form, row, "type"))?.focus();
}

function headings(form) {
  const fields = [...form.querySelectorAll(".field[data-name^='core.marks.'][data-name$='.type']")];
  return fields
    .map((field) => ({ row: rowOf(field.dataset.name), node: field.previousElementSibling }))
    .filter((one) => one.node?.matches("h3"));
}

function draw(state) {
  const worn = rows(state.form).filter((row) => !isEmpty(state.form, row));
  for (const place of state.bird.querySelectorAll(".place")) {
    const here = worn.filter((row) => placeOf(state, row) === place);
    if (place.dataset.place !== "elsewhere") place.replaceChildren(...here.map((row) => chip(state.form, row)));
    if (place.dataset.place !== "elsewhere")
      place.setAttribute("aria-label", [place.dataset.name, ...here.map((row) => sentence(state.form, row))].join(": "));
    place.setAttribute("aria-pressed", String(here.includes(state.row)));
  }
  state.bird.querySelector("ol.worn").replaceChildren(...worn.map((row) => line(state, row)));
  for (const group of state.form.querySelectorAll(".swatches")) {
    const chosen = state.form.elements.namedItem(group.dataset.of)?.value;
    for (const one of group.children) one.setAttribute("aria-pressed", String(one.dataset.value === chosen));
  }
}

function sentence(form, row) {
  const said = ["type", "side", "position", "colour", "inscription"].map((part) => words(form, row, part));
  const ink = words(form, row, "inscription_colour");
  return said.filter(Boolean).join(", ") + (ink ? ` (${ink})` : "");
}

function line(state, row) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.row = row;
  button.textContent = sentence(state.form, row);
  button.setAttribute("aria-pressed", String(row === state.row));
  item.append(chip(state.form, row), " ", button);
  return item;
}

function chip(form, row) {
  const made = span(`mark ${value(form, row, "type")}`);
  made.append(span(`band colour-${value(form, row, "colour") || "unknown"}`));
  const text = value(form, row, "inscription");
  if (text) made.append(span("ink", text));
  return made;
}

function span(kind, text = "") {
  const made = document.createElement("span");
  made.className = kind.trim();
  made.textContent = text;
  return made;
}

// -- more controls than the page came with ------------------------------------------------------------------

function paintChoices(state) {
  for (const row of rows(state.form)) for (const part of COLOURED) paint(state.form, control(state.form, row, part));
}

/** Beside a list of colours, each as a button with its name: quicker to touch, and never a colour alone. */
function paint(form, select) {
  if (!select || select.nextElementSibling?.classList.contains("swatches")) return;
  const group = span("swatches");
  group.dataset.of = select.name;
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", select.labels[0]?.textContent ?? "");
  for (const option of [...select.options].filter((one) => one.value)) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.value = option.value;
    button.append(span(`band colour-${option.value}`), option.textContent.split(" · ").pop());
    button.addEventListener("click", () => {
      form.elements.namedItem(group.dataset.of).value = option.value;
      tell(form, rowOf(group.dataset.of), group.dataset.of.split(".").pop());
    });
    group.append(button);
  }
  select.after(group);
}

/** A copy of the last row's controls under the next number; its number, null where there are enough. */
function addRow(form) {
  const last = Math.max(...rows(form));
  if (last + 1 >= MOST) return null;
  let after = [...form.querySelectorAll(`.field[data-name^='core.marks.${last}.']`)];
  let end = after[after.length - 1];
  for (const field of after) {
    const copy = field.cloneNode(true);
    copy.querySelectorAll(".swatches, .why").forEach((node) => node.remove());
    copy.classList.remove("wrong", "asks");
    renumber(copy, last, last + 1);
    end.after(copy);
    end = copy;
    const made = copy.querySelector("select, input");
    made.value = "";
    made.removeAttribute("aria-invalid");
    if (COLOURED.some((part) => made.name.endsWith(`.${part}`))) paint(form, made);
  }
  return last + 1;
}

function renumber(field, from, to) {
  for (const node of [field, ...field.querySelectorAll("*")])
    for (const name of ["id", "for", "name", "data-name", "aria-describedby", ...(node.matches("button") ? ["value"] : [])])
      if (node.hasAttribute(name))
        node.setAttribute(name, node.getAttribute(name)
          .replaceAll(`core.marks.${from}.`, `core.marks.${to}.`).replaceAll(`core-marks-${from}-`, `core-marks-${to}-`));
}
