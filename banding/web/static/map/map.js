// Finds the boxes for maps on a page and puts into each what it is for.

import { ground } from "./ground.js";
import { journeys } from "./journeys.js";
import { pick } from "./pick.js";
import { show } from "./show.js";

const KINDS = { journeys, pick, show };

for (const box of document.querySelectorAll("[data-map]")) {
  const told = JSON.parse(box.dataset.told);
  box.hidden = false;
  const map = ground(box, told);
  const said = box.parentElement.querySelector("[data-map-said]");
  const say = (text) => { said.textContent = text; said.hidden = !text; };
  await KINDS[box.dataset.map](map, told, say);
  box.dataset.ready = "yes";
}
