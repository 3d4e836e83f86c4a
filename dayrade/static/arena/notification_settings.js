// By which ways one is told: channels by subject, and push messages in this browser.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { api } from "./api.js";
import { instant, words } from "./format.js";
import { say } from "./forms.js";
import { onSend, personal, signedIn } from "./personal.js";
import { canPush, subscribe, subscribed, unsubscribe } from "./push.js";

const PUSH = "/notifications/push-subscriptions";
const form = document.getElementById("preferences");
const CHANNELS = { in_app: "Here", email: "E-mail", push: "Push", sms: "Text message" };
let choices = [];

personal(async () => {
  choices = (await api("/notifications/preferences")).preferences;
  render(table(), document.getElementById("choices"));
  await drawPush();
});

onSend(form, async () => {
  const chosen = choices.map(({ category, channel, enabled }) => ({ category, channel, enabled }));
  const body = { preferences: chosen };
  choices = (await api("/notifications/preferences", { method: "PUT", body })).preferences;
  render(table(), document.getElementById("choices"));
  say(form, "Saved.", "notice");
});

function table() {
  const subjects = [...new Set(choices.map((each) => each.category))];
  const channels = [...new Set(choices.map((each) => each.channel))];
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Subject</th>
        ${channels.map((channel) => html`<th scope="col">${CHANNELS[channel] ?? words(channel)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${subjects.map(
        (subject) => html`<tr>
          <th scope="row">${words(subject)}</th>
          ${channels.map((channel) => html`<td>${box(subject, channel)}</td>`)}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function box(subject, channel) {
  const choice = choices.find((each) => each.category === subject && each.channel === channel);
  return html`<input
    type="checkbox"
    aria-label=${`${words(subject)}: ${CHANNELS[channel] ?? words(channel)}`}
    .checked=${choice.enabled}
    ?disabled=${choice.fixed}
    @change=${(event) => {
      choice.enabled = event.target.checked;
    }}
  />`;
}

async function drawPush() {
  const set = await api(PUSH);
  const here = await subscribed();
  const section = document.getElementById("push");
  section.hidden = !set.application_server_key || (!canPush() && !set.subscriptions.length);
  render(
    html`<p>${here ? "This browser shows push messages." : "This browser shows no push messages."}</p>
      ${canPush()
        ? html`<p class="actions">
            <button type="button" @click=${here ? turnOff : () => turnOn(set.application_server_key)}>
              ${here ? "Turn off here" : "Turn on here"}
            </button>
          </p>`
        : nothing}
      <p id="push-said" role="status"></p>
      <ul>
        ${set.subscriptions.map(
          (one) => html`<li>A browser since ${instant(one.created_at)}
            <button type="button" class="plain" @click=${() => act(() => remove(one.id))}>
              Remove<span class="sr-only"> the browser of ${instant(one.created_at)}</span>
            </button></li>`,
        )}
      </ul>`,
    document.getElementById("push-own"),
  );
}

const remove = (id) => api(`${PUSH}/${id}`, { method: "DELETE" });

const turnOn = (key) =>
  act(async () => {
    const { endpoint, keys } = (await subscribe(key)).toJSON();
    await api(PUSH, { method: "POST", body: { endpoint, keys } });
  });

const turnOff = () =>
  act(async () => {
    // Told again, the subscription is the one that it was: so it has its id.
    const { endpoint, keys } = (await subscribed()).toJSON();
    const { id } = await api(PUSH, { method: "POST", body: { endpoint, keys } });
    await remove(id);
    await unsubscribe();
  });

async function act(change) {
  let said = "";
  try {
    await signedIn(change);
  } catch (error) {
    // The browser, or its person, refuses too.
    said = error.message;
  }
  await signedIn(drawPush);
  document.getElementById("push-said").textContent = said;
}
