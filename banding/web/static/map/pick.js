// Choosing a place with a finger: a click on the map fills two controls, and typed numbers move the mark.

/* global L */

import { at } from "./ground.js";

const NEAR_ENOUGH = 8;

/** `told.latitude` and `told.longitude` are the ids of the two controls. */
export async function pick(map, told) {
  const [latitude, longitude] = [told.latitude, told.longitude].map((id) => document.getElementById(id));
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
    latitude.value = lat.toFixed(4);
    longitude.value = lng.toFixed(4);
    for (const control of [latitude, longitude]) control.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const follow = () => {
    const typed = [latitude.value, longitude.value].map((text) => (text.trim() ? Number(text.replace(",", ".")) : NaN));
    if (!typed.every(Number.isFinite) || Math.abs(typed[0]) > 85 || Math.abs(typed[1]) > 180) return;
    put(at(...typed));
    map.setView(at(...typed), Math.max(map.getZoom(), NEAR_ENOUGH), { animate: false });
  };
  map.on("click", ({ latlng }) => {
    put(latlng);
    fill(latlng);
  });
  for (const control of [latitude, longitude]) control.addEventListener("change", (event) => event.isTrusted && follow());
  follow();
}
