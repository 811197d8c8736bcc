/* The sentences of the page, which the node has put into it; a script holds none of its own. */

const block = document.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};

/** The sentence under a key with `%(name)s` filled in; the key itself where the page has no such sentence. */
export function say(key, values = {}) {
  const sentence = words[key] ?? key;
  return sentence.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));
}

/** What the page knows of its form, from the block with this id; null where there is none. */
export function facts(id) {
  const found = document.getElementById(id);
  return found ? JSON.parse(found.textContent) : null;
}

/** Say something to people who do not look: it stands in the page's quiet line. */
export function tell(text) {
  const line = document.getElementById("told");
  if (line) line.textContent = text;
}
