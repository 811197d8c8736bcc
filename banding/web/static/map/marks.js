// The marks of the map on a canvas: rings for bandings, diamonds for recoveries, squares for stations, arrows.

export const INK = "#14202a";
export const WAY = "#9b3d12";
export const PAPER = "#ffffff";
const FAINT = "rgba(155, 61, 18, 0.14)";

/** A mark of a kind at a place of the canvas; a station's square is twice `half` wide. */
export function mark(pen, kind, { x, y }, half = 5) {
  pen.beginPath();
  if (kind === "station") pen.rect(x - half, y - half, 2 * half, 2 * half);
  else if (kind === "banding") pen.arc(x, y, 4.5, 0, 7);
  else {
    pen.moveTo(x, y - 6);
    pen.lineTo(x + 6, y);
    pen.lineTo(x, y + 6);
    pen.lineTo(x - 6, y);
    pen.closePath();
  }
  pen.fillStyle = { banding: PAPER, station: INK }[kind] || WAY;
  pen.strokeStyle = kind === "station" ? PAPER : INK;
  pen.lineWidth = kind === "station" ? 1 : 1.5;
  pen.fill();
  pen.stroke();
}

/** A circle with a number in it. */
export function cluster(pen, { x, y }, count) {
  const wide = 9 + Math.min(9, Math.log10(count) * 4);
  pen.beginPath();
  pen.arc(x, y, wide, 0, 7);
  pen.fillStyle = INK;
  pen.strokeStyle = PAPER;
  pen.lineWidth = 1.5;
  pen.fill();
  pen.stroke();
  pen.fillStyle = PAPER;
  pen.font = "11px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(count < 10000 ? String(count) : `${Math.round(count / 1000)}k`, x, y);
}

/** A line from a to b, and where it is wanted and long enough an arrow beyond its middle. */
export function way(pen, a, b, weight, alpha, arrow) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const far = Math.hypot(dx, dy);
  if (far < 2) return;
  pen.globalAlpha = alpha;
  pen.strokeStyle = pen.fillStyle = WAY;
  pen.lineWidth = weight;
  pen.beginPath();
  pen.moveTo(a.x, a.y);
  pen.lineTo(b.x, b.y);
  pen.stroke();
  if (arrow && far > 18) {
    const head = Math.min(8 + weight * 1.5, far / 3);
    const [ux, uy] = [dx / far, dy / far];
    const [x, y] = [a.x + dx * 0.55, a.y + dy * 0.55];
    pen.globalAlpha = Math.min(1, alpha + 0.2);
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x - ux * head + uy * head * 0.4, y - uy * head - ux * head * 0.4);
    pen.lineTo(x - ux * head - uy * head * 0.4, y - uy * head + ux * head * 0.4);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/** What a point stands for: the square of a rounded one, else the circle of its uncertainty, where it can be seen. */
export function extent(pen, corners, radius) {
  pen.beginPath();
  if (corners) pen.rect(corners[0].x, corners[0].y, corners[1].x - corners[0].x, corners[1].y - corners[0].y);
  else pen.arc(radius.x, radius.y, radius.wide, 0, 7);
  pen.setLineDash([3, 2]);
  pen.fillStyle = FAINT;
  pen.strokeStyle = INK;
  pen.lineWidth = 0.8;
  pen.fill();
  pen.stroke();
  pen.setLineDash([]);
}
