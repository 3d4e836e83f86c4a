// The chat: read by everybody, written by competitors and staff. The newest message is the last.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { api } from "./api.js";
import { composer, deletion, editing, reporting } from "./chat_forms.js";
import { instant } from "./format.js";
import { onSession, session } from "./session.js";

const PAGE = 50;
// What nobody has scrolled up to is forgotten beyond so many.
const KEPT = 200;
// So near to the end somebody reads what is new.
const NEAR_PX = 40;
const SECOND = 1000;

/** Show the chat; return what reads it, and what takes events of the stream. */
export function chat(slug, { editSeconds }) {
  const box = document.getElementById("chat-box");
  // The oldest first. `older` is where the API goes on, `arrived` what has come out of sight.
  let messages = [];
  let older = null;
  let arrived = 0;
  let open = null;
  let isShown = false;

  const log = () => box.querySelector("[role=log]");
  const gap = () => log().scrollHeight - log().scrollTop - log().clientHeight;

  function show({ toEnd = false } = {}) {
    const isFirst = !isShown;
    const isNear = isFirst || toEnd || gap() < NEAR_PX;
    if (isFirst) box.replaceChildren();
    isShown = true;
    if (isNear) {
      arrived = 0;
      messages = messages.slice(-KEPT);
    }
    render(template(), box);
    if (isNear) log().scrollTop = log().scrollHeight;
  }

  async function read() {
    const found = await api(`/tournaments/${slug}/chat?page_size=${PAGE}`);
    messages = found.results.toReversed();
    older = found.next;
    show();
  }

  async function readOlder() {
    const found = await api(older);
    const known = new Set(messages.map((each) => each.id));
    messages = [...found.results.toReversed().filter((each) => !known.has(each.id)), ...messages];
    older = found.next;
    const below = log().scrollHeight - log().scrollTop;
    render(template(), box);
    // What was in sight stays where it was.
    log().scrollTop = log().scrollHeight - below;
  }

  /** Put a message in its place: a new one at the end, another one where it was or belongs. */
  function put(message) {
    const others = messages.filter((each) => each.id !== message.id);
    const isNew = others.length === messages.length;
    const at = others.findIndex((each) => each.created_at > message.created_at);
    // Older than all that is shown: it comes with the earlier ones.
    if (isNew && at === 0 && older) return;
    messages = at < 0 ? [...others, message] : others.toSpliced(at, 0, message);
    if (isNew && at < 0) arrived += 1;
  }

  function hear({ action, id, message }) {
    if (message && action !== "hidden") {
      put(action === "edited" ? { ...message, isEdited: true } : message);
    } else {
      messages = messages.filter((each) => each.id !== id);
      if (open?.id === id) open = null;
    }
    show();
  }

  /** Open a form below a message; what is typed there survives whatever arrives meanwhile. */
  function begin(id, make, ...given) {
    const close = () => {
      open = null;
      render(template(), box);
      log().focus();
    };
    open = { id, form: make(...given, close) };
    render(template(), box);
    open.form.scrollIntoView({ block: "nearest" });
    open.form.querySelector("textarea, select, button").focus();
  }

  const changed = (message) => hear({ action: "edited", id: message.id, message });
  const removed = (id) => hear({ action: "deleted", id });

  const template = () => html`
    <div class="chat-frame">
      <div
        class="lines"
        role="log"
        tabindex="0"
        aria-labelledby="chat-title"
        @scroll=${() => arrived && gap() < NEAR_PX && show()}
      >
        ${older
          ? html`<button type="button" class="plain more" @click=${readOlder}>Earlier messages</button>`
          : nothing}
        ${messages.length ? nothing : html`<p class="quiet">Nobody has said anything yet.</p>`}
        <ol class="lines chat all">
          ${repeat(messages, (each) => each.id, item)}
        </ol>
      </div>
      ${arrived
        ? html`<button type="button" class="arrived" @click=${() => show({ toEnd: true })}>
            ${arrived} new
          </button>`
        : nothing}
    </div>
  `;

  const item = (message) => html`
    <li class=${message.message_type} data-message=${message.id}>
      <b>${message.username ?? "Dayrade"}</b>
      <span class="quiet">${instant(message.created_at)}${message.isEdited ? ", edited" : ""}</span>
      ${open?.id === message.id ? nothing : acts(message)}
      <span class="text">${message.message_text}</span>
      ${open?.id === message.id ? open.form : nothing}
    </li>
  `;

  function acts(message) {
    const held = session();
    if (!held || message.message_type !== "user_message" || !message.username) return nothing;
    if (message.username !== held.user.username) {
      return html`<span class="acts">
        ${act("Report", message, () => begin(message.id, reporting, message))}
      </span>`;
    }
    const age = (Date.now() - new Date(message.created_at)) / SECOND;
    return html`<span class="acts">
      ${age < editSeconds
        ? act("Edit", message, () => begin(message.id, editing, message, changed))
        : nothing}
      ${act("Delete", message, () => begin(message.id, deletion, message, removed))}
    </span>`;
  }

  const act = (said, message, begins) => html`
    <button type="button" class="plain" @click=${begins}>
      ${said}<span class="sr-only"> the message of ${message.username}</span>
    </button>
  `;

  composer(slug, (message) => {
    put(message);
    show({ toEnd: true });
  });
  onSession(() => isShown && render(template(), box));
  return { read, hear };
}
