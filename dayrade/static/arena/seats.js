// All tournaments in which one is or was.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { api, following } from "./api.js";
import { amount, gain, instant, tone, words } from "./format.js";
import { personal, signedIn } from "./personal.js";

const PAGE = 50;
// What goes on comes first, what is over last.
const GROUPS = [
  ["Under way", ["active"]],
  ["Ahead", ["registration_open", "registration_closed"]],
  ["Over", ["completed", "cancelled"]],
];
const place = document.getElementById("seats");
let seats = [];
let next = `/users/me/seats?page_size=${PAGE}`;

personal(more);

async function more() {
  const page = await api(next);
  seats = [...seats, ...page.results];
  next = following(next, page);
  draw();
}

function draw() {
  const none = html`<p class="card">You have no seat yet. <a href="/">Look at the tournaments.</a></p>`;
  render(
    html`${seats.length ? GROUPS.map(group) : none}
    ${next
      ? html`<button type="button" class="second" @click=${() => signedIn(more)}>Show more</button>`
      : nothing}`,
    place,
  );
}

function group([title, statuses]) {
  const found = seats.filter((seat) => statuses.includes(seat.tournament.status));
  if (!found.length) return nothing;
  return html`<section>
    <h2>${title}</h2>
    <ul class="cards">
      ${found.map(card)}
    </ul>
  </section>`;
}

const card = (seat) => html`<li class="card">
  <h3><a href=${`/seats/${seat.tournament.slug}`}>${seat.tournament.name}</a></h3>
  <p><span class="badge">${standing(seat)}</span>
    <span class="quiet">${instant(seat.tournament.start_date)}</span></p>
  ${seat.total_trades || seat.final_rank
    ? html`<dl class="figures">
        <div><dt>Rank</dt><dd>${seat.final_rank ?? seat.current_rank ?? "\u2013"}</dd></div>
        <div><dt>P&amp;L</dt><dd class=${tone(seat.final_pnl ?? seat.total_pnl)}>${gain(seat.final_pnl ?? seat.total_pnl)}</dd></div>
        <div><dt>Balance</dt><dd>${amount(seat.current_balance)}</dd></div>
      </dl>`
    : nothing}
</li>`;

/** Say how somebody stands in a tournament, as a seat may have been taken or given back. */
function standing(seat) {
  if (seat.disqualified) return "Disqualified";
  if (!seat.is_active) return "Withdrawn";
  return seat.frozen ? "Board frozen" : words(seat.tournament.status);
}
