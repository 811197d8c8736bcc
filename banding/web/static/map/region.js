// Drawing a region: a box by dragging, a polygon by clicking its corners; either fills the form and sends it.

/* global L */

import { at } from "./ground.js";

const LINE = { color: "#14202a", weight: 2, dashArray: "6 4", fillOpacity: 0.08, interactive: false };
const FIRST = 14;

/** Show the region that is asked, and let another be drawn. */
export function region(map, told, say) {
  const form = document.querySelector("[data-map-region]");
  if (told.region) outline(told.region).addTo(map);
  if (!form) return;
  const tools = form.querySelector("[data-map-tools]");
  tools.hidden = false;
  const send = (text) => {
    form.elements.region.value = text;
    form.requestSubmit();
  };
  let stop = null;
  const choose = (button, draw, words) => button.addEventListener("click", () => {
    const again = button.getAttribute("aria-pressed") === "true";
    if (stop) stop();
    stop = null;
    for (const one of tools.querySelectorAll("button")) one.setAttribute("aria-pressed", "false");
    map.getContainer().classList.toggle("drawing", !again);
    if (again) return;
    button.setAttribute("aria-pressed", "true");
    say(words);
    stop = draw(map, send);
    map.getContainer().scrollIntoView({ block: "nearest" });
  });
  choose(tools.querySelector("[data-map-box]"), drawBox, told.words.box);
  choose(tools.querySelector("[data-map-corners]"), drawCorners, told.words.corners);
}

/** The outline of a region as an address holds it. */
export function outline(text) {
  const corners = text.split(";").map((corner) => corner.split(",").map(Number));
  if (corners.length > 1) return L.polygon(corners.map(([latitude, longitude]) => at(latitude, longitude)), LINE);
  const [[south, west, north, east]] = corners;
  const left = at(south, west)[1];
  return L.rectangle([[south, left], [north, left + ((east - west + 360) % 360)]], LINE);
}

function drawBox(map, send) {
  let [start, drawn] = [null, null];
  map.dragging.disable();
  const down = ({ latlng }) => { start = latlng; };
  const move = ({ latlng }) => {
    if (!start) return;
    if (drawn) drawn.setBounds([start, latlng]);
    else drawn = L.rectangle([start, latlng], LINE).addTo(map);
  };
  const up = ({ latlng }) => {
    if (!start) return;
    const box = L.latLngBounds(start, latlng);
    start = null;
    if (box.getNorth() - box.getSouth() < 0.01) return;
    stop();
    send([box.getSouth(), box.getWest(), box.getNorth(), box.getEast()].map(short).join(","));
  };
  const held = touches(map, down, move, up);
  const stop = () => {
    held();
    map.dragging.enable();
  };
  return stop;
}

/** Mouse, pen and finger alike; gives what lets go of them. */
function touches(map, down, move, up) {
  const box = map.getContainer();
  const told = (deed) => (event) => {
    if (event.target.closest && event.target.closest(".leaflet-control")) return;
    deed({ latlng: map.mouseEventToLatLng(event) });
  };
  const heard = { pointerdown: told(down), pointermove: told(move), pointerup: told(up) };
  for (const [name, deed] of Object.entries(heard)) box.addEventListener(name, deed);
  box.style.touchAction = "none";
  return () => {
    for (const [name, deed] of Object.entries(heard)) box.removeEventListener(name, deed);
    box.style.touchAction = "";
  };
}

function drawCorners(map, send) {
  const corners = [];
  const drawn = L.polygon([], LINE).addTo(map);
  const add = ({ latlng, containerPoint }) => {
    const first = corners[0] && map.latLngToContainerPoint(corners[0]);
    if (corners.length > 2 && first.distanceTo(containerPoint) < FIRST) {
      stop();
      send(corners.map((corner) => `${short(corner.lat)},${short(corner.lng)}`).join(";"));
      return;
    }
    corners.push(latlng);
    drawn.setLatLngs(corners);
    L.circleMarker(latlng, { radius: 5, color: "#14202a", interactive: false }).addTo(map);
  };
  map.on("click", add);
  const stop = () => map.off("click", add);
  return stop;
}

const short = (degrees) => Number(degrees.toFixed(3)).toString();
