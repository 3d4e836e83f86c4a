// One's own notifications, the newest first.

import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { own } from "./addresses.js";
import { api, following } from "./api.js";
import { instant, words } from "./format.js";
import { personal, signedIn } from "./personal.js";
import { askUnread } from "./unread.js";
import { ApiError } from "./wire.js";

const PATH = "/notifications";
const PAGE = 30;
const LOUD = ["high", "urgent"];
const said = document.getElementById("said");
let notices = [];
let next = null;

personal(async () => {
  const path = `${PATH}?page_size=${PAGE}`;
  take(await api(path), path, []);
});

document.getElementById("read-all").addEventListener("click", () =>
  act(async () => {
    const { marked_read: count } = await api(`${PATH}/read-all`, { method: "POST" });
    notices = notices.map((each) => ({ ...each, is_read: true }));
    said.textContent = count ? `${count} marked as read.` : "Nothing was unread.";
    void askUnread();
  }),
);

function take(page, path, before) {
  notices = [...before, ...page.results];
  next = following(path, page);
  draw();
}

async function act(change) {
  said.textContent = "";
  try {
    await signedIn(change);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    said.textContent = error.message;
  }
  draw();
}

const more = () => act(async () => take(await api(next), next, notices));

async function read(notice) {
  const opened = await api(`${PATH}/${notice.id}/read`, { method: "POST" });
  notices = notices.map((each) => (each.id === notice.id ? opened : each));
  void askUnread();
}

/** Follow a notice to what it is about, which opens it. */
async function follow(event, notice) {
  if (notice.is_read) return;
  // A new tab leaves this page as it is.
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  const { href } = event.currentTarget;
  if (!isElsewhere) event.preventDefault();
  // Waited for, as an answer that comes to a page that is gone is lost; and where it fails, the
  // way is free all the same.
  await act(() => read(notice));
  if (!isElsewhere) location.assign(href);
}

function draw() {
  render(
    notices.length
      ? html`<ul class="notices">
            ${repeat(notices, (each) => each.id, item)}
          </ul>
          ${next ? html`<button type="button" class="second" @click=${more}>Show older ones</button>` : nothing}`
      : html`<p class="card">There is nothing yet. We tell you here when something happens to your
          account, your seats or your tournaments.</p>`,
    document.getElementById("notifications"),
  );
}

function item(notice) {
  // Of this site alone, whatever else somebody may have written there.
  const address = own(notice.action_url);
  return html`<li class="card" data-unread=${notice.is_read ? nothing : ""}>
    <h2>${notice.title}
      ${notice.is_read ? nothing : html`<span class="badge">New</span>`}
      ${LOUD.includes(notice.priority) ? html`<span class="badge loss">${words(notice.priority)}</span>` : nothing}
    </h2>
    <p class="text">${notice.message}</p>
    <p class="actions">
      <time datetime=${notice.created_at} class="quiet">${instant(notice.created_at)}</time>
      ${address
        ? html`<a href=${address} @click=${(event) => follow(event, notice)}>
            ${notice.action_label ?? "See"}<span class="sr-only">: ${notice.title}</span></a>`
        : nothing}
      ${notice.is_read
        ? nothing
        : html`<button type="button" class="plain" @click=${() => act(() => read(notice))}>
            Mark as read<span class="sr-only">: ${notice.title}</span></button>`}
    </p>
  </li>`;
}
