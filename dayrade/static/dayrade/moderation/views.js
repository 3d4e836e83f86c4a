// What the moderation desk shows. lit-html puts text into the page as text.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { ACTS, LEGEND, TIMES, clock, counted, summed } from "./words.js";

const badge = (text, kind = "") => html`<span class="mod-badge ${kind}">${text}</span>`;

function whose(row) {
  return html`
    <b class="mod-name">${row.author.name}</b>
    ${row.author.role === "user" ? nothing : badge(row.author.role, "info")}
    ${row.author.suspended ? badge("suspended", "danger") : nothing}
    ${row.author.muted_until ? badge(`muted until ${clock(row.author.muted_until)}`, "warning") : nothing}
    ${row.is_user ? nothing : badge(row.type)}
  `;
}

function fate(row) {
  const { hidden, last, reports } = row;
  return html`
    ${reports.length
      ? badge(`${counted(reports.length, "report")}: ${summed(reports)}`, "danger")
      : nothing}
    ${hidden
      ? html`<span class="mod-fate">Hidden by ${hidden.by}, ${clock(hidden.at)}: ${hidden.reason}</span>`
      : nothing}
    ${last && !(hidden && last.what === "hidden")
      ? html`<span class="mod-fate">${last.what} by ${last.by}, ${clock(last.at)}${last.why ? `: ${last.why}` : ""}</span>`
      : nothing}
  `;
}

function option(row, desk) {
  const isMarked = desk.marked.has(row.id);
  const isCurrent = desk.current === row.id;
  const kinds = [row.reports.length ? "reported" : "", row.hidden ? "hidden-one" : ""];
  return html`
    <div role="option" class="mod-row ${kinds.join(" ")}" data-id=${row.id}
         tabindex=${isCurrent ? 0 : -1} aria-selected=${isMarked}
         aria-current=${isCurrent ? "true" : "false"} @click=${() => desk.pick(row.id, { open: true })}>
      <span class="mod-mark material-symbols-outlined" aria-hidden="true"
            @click=${(event) => desk.mark(row.id, event)}>${isMarked ? "check_box" : "check_box_outline_blank"}</span>
      <div class="mod-said">
        <p class="mod-meta">${whose(row)} <span class="mod-where">${row.tournament.name}</span>
          <time datetime=${row.at}>${clock(row.at)}</time></p>
        <p class="mod-text">${row.text}</p>
        <p class="mod-flags">${fate(row)}</p>
      </div>
    </div>
  `;
}

function group(title, ids, desk) {
  if (!ids.length) return nothing;
  return html`
    <div role="group" aria-label=${title}>
      <div class="mod-title" aria-hidden="true">${title}</div>
      ${repeat(ids, (id) => id, (id) => option(desk.rows.get(id), desk))}
    </div>
  `;
}

export function queue(desk) {
  if (!desk.loaded) return html`<p class="mod-empty">Reading the messages…</p>`;
  const { reported, newest } = desk.order;
  return html`
    ${desk.marked.size ? chosen(desk) : nothing}
    ${reported.length + newest.length
      ? html`<div role="listbox" id="mod-list" aria-label="Messages" aria-multiselectable="true">
          ${group("Reported", reported, desk)}
          ${group(desk.query.view === "hidden" ? "Hidden, the newest first" : "The newest first", newest, desk)}
        </div>`
      : html`<p class="mod-empty">There is no such message.</p>`}
    ${desk.more
      ? html`<button type="button" class="mod-button mod-older" @click=${() => desk.older()}>Older messages</button>`
      : nothing}
  `;
}

function chosen(desk) {
  const rows = [...desk.marked].map((id) => desk.rows.get(id));
  const acts = Object.entries(ACTS).filter(
    ([name, act]) => act.bulk && rows.some((row) => row.can.includes(name)),
  );
  return html`
    <div class="mod-chosen" role="group" aria-label="The selected messages">
      <b>${desk.marked.size} selected</b>
      ${acts.map(([name, act]) => button(name, act, () => desk.open(name)))}
      <button type="button" class="mod-button" @click=${() => desk.unmark()}>Clear</button>
    </div>
  `;
}

const button = (name, act, does) => html`
  <button type="button" class="mod-button ${act.grave ? "grave" : ""}" data-act=${name} @click=${does}>
    ${act.name} <kbd aria-hidden="true">${act.key}</kbd>
  </button>
`;

export function fresh(desk) {
  const said = [];
  if (desk.fresh.messages) {
    said.push(`${desk.fresh.messages > 99 ? "99+" : desk.fresh.messages} new`);
  }
  if (desk.fresh.reported.size) said.push(`${desk.fresh.reported.size} newly reported`);
  if (!said.length) return nothing;
  return html`
    <button type="button" class="mod-button mod-fresh" @click=${() => desk.refresh()}>
      ${said.join(", ")} <kbd aria-hidden="true">n</kbd>
    </button>
  `;
}

const entry = (name, values) => {
  const shown = values.filter(Boolean);
  return html`<dt>${name}</dt><dd>${shown.length ? shown.map((one) => html`<div>${one}</div>`) : "–"}</dd>`;
};

export function detail(desk) {
  const row = desk.rows.get(desk.current);
  if (!row) return html`<p class="mod-empty">Choose a message.</p>`;
  const found = desk.details?.row.id === row.id ? desk.details : null;
  return html`
    <div class="mod-head">
      <button type="button" class="mod-button mod-back" @click=${() => desk.close()}>Back</button>
      <h2 class="mod-heading">Message of ${row.author.name}</h2>
    </div>
    <div class="mod-acts" role="group" aria-label="What can be done">
      ${Object.entries(ACTS)
        .filter(([name]) => row.can.includes(name))
        .map(([name, act]) => button(name, act, () => desk.open(name, [row.id])))}
      ${row.can.length ? nothing : html`<p>Nothing here is for you to decide.</p>`}
    </div>
    <blockquote class="mod-quote ${row.hidden ? "hidden-one" : ""}">${row.text}</blockquote>
    <p class="mod-flags">${whose(row)} ${fate(row)}</p>
    ${found ? beside(found, desk) : html`<p class="mod-empty">Reading who speaks…</p>`}
  `;
}

function beside(found, desk) {
  const { speaker } = found;
  const seat = speaker.seat_url
    ? html`<a class="mod-link" href=${speaker.seat_url}>${speaker.standing}</a>`
    : speaker.standing;
  return html`
    <section>
      <h3>Who speaks</h3>
      <dl class="mod-facts">
        ${entry("Person", [html`<a class="mod-link" href=${speaker.url}>${speaker.name}</a>, since ${clock(speaker.since)}`])}
        ${entry("Standing", [seat])}
        ${entry("Open positions", speaker.positions)}
        ${entry("Last fills", speaker.fills)}
        ${entry("Muted", speaker.mutes.map((mute) => `${mute.everywhere ? "everywhere" : "here"} until ${clock(mute.until)} by ${mute.by}: ${mute.reason}`))}
        ${entry("Earlier sanctions", speaker.sanctions)}
      </dl>
      <button type="button" class="mod-button" @click=${() => desk.only()}>Only this person <kbd aria-hidden="true">p</kbd></button>
      <a class="mod-button" href=${found.url}>The message's page</a>
    </section>
    ${found.reports.length ? html`<section><h3>Reports</h3><ul class="mod-list">${found.reports.map(report)}</ul></section>` : nothing}
    <section>
      <h3>Around it</h3>
      <ol class="mod-list">
        ${found.around.map(
          (one) => html`
            <li class="${one.id === found.row.id ? "this-one" : ""} ${one.hidden ? "hidden-one" : ""}">
              <time datetime=${one.at}>${clock(one.at)}</time> <b>${one.author}</b>
              ${one.hidden ? badge("hidden") : nothing} <span class="mod-text">${one.text}</span>
            </li>`,
        )}
      </ol>
    </section>
    ${found.edits.length
      ? html`<section><h3>Before it was changed</h3><ul class="mod-list">
          ${found.edits.map((edit) => html`<li><time datetime=${edit.at}>until ${clock(edit.at)}</time> <span class="mod-text">${edit.text}</span></li>`)}
        </ul></section>`
      : nothing}
  `;
}

const report = (one) => html`
  <li>
    <b>${one.reason}</b> by ${one.by}, ${clock(one.at)}${one.comment ? html`: <span class="mod-text">${one.comment}</span>` : nothing}
    ${one.status === "open" ? nothing : badge(`${one.status} by ${one.decided_by}`)}
  </li>
`;

export function dialog(desk) {
  const asked = desk.asked;
  if (!asked) return nothing;
  const act = ACTS[asked.act];
  const rows = asked.ids.map((id) => desk.rows.get(id));
  const [first] = rows;
  const title =
    rows.length > 1 ? `${act.name}: ${rows.length} messages` : `${act.name}: ${first.author.name}`;
  return html`
    <form method="dialog" @submit=${(event) => desk.submit(event)}>
      <h2 id="mod-asked" class="mod-heading">${title}</h2>
      ${rows.length > 1 ? nothing : html`<blockquote class="mod-quote">${first.text}</blockquote>`}
      <p>${act.takesAlong}</p>
      ${asked.error ? html`<p class="mod-error" role="alert">${asked.error} ${asked.link ? html`<a class="mod-link" href=${asked.link} target="_blank" rel="noopener">Sign in again in another tab</a>` : nothing}</p>` : nothing}
      ${asked.act === "mute" ? time(asked) : nothing}
      <fieldset class="mod-reasons">
        <legend>Common reasons</legend>
        ${act.reasons.map(
          (reason, number) => html`
            <button type="button" class="mod-button" aria-pressed=${asked.reason === reason}
                    @click=${() => desk.choose(number)}><kbd>${number + 1}</kbd> ${reason}</button>`,
        )}
      </fieldset>
      <label class="mod-label" for="mod-reason">Reason</label>
      <textarea id="mod-reason" rows="2" maxlength="1000" aria-describedby="mod-says" .value=${asked.reason}
                @input=${(event) => desk.typed(event.target.value)}></textarea>
      <p id="mod-says" class="mod-hint">${act.says}</p>
      ${["mute", "suspend"].includes(asked.act) && first.can.includes("hide")
        ? html`<label class="mod-check"><input type="checkbox" name="also"> Hide the message, too</label>`
        : nothing}
      <div class="mod-buttons">
        <button type="button" class="mod-button" @click=${() => desk.cancel()}>Cancel <kbd aria-hidden="true">Esc</kbd></button>
        <button type="submit" id="mod-confirm" class="mod-button ${act.grave ? "grave-main" : "main"}" aria-disabled=${asked.busy ? "true" : "false"}>
          ${asked.busy ? "…" : act.name} <kbd aria-hidden="true">Enter</kbd></button>
      </div>
    </form>
  `;
}

const time = (asked) => html`
  <div class="mod-time">
    <label class="mod-label">For <select name="minutes">
      ${TIMES.map(([minutes, said]) => html`<option value=${minutes} ?selected=${minutes === asked.minutes}>${said}</option>`)}
    </select></label>
    <label class="mod-check"><input type="checkbox" name="everywhere"> In the chats of all tournaments</label>
  </div>
`;

export const legend = (desk) => html`
  <ul>${LEGEND.map(([key, does]) => html`<li><kbd>${key}</kbd> ${does}</li>`)}</ul>
  <label class="mod-check"><input type="checkbox" .checked=${desk.keysOn} @change=${(event) => desk.turnKeys(event.target.checked)}> Single keys are on</label>
`;
