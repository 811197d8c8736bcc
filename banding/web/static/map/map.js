// Finds the boxes for maps on a page and puts into each what it is for; what is folded away costs nothing until opened.

const KINDS = { journeys: "./journeys.js", pick: "./pick.js", show: "./show.js" };
let library = null;

/** Begin with every box of the page. */
export function boxes() {
  for (const box of document.querySelectorAll("[data-map]")) {
    const fold = box.closest("details");
    if (fold) fold.hidden = false;
    if (fold && !fold.open) fold.addEventListener("toggle", () => start(box), { once: true });
    else start(box);
  }
}

async function start(box) {
  const kind = box.dataset.map;
  const told = JSON.parse(box.dataset.told);
  const said = box.nextElementSibling;
  const say = (text) => { said.textContent = text; said.hidden = !text; };
  try {
    await (library ||= load(told.leaflet));
    const { ground } = await import("./ground.js");
    const made = await import(KINDS[kind]);
    box.hidden = false;
    await made[kind](ground(box, told), told, say);
  } catch (error) {
    say(told.words.failed);
    throw error;
  }
  box.dataset.ready = "yes";
}

/** Leaflet, which the other files find under its usual name. */
function load(address) {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = () => fail(new Error(address));
    document.head.append(script);
  });
}

boxes();
