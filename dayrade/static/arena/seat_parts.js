// The parts of the page of one's own seat, as templates.

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { amount, gain, instant, tone, words } from "./format.js";

const UNKNOWN = "\u2013";

/** Say that somebody has no seat, and where one is had. */
export const none = (slug) => html`<p class="card">You have no seat in this tournament.
  <a href=${`/tournaments/${slug}`}>Look at it</a>.</p>`;

/** Say how the seat stands. */
export function standing(seat) {
  const { name, slug, status, start_date: start } = seat.tournament;
  const link = html`<a href=${`/tournaments/${slug}`}>${name}</a>`;
  if (seat.disqualified) return html`You are disqualified from ${link}: ${seat.disqualification_reason}`;
  if (!seat.is_active) return html`You have withdrawn from ${link}.`;
  if (status === "active") return html`${link} is under way.`;
  if (status === "completed") return html`${link} is over.`;
  if (status === "cancelled") return html`${link} was cancelled.`;
  return html`${link} starts ${instant(start)}.
    ${seat.zimtra_account_id ? "Your trading account is ready." : "Your trading account is not linked yet."}`;
}

/** Show the seat's figures, with what they mean. */
export function figures(seat, line) {
  const rank = seat.final_rank ?? (seat.frozen ? line?.rank : seat.current_rank);
  return html`<section class="card" aria-labelledby="figures-title">
    <h2 id="figures-title">Figures</h2>
    ${seat.frozen
      ? html`<p class="notice">The board stands still until the result is published. Your figures
          below are live, ranks are those of the freeze.</p>`
      : nothing}
    ${line?.stale
      ? html`<p class="notice">Something that you hold has an old price, or none: what is unrealized
          may be off.</p>`
      : nothing}
    <dl class="figures">
      ${figure("Rank", rank ?? UNKNOWN)} ${figure("Best rank", seat.best_rank ?? UNKNOWN)}
      ${figure("Total P&L", gain(seat.total_pnl), tone(seat.total_pnl))}
      ${figure("Realized", gain(seat.realized_pnl), tone(seat.realized_pnl))}
      ${figure("Unrealized", gain(seat.unrealized_pnl), tone(seat.unrealized_pnl))}
      ${figure("Balance", amount(seat.current_balance))}
      ${figure("Trades", amount(seat.total_trades))}
      ${figure("Won, lost", `${seat.winning_trades}, ${seat.losing_trades}`)}
      ${figure("Win rate", seat.win_rate === null ? UNKNOWN : `${seat.win_rate} %`)}
      ${figure("Volume", amount(seat.total_volume))}
    </dl>
    <details>
      <summary>What they mean</summary>
      <p>Amounts are in ${seat.tournament.currency}. <strong>Realized</strong> is what closed
        positions have brought, less commissions. <strong>Unrealized</strong> is what open positions
        would bring at the last prices. Both together are the total, by which the board ranks.</p>
    </details>
  </section>`;
}

const figure = (name, value, kind = "") => html`<div><dt>${name}</dt><dd class=${kind}>${value}</dd></div>`;

/** Show the lines of the board around one's own. */
export const board = (lines, seat) => html`<section class="card" aria-labelledby="board-title">
  <h2 id="board-title">Around you</h2>
  <table>
    <thead>
      <tr>
        <th scope="col" class="number">Rank</th>
        <th scope="col">Competitor</th>
        <th scope="col" class="number">P&amp;L</th>
        <th scope="col" class="number">Trades</th>
      </tr>
    </thead>
    <tbody>
      ${lines.map(
        (line) => html`<tr aria-current=${line.participant === seat.id ? "true" : nothing}>
          <td class="number">${line.rank ?? UNKNOWN}</td>
          <th scope="row"><a href=${`/tournaments/${seat.tournament.slug}/competitors/${line.participant}`}>
            ${line.username ?? "Nameless"}</a>${line.participant === seat.id ? " (you)" : ""}</th>
          <td class=${`number ${tone(line.total_pnl)}`}>${gain(line.total_pnl)}</td>
          <td class="number">${amount(line.total_trades)}</td>
        </tr>`,
      )}
    </tbody>
  </table>
</section>`;

/** Show what is held. */
export const holdings = (found) => html`<section class="card" aria-labelledby="holdings-title">
  <h2 id="holdings-title">Open positions</h2>
  ${found.length
    ? html`<div class="scroll" tabindex="0" role="group" aria-labelledby="holdings-title"><table>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Side</th>
            <th scope="col" class="number">Quantity</th>
            <th scope="col" class="number">Average price</th>
            <th scope="col" class="number">Last price</th>
            <th scope="col" class="number">Unrealized</th>
          </tr>
        </thead>
        <tbody>
          ${found.map(
            (held) => html`<tr>
              <th scope="row">${held.symbol}</th>
              <td>${words(held.side)}</td>
              <td class="number">${amount(held.quantity)}</td>
              <td class="number">${amount(held.average_price)}</td>
              <td class="number">${amount(held.current_price)}</td>
              <td class=${`number ${tone(held.unrealized_pnl)}`}>${gain(held.unrealized_pnl)}</td>
            </tr>`,
          )}
        </tbody>
      </table></div>`
    : html`<p class="quiet">You hold nothing.</p>`}
</section>`;

/** Show trades, the newest first. */
export const trading = (found, currency) => html`<section class="card" aria-labelledby="trades-title">
  <h2 id="trades-title">Trades</h2>
  ${found.length
    ? html`<div class="scroll" tabindex="0" role="group" aria-labelledby="trades-title"><table>
        <thead>
          <tr>
            <th scope="col">Executed</th>
            <th scope="col">Symbol</th>
            <th scope="col">Side</th>
            <th scope="col" class="number">Quantity</th>
            <th scope="col" class="number">Price</th>
            <th scope="col" class="number">Commission</th>
            <th scope="col" class="number">P&amp;L in ${currency}</th>
          </tr>
        </thead>
        <tbody>
          ${found.map(trade)}
        </tbody>
      </table></div>`
    : html`<p class="quiet">You have not traded yet.</p>`}
</section>`;

const trade = (each) => html`<tr>
  <td><time datetime=${each.executed_at}>${instant(each.executed_at)}</time></td>
  <th scope="row">${each.symbol}
    ${each.busted ? html`<span class="badge">Taken back</span>` : nothing}
    ${each.reversal ? html`<span class="badge">Reversal</span>` : nothing}</th>
  <td>${words(each.side)}</td>
  <td class="number">${amount(each.quantity)}</td>
  <td class="number">${amount(each.price)}</td>
  <td class="number">${amount(each.commission)}</td>
  <td class=${`number ${tone(each.pnl)}`}>${each.pnl === null ? UNKNOWN : gain(each.pnl)}</td>
</tr>`;
