/* The keyboard: Enter leads through the form in the order of the hand, and a letter picks the code it stands for. */

const PAUSE = 900;
// Letters of a Cyrillic keyboard that look like the Latin letter of a code.
export const ALIKE = { А: "A", В: "B", Е: "E", К: "K", М: "M", Н: "H", О: "O", Р: "P", С: "C", Т: "T", Х: "X", У: "Y" };
let typed = { select: null, text: "", at: 0 };

/** Everything that can be filled in and seen, in the order in which Tab reaches it. */
export function reachable(form) {
  return [...form.querySelectorAll("input, select, textarea")].filter(
    (control) => control.type !== "hidden" && control.type !== "file" && !control.disabled && control.checkVisibility(),
  );
}

/** What is done first with a bird: the first field in hand where nothing stands, else the first of all. */
export function first(form) {
  const hand = inHand(form);
  return hand.find((control) => !control.value) ?? hand[0] ?? reachable(form)[0];
}

/** Put the cursor into a control, with its text marked, so that typing replaces it. */
export function goTo(control) {
  control?.focus();
  if (control?.select && control.type === "text") control.select();
}

/** Listen to the keys of a form; `deeds`: save(), undo(), keep(name). */
export function init(form, deeds) {
  let before = "";
  form.addEventListener("focusin", ({ target }) => { before = target.value; });
  form.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (key === "Enter") return enter(form, event, deeds);
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.code === "KeyZ";
    if (isUndo && (target.tagName === "SELECT" || target.value === before)) return take(event, deeds.undo);
    const name = target.closest?.(".field")?.dataset.name;
    if (event.altKey && !event.ctrlKey && event.code === "KeyK" && name) return take(event, () => deeds.keep(name));
    if (target.tagName === "SELECT" && !event.ctrlKey && !event.altKey && !event.metaKey) pick(event);
    return undefined;
  });
}

function take(event, deed) {
  event.preventDefault();
  deed();
}

function enter(form, event, deeds) {
  const { target } = event;
  const isAll = event.ctrlKey || event.metaKey;
  if (isAll) return take(event, deeds.save);
  if (target.tagName === "TEXTAREA" || target.tagName === "BUTTON" || target.tagName === "A" || target.tagName === "SUMMARY") return undefined;
  return take(event, () => {
    const following = event.shiftKey ? before(form, target) : after(form, target);
    if (following) goTo(following);
    else if (!event.shiftKey) deeds.save();
  });
}

/** The next control; none after the last in hand, after the last reason, and after the last of all. */
function after(form, target) {
  const warnings = target.closest(".confirm");
  if (warnings) return [...warnings.querySelectorAll("input")].find((one) => !one.value.trim() && one !== target) ?? null;
  const hand = inHand(form);
  if (hand.at(-1) === target) return null;
  const all = reachable(form);
  return all[all.indexOf(target) + 1] ?? null;
}

function before(form, target) {
  const all = reachable(form);
  return all[all.indexOf(target) - 1] ?? null;
}

function inHand(form) {
  const hand = form.querySelector("#section-hand");
  return hand ? reachable(form).filter((control) => hand.contains(control) && !control.closest(".ask")) : [];
}

/** Choose the option whose code begins with what was typed; a Cyrillic letter is what it looks like, else its key. */
function pick(event) {
  const { target: select, key, code } = event;
  if (key === "Delete" || key === "Backspace") return take(event, () => set(select, ""));
  if ([...key].length !== 1 || key === " ") return undefined;
  const plain = key.normalize("NFKC").toUpperCase();
  const onKey = /^(?:Key|Digit|Numpad)(\w)$/.exec(code)?.[1] ?? plain;
  const isOn = typed.select === select && event.timeStamp - typed.at < PAUSE;
  const letters = /^[\x21-\x7e]$/.test(plain) ? [plain] : [ALIKE[plain], onKey].filter(Boolean);
  const begun = isOn ? typed.text : "";
  for (const text of letters.flatMap((letter) => [begun + letter, letter])) {
    const found = meant(select, text);
    if (!found) continue;
    typed = { select, text, at: event.timeStamp };
    return take(event, () => set(select, found.value));
  }
  return undefined;
}

function meant(select, text) {
  const codes = [...select.options].filter((one) => one.value && !one.disabled);
  const is = (one) => one.value.toUpperCase();
  return codes.find((one) => is(one) === text) ?? codes.find((one) => is(one).startsWith(text));
}

function set(select, value) {
  if (select.value === value) return;
  select.value = value;
  for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, { bubbles: true }));
}
