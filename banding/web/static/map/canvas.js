// One canvas over the map for thousands of lines and points, and what lies under a click.

/* global L */

import { at } from "./ground.js";
import { cluster, extent, mark, way } from "./marks.js";

const HALF_AREA = 0.05;
const METRES = 111195;
const NEAR = 9;
const CELL = 26;
const FEW = 250;

/** Draws `legs` {a, b, count, what} and `spots` {at, kind, coarse, metres, count, what}; a or b may be null. */
export const Canvas = L.Layer.extend({
  initialize(legs, spots, picked) {
    this.legs = legs;
    this.spots = spots;
    this.picked = picked;
  },

  onAdd(map) {
    this.sheet = L.DomUtil.create("canvas", "leaflet-zoom-hide");
    this.sheet.style.pointerEvents = "none";
    map.getPanes().overlayPane.append(this.sheet);
    map.on("moveend resize", this.draw, this);
    map.on("click", this.hit, this);
    this.draw();
  },

  onRemove(map) {
    this.sheet.remove();
    map.off("moveend resize", this.draw, this);
    map.off("click", this.hit, this);
  },

  /** Others in the place of what is drawn. */
  replace(legs, spots) {
    this.legs = legs;
    this.spots = spots;
    this.draw();
  },

  draw() {
    const map = this._map;
    const size = map.getSize();
    const sharp = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this.sheet, map.containerPointToLayerPoint([0, 0]));
    this.sheet.width = size.x * sharp;
    this.sheet.height = size.y * sharp;
    this.sheet.style.width = `${size.x}px`;
    this.sheet.style.height = `${size.y}px`;
    const pen = this.sheet.getContext("2d");
    pen.scale(sharp, sharp);
    const place = placing(map);
    this.lines = this.legs.map((leg) => ({ a: place(leg.a), b: place(leg.b), leg }))
      .filter(({ a, b }) => meets(a, b, size));
    // Journeys lie over stations, and their ends over journeys.
    this.marks = [];
    this.drawSpots(pen, place, size, true);
    this.drawLines(pen);
    this.drawSpots(pen, place, size, false);
  },

  /** The fewer lines, the stronger; of many only the most travelled have arrows, or the map would be one stain. */
  drawLines(pen) {
    const count = (leg) => leg.count || 1;
    const most = this.lines.reduce((so, { leg }) => Math.max(so, count(leg)), 1);
    const room = Math.min(1, FEW / Math.max(1, this.lines.length));
    const least = this.lines.length > FEW ? this.lines.map(({ leg }) => count(leg)).sort((a, b) => b - a)[FEW] : 0;
    for (const { a, b, leg } of this.lines) {
      const share = most > 1 ? count(leg) / most : 0;
      const alpha = Math.max(0.07, 0.8 * room) * (most > 1 ? 0.4 + 0.6 * share : 1);
      way(pen, a, b, 1.5 + 4.5 * share * Math.sqrt(room), alpha, count(leg) > least);
    }
  },

  drawSpots(pen, place, size, stations) {
    const cells = new Map();
    for (const spot of this.spots) {
      if ((spot.kind === "station") !== stations) continue;
      const { x, y } = place(spot.at);
      if (x < -40 || y < -40 || x > size.x + 40 || y > size.y + 40) continue;
      const key = stations ? `${x} ${y}` : `${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`;
      const cell = cells.get(key) || [];
      cell.push({ spot, x, y });
      cells.set(key, cell);
    }
    for (const cell of cells.values()) this.drawCell(pen, place, cell);
  },

  drawCell(pen, place, cell) {
    const count = cell.reduce((sum, { spot }) => sum + (spot.count || 1), 0);
    const [x, y] = ["x", "y"].map((axis) => cell.reduce((sum, one) => sum + one[axis], 0) / cell.length);
    const kinds = new Set(cell.map(({ spot }) => spot.kind));
    // Both ends of one short journey are told apart as long as they can be.
    if (count > 1 && !kinds.has("station") && (count > 2 || kinds.size === 1)) {
      cluster(pen, { x, y }, count);
      this.marks.push({ x, y, several: cell.map(({ spot }) => spot), count });
      return;
    }
    for (const { spot, x: left, y: top } of cell) {
      stand(pen, place, spot);
      mark(pen, spot.kind, { x: left, y: top }, this._map.getZoom() < 6 ? 3 : 5);
      this.marks.push({ x: left, y: top, several: [spot], count: spot.count || 1 });
    }
  },

  /** What lies under a click: the nearest mark, else the nearest line. */
  hit({ containerPoint: { x, y }, latlng }) {
    if (this._map.getContainer().classList.contains("drawing")) return;
    const marked = nearest(this.marks, (one) => Math.hypot(one.x - x, one.y - y) - 6);
    const lined = nearest(this.lines, ({ a, b }) => apart({ x, y }, a, b));
    if (marked) this.picked(latlng, marked.several, marked.count);
    else if (lined) this.picked(latlng, [lined.leg], lined.leg.count || 1);
  },
});

function nearest(every, far) {
  let [found, least] = [null, NEAR];
  for (const one of every || []) {
    const here = far(one);
    if (here < least) [found, least] = [one, here];
  }
  return found;
}

/** A fast way from degrees to the canvas: Leaflet's own makes three objects a point. */
function placing(map) {
  const scale = (256 * 2 ** map.getZoom()) / 360;
  const origin = map.getPixelBounds().min;
  const middle = 180 * scale;
  return ([latitude, longitude]) => {
    const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180);
    const north = (Math.log((1 + sine) / (1 - sine)) / 2) * (180 / Math.PI);
    return { x: middle + longitude * scale - origin.x, y: middle - north * scale - origin.y };
  };
}

const meets = (a, b, size) =>
  Math.max(a.x, b.x) > 0 && Math.min(a.x, b.x) < size.x && Math.max(a.y, b.y) > 0 && Math.min(a.y, b.y) < size.y;

function stand(pen, place, { at: [latitude, longitude], coarse, metres }) {
  if (coarse) {
    const corners = [1, -1].map((side) => place([latitude + side * HALF_AREA, longitude - side * HALF_AREA]));
    if (corners[1].x - corners[0].x > 3) extent(pen, corners);
  } else if (metres) {
    const middle = place([latitude, longitude]);
    const wide = middle.y - place([latitude + metres / METRES, longitude]).y;
    if (wide > 6) extent(pen, null, { ...middle, wide });
  }
}

function apart({ x, y }, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
}

/** A point of the map where both numbers are known, else null. */
export const point = (latitude, longitude) =>
  latitude === null || longitude === null || latitude === undefined ? null : at(latitude, longitude);
