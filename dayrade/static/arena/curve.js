// A line of figures over time, and what it shows in words.

import { amount, instant } from "./format.js";

const DAY = { day: "numeric", month: "short" };
let chart = null;

/** Draw points of `{at, figure}` on a canvas; figures are drawn as numbers, and said as they are. */
export function drawCurve(canvas, said, points) {
  said.textContent = inWords(points);
  const colour = getComputedStyle(canvas).color;
  const quiet = getComputedStyle(said).color;
  const line = points.map(({ at, figure }) => ({ x: Date.parse(at), y: Number(figure) }));
  chart?.destroy();
  chart = new window.Chart(canvas, {
    type: "line",
    data: { datasets: [{ data: line, borderColor: colour, borderWidth: 2, pointRadius: 0 }] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      parsing: false,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: {
          type: "linear",
          min: line[0].x,
          max: line.at(-1).x,
          ticks: { color: quiet, maxTicksLimit: 4, maxRotation: 0, callback: (at) => instant(at, DAY) },
          grid: { display: false },
        },
        y: { ticks: { color: quiet, maxTicksLimit: 5 }, grid: { color: "#8884" } },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([item]) => instant(points[item.dataIndex].at),
            label: (item) => amount(points[item.dataIndex].figure),
          },
        },
      },
    },
  });
}

function inWords(points) {
  const [first, last] = [points[0], points.at(-1)];
  const sorted = points.toSorted((a, b) => Number(a.figure) - Number(b.figure));
  const [low, high] = [sorted[0], sorted.at(-1)];
  const said = ({ at, figure }) => `${amount(figure)} (${instant(at)})`;
  return `From ${said(first)} to ${said(last)}; lowest ${said(low)}, highest ${said(high)}.`;
}
