// The home page: what waits and the figures of now are read every few seconds while somebody can
// see them, the charts every half a minute. Text from outside goes into the page as text alone.

const NOW_MS = 4000;
const CHARTS_MS = 30000;
const home = document.getElementById("home");
const part = (id) => document.getElementById(id);
const chosen = part("charted");
const drawn = new Map();

async function read(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.json();
}

function rowOf(need) {
  const row = part("need").content.cloneNode(true);
  const within = (name) => row.querySelector(`[data-part=${name}]`);
  within("title").textContent = need.title;
  within("title").setAttribute("href", need.url);
  within("count").textContent = need.count;
  within("waited").textContent = need.waited;
  within("late").hidden = !need.late;
  for (const reason of need.why) {
    const link = document.createElement("a");
    link.className = "text-link";
    link.setAttribute("href", reason.url);
    link.textContent = reason.said;
    const item = document.createElement("li");
    item.append(link);
    within("why").append(item);
  }
  return row;
}

let needsShown = "";

function showNeeds(needs) {
  const said = JSON.stringify(needs);
  if (said === needsShown) return;
  needsShown = said;
  const body = part("needs").tBodies[0];
  // Whoever stands on a link stays on it.
  const focused = body.contains(document.activeElement) && document.activeElement.getAttribute("href");
  body.replaceChildren(...needs.map(rowOf));
  if (focused) [...body.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  part("needs").tHead.hidden = needs.length === 0;
  part("no-needs").hidden = needs.length > 0;
}

async function lookNow() {
  if (document.hidden) return;
  try {
    const now = await read(home.dataset.now);
    showNeeds(now.needs);
    for (const [name, value] of Object.entries(now.figures)) {
      const figure = home.querySelector(`[data-figure="${name}"]`);
      if (figure) figure.textContent = value;
    }
    part("as-of").textContent = new Date().toISOString().slice(11, 19);
    say("");
  } catch {
    say("Not up to date: the server does not answer.");
  }
}

function say(words) {
  if (part("connection").textContent !== words) part("connection").textContent = words;
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const isDark = document.documentElement.classList.contains("dark");
  return {
    line: style.getPropertyValue(isDark ? "--color-primary-500" : "--color-primary-600").trim(),
    text: style.getPropertyValue(isDark ? "--color-base-300" : "--color-base-600").trim(),
    grid: style.getPropertyValue(isDark ? "--color-base-800" : "--color-base-200").trim(),
  };
}

function options(type, ink) {
  const axis = { border: { color: ink.grid }, grid: { color: ink.grid }, ticks: { color: ink.text } };
  return {
    animation: false,
    maintainAspectRatio: false,
    plugins: { legend: { display: false } },
    scales: {
      x: { ...axis, grid: { display: false }, ticks: { color: ink.text, maxTicksLimit: 6, maxRotation: 0 } },
      y: { ...axis, beginAtZero: true, ticks: { color: ink.text, maxTicksLimit: 5, precision: 0 } },
    },
  };
}

function draw(name, chart) {
  const figure = home.querySelector(`[data-chart="${name}"]`);
  const type = name === "participants" ? "line" : "bar";
  const isEmpty = chart.values.length === 0;
  figure.querySelector("[data-part=summary]").textContent = chart.summary;
  figure.querySelector(".canvas").hidden = isEmpty;
  figure.querySelector("details").hidden = isEmpty;
  figure.querySelector("tbody").replaceChildren(
    ...chart.labels.map((label, place) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.className = "font-normal text-left";
      head.textContent = label;
      const cell = document.createElement("td");
      cell.className = "text-right";
      cell.textContent = chart.values[place].toLocaleString("en");
      row.append(head, cell);
      return row;
    }),
  );
  const canvas = figure.querySelector("canvas");
  canvas.setAttribute("aria-label", chart.summary);
  drawn.get(name)?.picture.destroy();
  drawn.delete(name);
  if (isEmpty) return;
  const ink = colours();
  const data = { label: figure.querySelector("thead th:last-child").textContent, data: chart.values };
  const look = { backgroundColor: ink.line, borderColor: ink.line, borderWidth: type === "line" ? 2 : 0, pointRadius: 0, stepped: type === "line" };
  const picture = new Chart(canvas, {
    type,
    data: { labels: chart.labels, datasets: [{ ...data, ...look }] },
    options: options(type, ink),
  });
  drawn.set(name, { chart, picture });
}

async function lookAtCharts() {
  if (document.hidden || !chosen) return;
  try {
    const asked = chosen.value;
    const { charts } = await read(`${home.dataset.charts}?tournament=${encodeURIComponent(asked)}`);
    // Another one may have been chosen meanwhile.
    if (asked !== chosen.value) return;
    for (const [name, chart] of Object.entries(charts)) draw(name, chart);
    home.dataset.charted = asked;
  } catch {
    say("Not up to date: the server does not answer.");
  }
}

chosen?.addEventListener("change", () => void lookAtCharts());
document.addEventListener("visibilitychange", () => void Promise.all([lookNow(), lookAtCharts()]));
// The colours of the pictures follow the page's.
new MutationObserver(() => {
  for (const [name, { chart }] of [...drawn]) draw(name, chart);
}).observe(document.documentElement, { attributeFilter: ["class"] });
setInterval(lookNow, NOW_MS);
setInterval(lookAtCharts, CHARTS_MS);
void lookAtCharts();
