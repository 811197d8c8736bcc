// The private page: its address is handed on or copied with one tap, where the phone can do that.

const button = document.getElementById("share");
const said = document.getElementById("shared");
const address = document.querySelector("output.secret").textContent;

async function copy() {
  await navigator.clipboard.writeText(address);
  said.textContent = button.dataset.copied;
}

button.hidden = !(navigator.share || navigator.clipboard);
// Whoever thinks better of it has done nothing wrong.
button.addEventListener("click", () => (navigator.share ? navigator.share({ url: address }) : copy()).catch(() => {}));
