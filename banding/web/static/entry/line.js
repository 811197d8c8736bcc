/* The line to the node: a fresh token, one entry at a time, and what each answer means for the entry. */

const PATIENCE = 30_000;
const KEPT = new Set(["kept", "changed", "unchanged", "already"]);
const ASKS = new Set(["to-confirm", "refused", "already"]);

/** A token for this person's entries: {token}, or {line: off|login|other} where there is none now. */
export async function token({ node, account }) {
  const answer = await ask("/enter/token", { cache: "no-store" });
  if (!answer) return { line: "off" };
  if (answer.status === 401) return { line: "login" };
  const said = read(answer);
  if (answer.status !== 200 || !said?.token) return { line: answer.status === 403 ? "other" : "off" };
  const own = said.node === node && String(said.account) === String(account);
  return own ? { token: said.token } : { line: "other" };
}

/**
 * Send one entry. `state` of what comes back: "node" (kept there), "asks" (a person must look; `answer` says why),
 * "trouble" (the node stumbled over this one), "stale" (the token is old) or "wait" (no line, with `line`).
 */
export async function deliver(entry, ticket) {
  const body = new URLSearchParams(Object.entries(entry.fields));
  body.delete("csrf_token");
  body.set("submission", entry.key);
  const answer = await ask(entry.address, {
    method: "POST", body, headers: { "X-CSRFToken": ticket.token },
  });
  return answer ? judged(answer.status, read(answer)) : { state: "wait", line: "off" };
}

function judged(status, said) {
  if (status === 401) return { state: "wait", line: "login" };
  if (status < 400 && KEPT.has(said?.outcome)) return { state: "node", answer: said };
  if (ASKS.has(said?.outcome)) return { state: "asks", answer: said };
  // No words of this node: a gate of the network, or a server in between, stands in the line.
  if (!said || status === 429 || status === 408) return { state: "wait", line: "off" };
  if (said.type === "/problems/form-too-old") return { state: "stale" };
  if (status === 500) return { state: "trouble", trouble: said.number ?? "500" };
  if (status > 500) return { state: "wait", line: "off" };
  if (status >= 400) return { state: "asks", answer: { outcome: "refused", troubles: {}, loose: sentences(said) } };
  return { state: "wait", line: "off" };
}

function sentences(problem) {
  return [problem.title, problem.detail, problem.mend].filter(Boolean);
}

async function ask(path, more) {
  const headers = { Accept: "application/json", ...more.headers };
  const patience = new AbortController();
  const alarm = setTimeout(() => patience.abort(), PATIENCE);
  try {
    // The log-in page must not be taken for an answer.
    const init = { credentials: "same-origin", redirect: "error", signal: patience.signal, ...more, headers };
    const answer = await fetch(path, init);
    // Read here, while the clock runs: a line can die in the middle of an answer.
    return { status: answer.status, text: await answer.text() };
  } catch {
    return null;
  } finally {
    clearTimeout(alarm);
  }
}

function read(answer) {
  try {
    const said = JSON.parse(answer.text);
    return said && typeof said === "object" ? said : null;
  } catch {
    return null;
  }
}
