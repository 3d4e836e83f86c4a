// Today's releases beside the board: read again when one of them is spoken of, and now and then.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { api } from "./api.js";
import { amount, instant, words } from "./format.js";

const SHOWN = 6;
const REFRESH_MS = 60_000;

/** Show the calendar from this day on; return what reads it. */
export function releases() {
  const list = document.getElementById("releases");
  let isFirst = true;

  async function read() {
    const today = `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
    const found = await api(`/economic-events?from=${today}&page_size=${SHOWN}`);
    if (isFirst) list.replaceChildren();
    isFirst = false;
    render(
      found.results.length
        ? found.results.map(item)
        : html`<li class="quiet">Nothing is to be released.</li>`,
      list,
    );
  }

  setInterval(() => {
    if (!document.hidden) read().catch(() => null);
  }, REFRESH_MS);
  return { read };
}

const item = (release) => html`
  <li class=${new Date(release.event_time) < new Date() ? "past" : ""}>
    <span class=${`impact ${release.impact_level}`}
      >${words(release.impact_level)}<span class="sr-only"> impact</span></span
    >
    ${instant(release.event_time)} <b>${release.name}</b>
    <span class="quiet">${release.country}</span>
    <span class="values"
      >${release.actual_value === null ? nothing : `Actual ${figure(release.actual_value)} · `}Forecast
      ${figure(release.forecast_value)} · Previous
      ${figure(release.previous_value)}${release.unit ? ` (${release.unit})` : nothing}</span
    >
  </li>
`;

/** Write a figure without the zeros at its end, which say nothing of a release. */
export const figure = (text) =>
  amount(text?.includes(".") ? text.replace(/\.?0+$/, "") : text);
