// A few places and ways that a page knows: stations and lines, the legs of a bird's life, a species' returns.

/* global L */

import { Canvas, point } from "./canvas.js";
import { escaped } from "./ground.js";

/**
 * Draw `told.stations` {lat, lon, name, code}, `told.spots` {lat, lon, kind, label, coarse, metres, url} and `told.legs`
 * {from: [lat, lon], to: [lat, lon], label, count}; every label is told on a click, `told.named` writes them beside, but for stations that are `is_quiet`.
 */
export async function show(map, told) {
  const stations = (told.stations || []).map((one) => ({
    at: point(one.lat, one.lon), kind: "station", what: { label: one.name, url: one.url, quiet: one.is_quiet },
  }));
  const spots = (told.spots || []).map((one) => ({
    at: point(one.lat, one.lon), kind: one.kind, coarse: one.coarse, metres: one.metres, what: one,
  }));
  const legs = (told.legs || []).map((one) => ({
    a: point(...one.from), b: point(...one.to), count: one.count, what: one,
  }));
  const every = [...stations, ...spots];
  new Canvas(legs, every, (where, found) => tell(map, where, found)).addTo(map);
  if (told.named) for (const one of stations) if (!one.what.quiet) write(map, one);
  const ends = [...(spots.length || legs.length ? spots : stations.filter((one) => !one.what.quiet)).map((one) => one.at), ...legs.flatMap(({ a, b }) => [a, b])];
  if (ends.length) map.fitBounds(L.latLngBounds(ends).pad(0.15), { maxZoom: 8, animate: false });
}

function write(map, { at, what }) {
  L.tooltip({ permanent: true, direction: "right", offset: [6, 0], className: "name" })
    .setLatLng(at).setContent(escaped(what.label)).addTo(map);
}

function tell(map, where, found) {
  const holder = document.createElement("div");
  for (const { what } of found.slice(0, 8)) {
    if (!what || !what.label) continue;
    const line = document.createElement("p");
    const text = document.createElement(what.url ? "a" : "span");
    if (what.url) text.href = what.url;
    text.textContent = what.label;
    line.append(text);
    holder.append(line);
  }
  if (holder.childElementCount) L.popup({ maxWidth: 320, autoPan: false }).setLatLng(where).setContent(holder).openOn(map);
}
