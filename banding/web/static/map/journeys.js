// The journeys of a question on the map: each one where they are few, sums from cell to cell where they are many.

/* global L */

import { Canvas, point } from "./canvas.js";
import { region } from "./region.js";

const WAIT = 150;

/** Draw what `told.journeys` gives, and ask anew for what is seen where that is not all. */
export async function journeys(map, told, say) {
  const stations = told.stations.map((one) => ({ at: point(one.lat, one.lon), kind: "station", what: one }));
  const layer = new Canvas([], stations, (where, found, count) => tell(map, told, where, found, count)).addTo(map);
  region(map, told, say);
  let whole = false;
  let asked = 0;
  let waiting = 0;

  const ask = async (first) => {
    const mine = ++asked;
    let found;
    try {
      found = await fetchJourneys(map, told.journeys, first);
    } catch {
      say(told.words.failed);
      return;
    }
    if (mine !== asked) return;
    whole = found.whole;
    const { legs, spots } = found.sums ? sums(found.sums) : each(found);
    layer.replace(legs, [...stations, ...spots]);
    if (first) fit(map, spots);
    say(status(found, told.words));
    performance.mark("journeys-drawn");
  };
  await ask(true);
  map.on("moveend", () => {
    clearTimeout(waiting);
    if (!whole) waiting = setTimeout(ask, WAIT, false);
  });
  if (!whole) await ask(false);
}

async function fetchJourneys(map, address, first) {
  const url = new URL(address, location.href);
  if (!first) {
    const view = map.getBounds().pad(0.1);
    const sides = [
      Math.max(-90, view.getSouth()), view.getWest(), Math.min(90, view.getNorth()), Math.min(view.getEast(), view.getWest() + 359),
    ];
    url.searchParams.set("seen", sides.map((side) => side.toFixed(3)).join(","));
  }
  url.searchParams.set("zoom", first ? 3 : Math.round(map.getZoom()));
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function each({ told, journeys: rows, species }) {
  const legs = [];
  const spots = [];
  for (const row of rows) {
    const what = Object.fromEntries(told.map((name, number) => [name, row[number]]));
    [what.latin, what.name] = species[what.species];
    const a = point(what.banding_latitude, what.banding_longitude);
    const b = point(what.latitude, what.longitude);
    if (a && b) legs.push({ a, b, what });
    if (a) spots.push({ at: a, kind: "banding", coarse: what.banding_precision, metres: what.banding_uncertainty_m, what });
    if (b) spots.push({ at: b, kind: "recovery", coarse: what.precision, metres: what.uncertainty_m, what });
  }
  return { legs, spots };
}

function sums(rows) {
  const legs = [];
  const spots = [];
  for (const [south, west, north, east, count] of rows) {
    const [a, b] = [point(south, west), point(north, east)];
    if (a && b && (south !== north || west !== east)) legs.push({ a, b, count });
    if (a) spots.push({ at: a, kind: "banding", count });
    if (b) spots.push({ at: b, kind: "recovery", count });
  }
  return { legs, spots };
}

function fit(map, spots) {
  if (!spots.length) return;
  map.fitBounds(L.latLngBounds(spots.map((spot) => spot.at)).pad(0.1), { maxZoom: 8, animate: false });
}

function status(found, words) {
  if (found.whole) return words.each;
  if (found.journeys) return `${words.seen} ${number(found.journeys.length)} / ${number(found.total)}`;
  const left = found.here - found.shown;
  const more = left ? ` ${number(left)} ${words.left}` : "";
  return `${words.summed} ${number(found.step)}° (${number(found.here)} / ${number(found.total)}).${more}`;
}

const number = (value) => value.toLocaleString(document.documentElement.lang);

/** A popup about what lies under a click. */
function tell(map, told, where, found, count) {
  const holder = document.createElement("div");
  const birds = [...new Set(found.map((one) => one.what).filter((what) => what && what.ring))];
  const named = found.filter((one) => one.kind === "station").map((one) => `${one.what.name} (${one.what.code})`);
  for (const text of named) line(holder, text);
  for (const what of birds.slice(0, 5)) story(holder, told, what);
  const rest = birds.length ? birds.length - 5 : count;
  if (!named.length && rest > 0) line(holder, `${birds.length ? "+ " : ""}${number(rest)} ${told.words.several}. ${told.words.nearer}`);
  L.popup({ maxWidth: 320, autoPan: false }).setLatLng(where).setContent(holder).openOn(map);
}

function story(holder, told, what) {
  const link = document.createElement("a");
  link.href = told.bird.replace("SCHEME", encodeURIComponent(what.scheme)).replace("RING", encodeURIComponent(what.ring));
  link.textContent = `${what.scheme} ${what.engraved}`;
  const first = line(holder, "");
  first.append(link, ` ${what.name}`);
  const km = what.distance_km === null ? "" : ` · ${number(what.distance_km)} ${told.words.km}`;
  line(holder, `${what.banding_day} → ${what.recovery_day} · ${number(what.days)} ${told.words.days}${km}`);
  if (what.precision || what.banding_precision) line(holder, told.words.about);
  const metres = Math.max(what.uncertainty_m || 0, what.banding_uncertainty_m || 0);
  if (metres > 1000) line(holder, `${told.words.within} ${number(metres / 1000)}`);
}

function line(holder, text) {
  const made = document.createElement("p");
  made.textContent = text;
  holder.append(made);
  return made;
}
