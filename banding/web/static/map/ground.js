// The map without a line: land, rivers and lakes from the node itself, or tiles where a server is set.

/* global L */

const WEST = -30;
const BASIN = [[42, 115], [55, 142]];
const SHORE = { color: "#5d8aa3", weight: 1.5, fill: false, interactive: false };
const LAND = { stroke: false, fillColor: "#f6f3ea", fillOpacity: 1, interactive: false };
const LAKE = { color: "#5d8aa3", weight: 0.7, fillColor: "#d3e5ee", fillOpacity: 1, interactive: false };
const SMALL_RIVERS = 5;
const LEAST_RIVER = 15;

/** The longitude as the map has it: neighbours across the date line are neighbours. */
export const unrolled = (longitude) => (longitude < WEST ? longitude + 360 : longitude);

/** Latitude and longitude on the map. */
export const at = (latitude, longitude) => [latitude, unrolled(longitude)];

/** A map in the box, with its ground beneath whatever is drawn later. */
export function ground(box, told) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    preferCanvas: true, zoomControl: false, scrollWheelZoom: false, minZoom: 2, maxZoom: told.tiles ? 18 : 12, worldCopyJump: false,
    maxBounds: [[-84, WEST - 20], [85, WEST + 380]], maxBoundsViscosity: 0.5,
    zoomAnimation: !still, fadeAnimation: !still, inertia: !still, attributionControl: Boolean(told.tiles),
  });
  L.control.zoom({ zoomInTitle: told.words.zoomin, zoomOutTitle: told.words.zoomout }).addTo(map);
  const scale = L.control.scale({ imperial: false });
  scale._updateMetric = (most) => {
    const metres = scale._getRoundNum(most);
    scale._updateScale(scale._mScale, metres < 1000 ? `${metres} ${told.words.m}` : `${metres / 1000} ${told.words.km}`, metres / most);
  };
  scale.addTo(map);
  // Who scrolls down the page must not be held by the map on the way.
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  map.fitBounds(BASIN, { animate: false });
  map.createPane("ground").style.zIndex = 210;
  const drawn = drawGround(map, told);
  if (told.tiles) chooseTiles(map, told, drawn);
  else drawn.addTo(map);
  return map;
}

function chooseTiles(map, told, drawn) {
  map.attributionControl.setPrefix(false);
  const credit = document.createElement("span");
  credit.textContent = told.tiles.credit;
  const tiles = L.tileLayer(told.tiles.url, { attribution: credit.innerHTML, pane: "ground" }).addTo(map);
  L.control.layers({ [told.words.tiles]: tiles, [told.words.ground]: drawn }, {}, { collapsed: false }).addTo(map);
}

function drawGround(map, told) {
  const renderer = L.canvas({ pane: "ground", padding: 0.3 });
  const group = L.layerGroup();
  const small = L.layerGroup();
  const labels = L.layerGroup();
  load(told.ground.land).then((land) => {
    // The shores first: where two pieces of land meet, they lie beneath both.
    L.geoJSON(land, { style: SHORE, renderer }).addTo(group);
    L.geoJSON(land, { style: LAND, renderer }).addTo(group);
    return Promise.all([load(told.ground.rivers), load(told.ground.lakes)]);
  }).then(([rivers, lakes]) => {
    const river = (named, weight) => ({
      filter: (one) => Boolean(one.properties.code) === named, renderer,
      style: { color: "#8fb4c8", weight, fill: false, interactive: false },
    });
    L.geoJSON(rivers, river(false, 0.8)).addTo(small);
    L.geoJSON(rivers, river(true, 1.8)).addTo(group);
    L.geoJSON(lakes, { filter: (one) => one.geometry.type === "Polygon", style: LAKE, renderer }).addTo(group);
    const named = [...rivers.features, ...lakes.features].filter((one) => one.properties.code);
    const follow = () => {
      toggle(group, small, map.getZoom() >= SMALL_RIVERS);
      name(map, labels, named, told.language);
    };
    map.on("moveend", follow);
    labels.addTo(group);
    follow();
  });
  return group;
}

async function load(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

function toggle(group, layer, wanted) {
  if (wanted && !group.hasLayer(layer)) group.addLayer(layer);
  if (!wanted && group.hasLayer(layer)) group.removeLayer(layer);
}

/** The names of the waters that are seen, none over another. */
function name(map, labels, features, language) {
  labels.clearLayers();
  if (map.getZoom() < 4) return;
  const taken = [];
  const view = map.getBounds().pad(-0.05);
  for (const one of features) {
    const line = corners(one.geometry).map(([x, y]) => [y, x]).filter((corner) => view.contains(corner));
    if (line.length < Math.min(LEAST_RIVER / map.getZoom(), 3) && one.geometry.type !== "Point") continue;
    if (!line.length) continue;
    const middle = line[Math.floor(line.length / 2)];
    const spot = map.latLngToContainerPoint(middle);
    if (taken.some((other) => Math.abs(other.x - spot.x) < 80 && Math.abs(other.y - spot.y) < 20)) continue;
    taken.push(spot);
    const icon = L.divIcon({ className: "water", html: escaped(one.properties[language]), iconSize: null });
    L.marker(middle, { icon, interactive: false, keyboard: false }).addTo(labels);
  }
}

const corners = ({ type, coordinates }) =>
  type === "Point" ? [coordinates] : type === "Polygon" ? coordinates[0] : coordinates;

/** A text that means itself within HTML. */
export function escaped(text) {
  const holder = document.createElement("i");
  holder.textContent = text;
  return holder.innerHTML;
}
