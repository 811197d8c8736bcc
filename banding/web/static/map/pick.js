// Choosing a place with a finger: a click on the map fills the form, and what is typed there moves the mark.

/* global L */

import { at } from "./ground.js";

const NEAR_ENOUGH = 8;

/**
 * `told.latitude` and `told.longitude` are the ids of two controls, or `told.point` that of one for both; `told.datum`
 * that of a choice of datums, which the map sets to its own.
 */
export async function pick(map, told) {
  const names = told.point ? [told.point] : [told.latitude, told.longitude];
  const controls = names.map((id) => document.getElementById(id));
  const datum = told.datum && document.getElementById(told.datum);
  let mark = null;
  const put = (place) => {
    if (mark) mark.setLatLng(place);
    else {
      mark = L.marker(place, { draggable: true, alt: told.words.here, title: told.words.here }).addTo(map);
      mark.on("dragend", () => fill(mark.getLatLng()));
    }
  };
  const fill = (place) => {
    const { lat, lng } = place.wrap();
    const said = [lat, lng].map((degrees) => degrees.toFixed(4));
    if (datum) datum.value = "WGS84";
    controls.forEach((control, number) => {
      control.value = told.point ? said.join(", ") : said[number];
      for (const name of ["input", "change"]) control.dispatchEvent(new Event(name, { bubbles: true }));
    });
  };
  const follow = () => {
    const place = typed(controls);
    if (!place || (datum && datum.value !== "WGS84")) return;
    put(place);
    map.setView(place, Math.max(map.getZoom(), NEAR_ENOUGH), { animate: false });
  };
  map.on("click", ({ latlng }) => {
    put(latlng);
    fill(latlng);
  });
  for (const control of controls) control.addEventListener("change", (event) => event.isTrusted && follow());
  follow();
}

/** The plain decimal degrees that stand in the controls, or null: other spellings are the node's to read. */
function typed(controls) {
  const texts = controls.length === 1 ? controls[0].value.split(/[,;]\s+|\s+/) : controls.map((one) => one.value.replace(",", "."));
  const [latitude, longitude] = texts.map((text) => (text.trim() ? Number(text) : NaN));
  const known = texts.length === 2 && Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180;
  return known ? at(latitude, longitude) : null;
}
