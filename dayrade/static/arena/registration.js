// Taking part in a tournament: what is missing for this person, joining, and withdrawing.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { leadingBack } from "./addresses.js";
import { api } from "./api.js";
import { confirm } from "./dialogs.js";
import { amount, instant } from "./format.js";
import { onSession } from "./session.js";
import { ApiError } from "./wire.js";

const panel = document.getElementById("registration");
const place = document.getElementById("registration-own");
const SLUG = panel.dataset.tournament;
const TOURNAMENT = `/tournaments/${SLUG}`;
const OPEN = "registration_open";
const BEFORE = [OPEN, "registration_closed"];
const KYC = {
  pending: "Tell us who you are",
  in_review: "Our staff look at it",
  requires_action: "Something is missing",
  rejected: "It could not be confirmed",
};
let person = null;

// Also whenever somebody signs in or out, here or in another tab.
onSession((held) => {
  if (held && held.user.id === person) return;
  person = held?.user.id ?? null;
  void look();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void look();
});

async function look() {
  try {
    const tournament = await api(TOURNAMENT);
    document.getElementById("places").textContent = amount(left(tournament));
    panel.hidden = !isTaking(tournament);
    if (!person) return show(forStrangers(tournament));
    const [profile, seats] = await Promise.all([
      api("/users/me"),
      api(`/users/me/seats?tournament=${SLUG}`),
    ]);
    const [seat] = seats.results;
    // Who has a seat, or had one, is told of it at any time.
    panel.hidden &&= !seat;
    show(own(tournament, profile, seat));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // With the session, onSession has drawn what is for strangers.
    if (error.status !== 401) show(html`<p role="alert">${error.message}</p>`);
  }
}

function show(content) {
  // What the page came with is for strangers, and for whoever runs no script.
  if (place.dataset.own === undefined) place.replaceChildren();
  place.dataset.own = "";
  render(content, place);
}

const left = (tournament) =>
  Math.max(0, tournament.max_participants - tournament.current_participants);
const isTaking = (tournament) =>
  tournament.status === OPEN && Date.parse(tournament.registration_close_date) > Date.now();

const forStrangers = (tournament) =>
  isTaking(tournament)
    ? html`<p><a href=${leadingBack("/sign-in")}>Sign in</a> or
        <a href=${leadingBack("/sign-up")}>sign up</a> to take a seat.</p>`
    : closed(tournament);

function closed({ status }) {
  const said = {
    active: "Trading is under way: nobody joins any more.",
    completed: "This tournament is over.",
    cancelled: "This tournament was cancelled.",
  };
  return html`<p>${said[status] ?? "Registration is closed."}</p>`;
}

function own(tournament, profile, seat) {
  if (seat?.disqualified) {
    return html`<p>You are disqualified from this tournament: ${seat.disqualification_reason}</p>`;
  }
  if (seat?.is_active) return seated(tournament, seat);
  if (!isTaking(tournament)) return closed(tournament);
  return missing(tournament, profile);
}

function seated(tournament, seat) {
  const isAhead = BEFORE.includes(tournament.status) && Date.parse(tournament.start_date) > Date.now();
  return html`<p><strong>You have a seat.</strong> <a href=${`/seats/${tournament.slug}`}>See it</a></p>
    ${isAhead
      ? html`<ol class="steps">
            <li data-done>You have registered, ${instant(seat.registered_at)}.</li>
            ${seat.zimtra_account_id
              ? html`<li data-done>Your trading account is linked.</li>`
              : html`<li>We link your trading account before the start.</li>`}
            <li>Trading starts ${instant(tournament.start_date)}, with
              ${amount(tournament.starting_balance)} ${tournament.currency} each.</li>
          </ol>
          <p class="actions"><button type="button" class="second" @click=${() => withdraw(tournament)}>
            Withdraw …</button></p>`
      : nothing}`;
}

/** Say what a person has done and what they have yet to do; once that is all, let them join. */
function missing(tournament, profile) {
  const steps = [
    [true, html`You are signed in${profile.username ? ` as ${profile.username}` : ""}.`],
    profile.email_verified
      ? [true, "Your e-mail address is confirmed."]
      : [false, html`<a href="/account">Confirm your e-mail address.</a>`],
  ];
  if (tournament.rules?.kyc_required ?? true) {
    const isApproved = profile.kyc_status === "approved";
    const state = KYC[profile.kyc_status] ?? "";
    steps.push(
      isApproved
        ? [true, "Your identity is confirmed."]
        : [false, html`<a href="/account/kyc">Have your identity confirmed.</a> ${state}.`],
    );
  }
  steps.push([left(tournament) > 0, left(tournament) ? "There is a place for you." : "Every place is taken."]);
  const isReady = steps.every(([done]) => done);
  return html`<ol class="steps">
      ${steps.map(([done, said]) => html`<li data-done=${done ? "" : nothing}>
        <span class="sr-only">${done ? "Done:" : "To do:"}</span> ${said}</li>`)}
    </ol>
    ${profile.username
      ? nothing
      : html`<p class="quiet">The board shows you without a name until you
          <a href="/account">choose one</a>.</p>`}
    ${isReady
      ? html`<p class="actions"><button type="button" @click=${() => join(tournament)}>
          Take a seat …</button></p>`
      : nothing}`;
}

async function join(tournament) {
  const fee = Number(tournament.entry_fee)
    ? html`<p>The entry fee is ${amount(tournament.entry_fee)} ${tournament.currency}. Nothing is
        charged here.</p>`
    : nothing;
  await confirm({
    title: `Take a seat in ${tournament.name}?`,
    text: html`<p>Trading goes from ${instant(tournament.start_date)} to
        ${instant(tournament.end_date)}. Until it starts you can withdraw.</p>${fee}`,
    action: "Take a seat",
    act: (key) => api(`${TOURNAMENT}/registration`, { method: "POST", key }),
  });
  await shown();
}

async function withdraw(tournament) {
  await confirm({
    title: `Withdraw from ${tournament.name}?`,
    text: html`<p>Your place is free for somebody else at once. You can come back while registration
      is open and places are left, and stand behind those who came meanwhile.</p>`,
    action: "Withdraw",
    danger: true,
    act: () => api(`${TOURNAMENT}/registration`, { method: "DELETE" }),
  });
  await shown();
}

/** Look again, and bring whoever reads the page by ear or by keys to what has come of it. */
async function shown() {
  await look();
  place.focus();
}
