// The species list under the cell in use: any name, code or beginning of one, the commonest of the sheet first.

import { boxOf, close, emptyList, key, named, type } from "./species.js";

const NAME = "core.species";
const ROOM = 240;

/** Offer species while one is typed into its column; without the pack the cell is a cell like the others. */
export async function init(view, language) {
  const { editor, sheet } = view;
  const box = await boxOf(editor, () => emptyList("species-list"), language).catch(() => null);
  if (!box) return;
  document.getElementById("live").append(box.list);
  // A list that scrolls must be within reach of a keyboard.
  box.list.tabIndex = 0;
  editor.addEventListener("input", (event) => {
    if (!event.isTrusted || view.column.name !== NAME) return;
    box.counts = counted(box, sheet.rows.filter((row) => row !== view.row).map((row) => sheet.text(row, NAME)));
    type(box);
    place(box);
  });
  // Before the keys of the table, which would leave the cell.
  editor.addEventListener("keydown", (event) => pressed(box, event), true);
  const follow = () => { if (!box.list.hidden) place(box); };
  for (const moved of ["scroll", "resize"]) addEventListener(moved, follow, true);
  // What is said under a row above, or at the top of the page, moves the cell too.
  const grown = new ResizeObserver(follow);
  for (const one of [view.table, document.body]) grown.observe(one);
}

/** Arrows walk in the list, Enter and Tab take what is chosen and go on; a whole name stays as it is typed. */
function pressed(box, event) {
  if (box.list.hidden || event.isComposing) return;
  const isWhole = box.at === 0 && named(box, box.input.value);
  if (event.ctrlKey || event.metaKey || (isWhole && ["Enter", "Tab"].includes(event.key))) return close(box);
  key(box, event);
  if (event.defaultPrevented) event.stopImmediatePropagation();
  return undefined;
}

function counted(box, texts) {
  const typed = new Map();
  for (const text of texts) if (text) typed.set(text, (typed.get(text) ?? 0) + 1);
  const met = new Map();
  for (const [text, times] of typed) {
    const name = named(box, text);
    if (name) met.set(name, (met.get(name) ?? 0) + times);
  }
  return new Map([...met].sort(([, one], [, other]) => other - one));
}

/** Under the cell, or above it where the screen ends. */
function place({ input, list }) {
  const cell = input.getBoundingClientRect();
  const isBelow = innerHeight - cell.bottom > Math.min(ROOM, cell.top);
  const room = isBelow ? innerHeight - cell.bottom : cell.top;
  Object.assign(list.style, {
    left: `${Math.max(0, Math.min(cell.left, innerWidth - list.offsetWidth))}px`, maxHeight: `${room - 8}px`,
    top: isBelow ? `${cell.bottom}px` : "auto", bottom: isBelow ? "auto" : `${innerHeight - cell.top}px`,
  });
}
