// How long it is until an instant, beside the instant.

const SECOND = 1000;
const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

const places = document.querySelectorAll("[data-countdown]");

/** Write the two largest units of a time to wait. */
function left(milliseconds) {
  let seconds = Math.floor(milliseconds / SECOND);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count || parts.length) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

function draw() {
  for (const place of places) {
    const wait = new Date(place.dataset.countdown) - Date.now();
    place.textContent = wait >= SECOND ? `in ${left(wait)}` : "";
  }
}

if (places.length) {
  draw();
  setInterval(draw, SECOND);
}
