/* On every page: what waits on this device is told and sent, and the entry pages are made ready for a day without a line. */

import { all, deal, nameOf, others, owner } from "./device.js";
import { onChange, rest as restQueue } from "./queue.js";
import { refresh } from "./pack.js";

const box = document.getElementById("outbox");
const me = owner();
let rest = [];

/** Show how much of this person waits, and why; below it what waits of others. */
function show(entries, line) {
  const waiting = entries.filter((entry) => entry.state === "device" || entry.state === "sending").length;
  const asking = entries.filter((entry) => entry.state === "asks").length;
  const why = line === "login" ? "login" : line === "on" || line === "unknown" ? "on" : "off";
  const told = line === "other" ? [say("other", { count: waiting, person: me.person })] : [say(why, { count: waiting })];
  // The page of the form says it itself, above the form and in its list.
  const asks = document.getElementById("queue") ? 0 : asking;
  const lines = [...(waiting ? told : []), ...(asks ? [say("asks", { count: asks })] : []), ...rest];
  const [text] = box.getElementsByTagName("p");
  text.replaceChildren(...lines.flatMap((one) => [one, document.createElement("br")]).slice(0, -1));
  box.querySelector("[data-to=login]").hidden = !waiting || !["login", "other"].includes(line);
  const look = box.querySelector("[data-to=asks]");
  if (look) look.hidden = !asks;
  box.hidden = !lines.length;
  box.dataset.state = asks ? "asks" : why;
}

function say(key, values) {
  return box.dataset[key].replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

/** What other people of this node have left on this device. */
async function ofOthers() {
  const lines = [];
  for (const name of await others(box.dataset.node, me?.account)) {
    const waiting = (await all("queue", name)).filter((row) => row.state !== "node");
    const [person] = (await all("pack", name)).filter((row) => row.key === "person");
    if (waiting.length) lines.push(say("rest", { count: waiting.length, person: person?.name ?? "?" }));
  }
  return lines;
}

async function ready() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  const session = document.querySelector("input[name=session]")?.value;
  const onEntry = document.getElementById("entry") !== null;
  active.postMessage({ warm: { account: `${nameOf(me)} ${me.person}`, session: onEntry ? session ?? "" : undefined } });
}

/** An entry that is on its way while its person leaves must not come back with an old log-in. */
async function leave(event) {
  const form = event.target;
  if (form.getAttribute("action") !== "/logout") return;
  event.preventDefault();
  await Promise.race([restQueue(), new Promise((over) => { setTimeout(over, 3000); })]);
  form.submit();
}

if (me) {
  document.addEventListener("submit", leave);
  onChange(show);
  deal("pack", "readwrite", ({ pack }) => pack.put({ key: "person", name: me.person }));
  refresh();
  const beside = document.getElementById("beside");
  // Only the entry pages have it, and they need more of the scripts.
  if (beside) import("./today.js").then((today) => today.init(beside));
  ready().catch(() => {});
}
ofOthers().then((lines) => {
  rest = lines;
  if (me) onChange(show);
  else if (lines.length) show([], "login");
  if (!me && lines.length) box.querySelector("[data-to=login]").hidden = location.pathname === "/login";
});
