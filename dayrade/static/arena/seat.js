// One's own seat in a tournament: how it stands, what it holds, and what it has traded.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { api, following } from "./api.js";
import { drawCurve } from "./curve.js";
import { instant, words } from "./format.js";
import { personal, signedIn } from "./personal.js";
import { board, figures, holdings, none, standing, trading } from "./seat_parts.js";
import { follow } from "./stream.js";
import { ApiError } from "./wire.js";

const SLUG = document.body.dataset.tournament;
const TOURNAMENT = `/tournaments/${SLUG}`;
const POINTS = 200;
const AROUND = 3;
const TRADES = 20;
const HELD_MAX = 500;
// Boards move up to once a second: what is asked anew, is asked less often.
const REFRESH_MS = 5_000;
const part = (id) => document.getElementById(id);

const shown = { seat: null, lines: [], holdings: [], trades: [], older: null, live: null, at: null };
let refreshing = null;

personal(async () => {
  const { results } = await api(`/users/me/seats?tournament=${SLUG}`);
  [shown.seat] = results;
  if (!shown.seat) {
    render(none(SLUG), part("seat"));
    return;
  }
  await read();
  if (shown.live === null && shown.seat.tournament.status === "active") listen();
});

async function read() {
  await Promise.all([readBoard(), readHoldings(), readTrades(), readCurve()]);
  draw();
}

async function readSeat() {
  const { results } = await api(`/users/me/seats?tournament=${SLUG}`);
  shown.seat = results[0] ?? shown.seat;
}

async function readBoard() {
  if (!shown.seat.is_active || shown.seat.disqualified) return;
  try {
    const found = await api(`${TOURNAMENT}/leaderboard?around=me&window=${AROUND}`);
    shown.lines = found.results;
    shown.at = found.computed_at;
  } catch (error) {
    // Who did not trade yet, or not before the freeze, may stand on no board.
    if (error.code !== "NO_SEAT") throw error;
    shown.lines = [];
  }
}

async function readHoldings() {
  const query = `?status=open&page_size=${HELD_MAX}`;
  const { results } = await api(`${TOURNAMENT}/participants/${shown.seat.id}/positions${query}`);
  shown.holdings = results;
}

async function readTrades() {
  const path = `${TOURNAMENT}/participants/${shown.seat.id}/trades?page_size=${TRADES}`;
  const page = await api(path);
  const fresh = new Set(page.results.map((trade) => trade.id));
  const isFirst = !shown.trades.length;
  // Older pages that somebody has looked up stay there.
  shown.trades = [...page.results, ...shown.trades.filter((trade) => !fresh.has(trade.id))];
  if (isFirst) shown.older = following(path, page);
}

async function readOlder() {
  const page = await api(shown.older);
  shown.trades = [...shown.trades, ...page.results];
  shown.older = following(shown.older, page);
  draw();
}

async function readCurve() {
  const path = `${TOURNAMENT}/participants/${shown.seat.id}/performance?points=${POINTS}`;
  const { results } = await api(path);
  part("curve").hidden = results.length < 2;
  if (results.length < 2) return;
  const points = results.map((each) => ({ at: each.recorded_at, figure: each.usd_balance }));
  drawCurve(part("curve").querySelector("canvas"), part("curve-said"), points);
}

function listen() {
  follow(SLUG, {
    hear(kind, data) {
      if (kind === "leaderboard" && data.own) hearOwn(data);
      else if (kind === "status" || kind === "reset") refreshSoon();
    },
    connected(state) {
      shown.live = state;
      draw();
    },
  });
}

function hearOwn({ own, computed_at: at }) {
  const { rank, participant, ...moved } = own;
  Object.assign(shown.seat, moved, shown.seat.frozen ? {} : { current_rank: rank });
  shown.at = at;
  draw();
  refreshSoon();
}

/** Ask anew for what the stream does not tell: once for all that happens meanwhile. */
function refreshSoon() {
  refreshing ??= setTimeout(async () => {
    try {
      await signedIn(async () => {
        await readSeat();
        await read();
      });
    } catch (error) {
      // What is shown stays; the next event asks again.
      if (!(error instanceof ApiError)) throw error;
    } finally {
      refreshing = null;
    }
  }, REFRESH_MS);
}

function draw() {
  const { seat, lines } = shown;
  const mine = lines.find((line) => line.participant === seat.id);
  render(
    html`<p>${standing(seat)}
        ${shown.live === null
          ? nothing
          : html`<span class="badge" role="status">${words(shown.live)}</span>`}
        ${shown.at ? html`<span class="quiet">As of ${instant(shown.at)}</span>` : nothing}</p>
      ${figures(seat, mine)} ${lines.length ? board(lines, seat) : nothing}`,
    part("seat"),
  );
  render(
    html`${holdings(shown.holdings)}
    ${trading(shown.trades, seat.tournament.currency)}
    ${shown.older
      ? html`<button type="button" class="second" @click=${() => signedIn(readOlder)}>
          Show older trades</button>`
      : nothing}`,
    part("ledger"),
  );
}
