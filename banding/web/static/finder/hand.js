// What a telephone does for whoever fills the form in: its photos are weighed before they are sent, and it tells its place.

/** Say at once that the photos are too large to be sent. */
export function photosOf(photos) {
  photos.addEventListener("change", () => {
    const bytes = Array.from(photos.files).reduce((sum, file) => sum + file.size, 0);
    photos.setCustomValidity(bytes > Number(photos.dataset.most) ? photos.dataset.large : "");
    photos.reportValidity();
  });
}

/** Offer the place of the phone where it can be had. */
export function locating() {
  if (!window.isSecureContext || !navigator.geolocation) return;
  const locate = document.getElementById("locate");
  locate.hidden = false;
  locate.addEventListener("click", () => ask(locate, document.getElementById("located")));
}

function ask(locate, located) {
  located.textContent = locate.dataset.wait;
  const denied = () => { located.textContent = locate.dataset.denied; };
  const found = (place) => { put(place.coords); located.textContent = locate.dataset.found; };
  navigator.geolocation.getCurrentPosition(found, denied, { enableHighAccuracy: true, timeout: 30000, maximumAge: 60000 });
}

function put({ latitude, longitude, accuracy }) {
  const point = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const metres = String(Math.min(999999, Math.ceil(accuracy)));
  for (const [id, text] of Object.entries({ uncertain_point: point, uncertainty: metres, datum: "WGS84", typed: point })) {
    document.getElementById(id).value = text;
  }
  document.getElementById("typed").dispatchEvent(new Event("input", { bubbles: true }));
}
