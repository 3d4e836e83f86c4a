"use strict";

// The live page of a tournament. What it shows comes from the public API, and from then on from
// the event stream. Text from outside goes into the page as text alone.

const API = document.body.dataset.api;
const SHOWN = { board: 20, chat: 50, commentary: 20 };
const RETRY_MS = 3000;

const part = (id) => document.getElementById(id);
let board = new Map();
let places = [];
let lastId = "";

function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content.map((one) => (one === null || one === undefined ? "" : one)));
  return made;
}

async function read(path) {
  const answer = await fetch(API + path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function drawBoard() {
  const lines = places.map((id) => board.get(id)).filter(Boolean);
  part("board").replaceChildren(
    ...lines.map((line) => {
      const row = element(
        "tr",
        element("td", line.rank === null ? "\u2013" : String(line.rank)),
        element("td", line.username),
        element("td", line.total_pnl),
        element("td", String(line.total_trades)),
      );
      row.dataset.participant = line.participant;
      return row;
    }),
  );
}

function drawComputed(at) {
  part("computed").textContent = at ? `As of ${new Date(at).toLocaleTimeString()}` : "";
}

async function readBoard() {
  const found = await read(`/leaderboard?limit=${SHOWN.board}`);
  board = new Map(found.results.map((line) => [line.participant, line]));
  places = found.results.map((line) => line.participant);
  drawBoard();
  drawComputed(found.computed_at);
}

function drawStatus(status) {
  part("status").textContent = String(status).replaceAll("_", " ");
}

function item(id, who, text) {
  const made = element("li", element("b", who), text);
  made.dataset.id = id;
  return made;
}

const ofMessage = (one) => item(one.id, one.username, one.message_text);
const ofLine = (one) => item(one.id, one.personality, one.commentary_text);
const known = (list, id) => [...part(list).children].find((one) => one.dataset.id === id);

async function readList(list, draw) {
  const found = await read(`/${list}?page_size=${SHOWN[list]}`);
  part(list).replaceChildren(...found.results.map(draw));
}

function show(list, made) {
  const old = known(list, made.dataset.id);
  if (old) {
    old.replaceWith(made);
    return;
  }
  part(list).prepend(made);
  while (part(list).children.length > SHOWN[list]) part(list).lastChild.remove();
}

function remove(list, id) {
  const gone = known(list, id);
  if (gone) gone.remove();
}

const readAll = () =>
  Promise.all([readBoard(), readList("chat", ofMessage), readList("commentary", ofLine)]);

const HEARD = {
  state(data) {
    drawStatus(data.frozen ? "frozen" : data.status);
  },
  leaderboard(data) {
    for (const line of data.top) board.set(line.participant, line);
    if (data.order) places = data.order;
    drawComputed(data.computed_at);
    // A line that was never told of is asked for.
    if (places.every((id) => board.has(id))) drawBoard();
    else void readBoard();
  },
  chat(data) {
    if (data.message && data.action !== "hidden") show("chat", ofMessage(data.message));
    else remove("chat", data.id);
  },
  commentary(data) {
    if (data.commentary) show("commentary", ofLine(data.commentary));
    else remove("commentary", data.id);
  },
  status(data) {
    drawStatus(data.status);
    void readAll();
  },
  reset() {
    void readAll();
  },
};

function watch() {
  const query = lastId ? `?last_event_id=${encodeURIComponent(lastId)}` : "";
  const source = new EventSource(`${API}/events${query}`);
  // The stream has begun before the lists are read: nothing falls between.
  let isFirst = !lastId;
  source.onopen = () => {
    part("connection").textContent = "live";
    if (isFirst) void readAll();
    isFirst = false;
  };
  source.onerror = () => {
    part("connection").textContent = "reconnecting";
    if (source.readyState === EventSource.CLOSED) setTimeout(watch, RETRY_MS);
  };
  for (const [kind, hear] of Object.entries(HEARD)) {
    source.addEventListener(kind, (event) => {
      lastId = event.lastEventId || lastId;
      hear(JSON.parse(event.data));
    });
  }
}

watch();
