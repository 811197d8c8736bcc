// The public form: solves its puzzle while a person types, and takes the place from the phone when asked.

const form = document.getElementById("find");
const proof = document.getElementById("proof");
const send = document.getElementById("send");

// -- the puzzle ---------------------------------------------------------------------------------------------

let waiting = false;

function solved(number) {
  proof.value = number;
  if (waiting) form.submit();
}

function begin() {
  const worker = new Worker(form.dataset.solver);
  worker.onmessage = (event) => solved(event.data);
  // Without a worker the report still goes, the slower way.
  worker.onerror = () => solved("");
  worker.postMessage({ challenge: form.dataset.challenge, bits: Number(form.dataset.bits) });
  form.addEventListener("submit", hold);
}

function hold(event) {
  const isReport = event.submitter === null || event.submitter === send;
  if (!isReport) return;
  if (waiting) {
    event.preventDefault();
    return;
  }
  waiting = true;
  send.textContent = send.dataset.wait;
  if (!proof.value) event.preventDefault();
}

// Coming back by the Back button, the page must be able to send again, with all that was typed.
const label = send.textContent;
window.addEventListener("pageshow", () => {
  waiting = false;
  send.textContent = label;
});

// -- photos -------------------------------------------------------------------------------------------------

const photos = document.getElementById("photos");
photos.addEventListener("change", () => {
  const bytes = Array.from(photos.files).reduce((sum, file) => sum + file.size, 0);
  photos.setCustomValidity(bytes > Number(photos.dataset.most) ? photos.dataset.large : "");
  photos.reportValidity();
});

// -- the place ----------------------------------------------------------------------------------------------

const locate = document.getElementById("locate");
const located = document.getElementById("located");

function found(place) {
  const point = `${place.coords.latitude.toFixed(5)}, ${place.coords.longitude.toFixed(5)}`;
  document.getElementById("typed").value = point;
  document.getElementById("uncertain_point").value = point;
  document.getElementById("uncertainty").value = String(Math.min(999999, Math.ceil(place.coords.accuracy)));
  document.getElementById("datum").value = "WGS84";
  located.textContent = locate.dataset.found;
}

function ask() {
  located.textContent = locate.dataset.wait;
  const denied = () => { located.textContent = locate.dataset.denied; };
  navigator.geolocation.getCurrentPosition(found, denied, { enableHighAccuracy: true, timeout: 30000, maximumAge: 60000 });
}

if (window.Worker) begin();
if (window.isSecureContext && navigator.geolocation) {
  locate.hidden = false;
  locate.addEventListener("click", ask);
}
