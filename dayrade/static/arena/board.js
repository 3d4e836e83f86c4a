// The board: its first page follows the event stream; any other part is read again as it moves.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { api } from "./api.js";
import { amount, gain, instant, tone } from "./format.js";
import { session } from "./session.js";

// As many lines as the stream tells of, and as the page has.
const ROWS = 20;
const WINDOW = 10;
// Another part than the first is read at most so often, and the first one now and then: the stream
// does not say which prices have grown old.
const REREAD_MS = [2_000, 4_000];
const REFRESH_MS = 30_000;
const MOVE_MS = 500;
const GLOW_MS = 2_500;
const GLOW = "color-mix(in srgb, var(--link) 30%, transparent)";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const part = (id) => document.getElementById(id);
const orDash = (value) => value ?? "\u2013";

/** Show the part of the board that the address asks for; return what takes events of the stream. */
export function board(slug, { page, around }) {
  const table = part("board");
  const isTop = !around && page === 1;
  const query = around
    ? `around=${encodeURIComponent(around)}&window=${WINDOW}`
    : `limit=${ROWS}&offset=${(page - 1) * ROWS}`;
  let lines = [];
  let leader = null;
  let timer = 0;

  async function read() {
    clearTimeout(timer);
    timer = 0;
    const found = await api(`/tournaments/${slug}/leaderboard?${query}`);
    part("frozen").hidden = !found.frozen;
    show(found.results, found.computed_at);
  }

  function soon() {
    if (timer || document.hidden) return;
    const [least, most] = REREAD_MS;
    timer = setTimeout(() => read().catch(() => null), least + Math.random() * (most - least));
  }

  function hear(told) {
    if (told.own) showOwn(slug, told.own);
    if (!isTop) {
      soon();
      return;
    }
    const before = new Map(lines.map((line) => [line.participant, line]));
    const news = new Map(told.top.map((line) => [line.participant, line]));
    const order = told.order ?? lines.map((line) => line.participant);
    // A line that was never told of is asked for.
    if (!order.every((id) => before.has(id) || news.has(id))) {
      read().catch(() => null);
      return;
    }
    const now = order.map((id) =>
      news.has(id)
        ? { ...before.get(id), ...news.get(id) }
        : { ...before.get(id), previous_rank: before.get(id).rank },
    );
    show(now, told.computed_at);
  }

  function show(now, at) {
    const places = calm.matches ? null : tops(table);
    const ranks = new Map(lines.map((line) => [line.participant, line.rank]));
    const isFirst = !lines.length;
    if (isFirst) table.replaceChildren();
    lines = now;
    render(repeat(now, (line) => line.participant, (line) => row(slug, line)), table);
    part("board-empty").hidden = now.length > 0;
    part("computed").textContent = at ? `As of ${instant(at, CLOCK)}` : "";
    if (places && !isFirst) animate(table, places, ranks, now);
    if (isTop) announce(now[0]);
  }

  /** Say aloud who has taken the lead; other moves are too many for that. */
  function announce(first) {
    if (!first) return;
    if (leader && leader !== first.participant) {
      part("announced").textContent = `${orDash(first.username)} takes the lead.`;
    }
    leader = first.participant;
  }

  setInterval(() => {
    if (!document.hidden) read().catch(() => null);
  }, REFRESH_MS);
  return { read, hear };
}

// A board that was kept may be of another day.
const CLOCK = {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
};

const row = (slug, line) => html`
  <tr data-participant=${line.participant} class=${isOwn(line) ? "own" : ""}>
    <td class="number">${orDash(line.rank)}</td>
    <td class="moved">${moved(line.rank, line.previous_rank)}</td>
    <th scope="row">
      <a href=${`/tournaments/${slug}/competitors/${line.participant}`}>${orDash(line.username)}</a>
      ${line.country ? html`<span class="quiet country">${line.country}</span>` : nothing}
      ${line.stale ? html`<span class="stale">old price</span>` : nothing}
    </th>
    <td class=${`number ${tone(line.total_pnl)}`}>${gain(line.total_pnl)}</td>
    <td class="number wide">${amount(line.current_balance)}</td>
    <td class="number wide">${amount(line.total_trades)}</td>
    <td class="number wide">${amount(line.winning_trades)} : ${amount(line.losing_trades)}</td>
  </tr>
`;

const isOwn = (line) => line.username !== null && session()?.user.username === line.username;

function moved(rank, previous) {
  const by = rank && previous ? previous - rank : 0;
  if (!by) return nothing;
  const [kind, arrow, way] = by > 0 ? ["gain", "\u25b2", "up"] : ["loss", "\u25bc", "down"];
  return html`<span class=${kind}
    ><span aria-hidden="true">${arrow}</span><span class="sr-only">${way} </span>${Math.abs(by)}</span
  >`;
}

const tops = (table) =>
  new Map([...table.rows].map((each) => [each.dataset.participant, each.offsetTop]));

/** Let rows glide to their new places, and glow where the rank has changed. */
function animate(table, places, ranks, now) {
  const byId = new Map(now.map((line) => [line.participant, line]));
  for (const each of table.rows) {
    const id = each.dataset.participant;
    const by = (places.get(id) ?? each.offsetTop) - each.offsetTop;
    if (by) {
      each.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], {
        duration: MOVE_MS,
        easing: "ease-out",
      });
    }
    if (ranks.has(id) && ranks.get(id) !== byId.get(id)?.rank) {
      each.animate([{ backgroundColor: GLOW }, { backgroundColor: "transparent" }], GLOW_MS);
    }
  }
}

/** Read one's own line, for who is signed in and competes. */
export async function readOwn(slug) {
  if (!session()) {
    part("own").hidden = true;
    return;
  }
  const found = await api(`/users/me/seats?tournament=${slug}&is_active=true`);
  const [seat] = found.results;
  if (!seat || seat.disqualified) part("own").hidden = true;
  else showOwn(slug, { ...seat, rank: seat.current_rank, participant: seat.id });
}

function showOwn(slug, line) {
  const name = session()?.user.username;
  if (!name) return;
  part("own").hidden = false;
  render(
    html`You: ${line.rank ? html`rank <b>${line.rank}</b>` : "no rank yet"},
      <b class=${tone(line.total_pnl)}>${gain(line.total_pnl)}</b> in ${amount(line.total_trades)}
      trades. <a href=${`?around=${encodeURIComponent(name)}#board-panel`}>Around me</a>
      <a href=${`/tournaments/${slug}/competitors/${line.participant}`}>My figures</a>`,
    part("own"),
  );
}
