/* How far long work is: the page is asked again quietly, and comes anew when the work has come to its end. */

const PLACE = "#progress";

async function look() {
  const here = document.querySelector(PLACE);
  const found = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).then((answer) => answer.text(), () => "");
  const fresh = new DOMParser().parseFromString(found, "text/html").querySelector(PLACE);
  // Nothing at all came: the line or the node is down, and the page stays as it is.
  if (found && !fresh) return location.reload();
  if (fresh) here.replaceWith(fresh);
  return wait();
}

function wait() {
  setTimeout(look, 1000 * Number(document.querySelector(PLACE).dataset.seconds));
}

if (document.querySelector(PLACE)) wait();
