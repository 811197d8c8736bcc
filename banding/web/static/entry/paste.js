// Cells as spreadsheets put them on the clipboard, and the heading of a pasted table.

/** Rows of texts out of a clipboard: tabs between cells, quotes around cells with tabs, quotes or line ends. */
export function parse(text) {
  const rows = [[]];
  const lines = text.replace(/\r\n?/g, "\n");
  let at = 0;
  while (at < lines.length) {
    const [cell, end] = lines[at] === '"' ? quoted(lines, at) : bare(lines, at);
    rows.at(-1).push(cell);
    if (lines[end] === "\n") rows.push([]);
    else if (lines[end] === "\t" && end + 1 >= lines.length) rows.at(-1).push("");
    at = end + 1;
  }
  if (rows.at(-1).length === 0) rows.pop();
  return rows;
}

function bare(text, at) {
  const end = text.slice(at).search(/[\t\n]/);
  return end < 0 ? [text.slice(at), text.length] : [text.slice(at, at + end), at + end];
}

function quoted(text, at) {
  let cell = "";
  for (let here = at + 1; here < text.length; here += 1) {
    if (text[here] !== '"') cell += text[here];
    else if (text[here + 1] === '"') cell += text[here++];
    else if (here + 1 === text.length || "\t\n".includes(text[here + 1])) return [cell, here + 1];
    else break;
  }
  // A quotation mark that nothing closes is part of what somebody wrote.
  return bare(text, at);
}

/** The clipboard's text for rows of texts. */
export function print(rows) {
  const cell = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(cell).join("\t")).join("\n");
}

/** A heading without what people write differently: case, width, signs, and the unit in brackets. */
export function bared(text) {
  const narrow = text.normalize("NFKC").toLowerCase().replace(/\(.*?\)|\[.*?\]/g, "");
  return narrow.replace(/[^\p{L}\p{N}]+/gu, "");
}

/**
 * The names of the fields that a first row names, "" for a cell that names none; null where it is no heading.
 * `fields` are [{name, names: [texts]}]. A heading names two fields at least, or all that it has cells,
 * and half of its cells.
 */
export function heading(cells, fields) {
  const known = new Map();
  // Of two fields of one name the first is meant: those that are columns come first.
  for (const { name, names } of fields) for (const text of [name, ...names]) if (!known.has(bared(text))) known.set(bared(text), name);
  known.delete("");
  const taken = new Set();
  const found = cells.map((text) => {
    const name = known.get(bared(text)) ?? "";
    if (!name || taken.has(name)) return "";
    taken.add(name);
    return name;
  });
  const told = cells.filter((text) => text.trim()).length;
  return told && taken.size * 2 >= told && (taken.size >= 2 || taken.size === told) ? found : null;
}
