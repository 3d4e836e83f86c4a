// A competitor's curve and figures, followed as the board moves.

import { api } from "./api.js";
import { amount, gain, instant, tone } from "./format.js";
import { follow } from "./stream.js";

const POINTS = 400;
// Figures follow the board, the curve the snapshots, which are rarer; everybody asks at another
// moment.
const FIGURES_MS = 3_000;
const CURVE_MS = 15_000;
const SAID = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting" };

const { tournament: slug, participant, since, over } = document.body.dataset;
const root = `/tournaments/${slug}/participants/${participant}`;
const canvas = document.getElementById("curve");
const dark = matchMedia("(prefers-color-scheme: dark)");

let chart = null;
let points = [];

async function readCurve() {
  const from = since ? `&from=${encodeURIComponent(since)}` : "";
  points = (await api(`${root}/performance?points=${POINTS}${from}`)).results;
  draw();
}

async function readFigures() {
  const seat = await api(root);
  for (const place of document.querySelectorAll("[data-figure]")) {
    place.textContent = amount(seat[place.dataset.figure]);
  }
  for (const place of document.querySelectorAll("[data-gain]")) {
    const figure = seat[place.dataset.gain];
    place.textContent = gain(figure);
    place.className = tone(figure);
  }
}

/** Draw the curve. Where a line goes, a rounded figure is enough; what is written is the text. */
function draw() {
  if (!canvas || !points.length) return;
  chart?.destroy();
  const quiet = resolved("--quiet");
  const line = resolved("--line");
  chart = new window.Chart(canvas, {
    type: "line",
    data: {
      labels: points.map((point) => Date.parse(point.recorded_at)),
      datasets: [
        {
          data: points.map((point) => Number(point.total_pnl)),
          borderColor: resolved("--link"),
          borderWidth: 2,
          pointRadius: 0,
          pointHitRadius: 12,
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          type: "linear",
          min: Date.parse(points[0].recorded_at),
          max: Date.parse(points.at(-1).recorded_at),
          grid: { color: line },
          ticks: { color: quiet, maxTicksLimit: 5, maxRotation: 0, callback: (at) => instant(at) },
        },
        y: { grid: { color: line }, ticks: { color: quiet, maxTicksLimit: 6 } },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([item]) => instant(points[item.dataIndex].recorded_at),
            label: (item) => gain(points[item.dataIndex].total_pnl),
          },
        },
      },
    },
  });
  canvas.dataset.points = points.length;
}

/** Return a colour of the style sheet as the scheme at hand has it, which a canvas cannot ask. */
function resolved(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Return what does something at most once in `every` milliseconds, and never while unseen. */
function seldom(act, every) {
  let timer = 0;
  return () => {
    if (timer || document.hidden) return;
    timer = setTimeout(
      () => {
        timer = 0;
        act().catch(() => null);
      },
      every * (0.5 + Math.random() / 2),
    );
  };
}

const figuresSoon = seldom(readFigures, FIGURES_MS);
const curveSoon = seldom(readCurve, CURVE_MS);

readCurve().catch(() => null);
dark.addEventListener("change", draw);
if (over === "false") {
  follow(slug, {
    hear(kind) {
      if (kind === "leaderboard" || kind === "status") {
        figuresSoon();
        curveSoon();
      }
    },
    connected(state) {
      const place = document.getElementById("connection");
      place.textContent = SAID[state];
      place.dataset.state = state;
    },
  });
}
