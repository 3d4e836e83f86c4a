// Writing in the chat, and changing, taking back and reporting what is there.

import { html, render } from "../vendor/lit-html/lit-html.js";
import { api } from "./api.js";
import { onSubmit } from "./forms.js";
import { askToSignIn } from "./session.js";

const UNAUTHENTICATED = 401;
const REASONS = [
  ["spam", "Spam"],
  ["abuse", "Abuse"],
  ["scam", "Scam"],
  ["cheating", "Cheating"],
  ["other", "Something else"],
];

/** Let the form below the chat post; what is typed outlives a reload and a sign-in. */
export function composer(slug, posted) {
  const form = document.getElementById("say");
  const text = form.elements.namedItem("message_text");
  const key = `dayrade.draft.${slug}`;
  text.value = sessionStorage.getItem(key) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  onSubmit(form, async (typed, repeatable) => {
    const path = `/tournaments/${slug}/chat`;
    const message = await mine(() => api(path, { method: "POST", body: typed, key: repeatable }));
    form.reset();
    sessionStorage.removeItem(key);
    posted(message);
  });
}

/** Return the form that changes one's own message. */
export const editing = (message, changed, close) =>
  made(
    html`<form method="post">
      <label>Your message
        <textarea name="message_text" rows="2" maxlength="1000" required .value=${message.message_text}></textarea></label>
      <button type="submit">Save</button> ${cancel(close)}
    </form>`,
    async (typed) => {
      const now = await mine(() => api(`/chat/${message.id}`, { method: "PATCH", body: typed }));
      close();
      changed(now);
    },
  );

/** Return the form that takes one's own message back. */
export const deletion = (message, removed, close) =>
  made(
    html`<form method="post">
      <p>Delete this message for everybody?</p>
      <button type="submit" class="danger">Delete</button> ${cancel(close)}
    </form>`,
    async () => {
      await mine(() => api(`/chat/${message.id}`, { method: "DELETE" }));
      close();
      removed(message.id);
    },
  );

/** Return the form that tells staff of somebody else's message. */
export const reporting = (message, close) => {
  const form = made(
    html`<form method="post">
      <label>What is wrong with it?
        <select name="reason" required>
          ${REASONS.map(([value, said]) => html`<option value=${value}>${said}</option>`)}
        </select></label>
      <label>Anything else staff should know <textarea name="comment" rows="2" maxlength="500"></textarea></label>
      <button type="submit">Report</button> ${cancel(close)}
    </form>`,
    async (typed, key) => {
      await mine(() => api(`/chat/${message.id}/reports`, { method: "POST", body: typed, key }));
      render(html`<p role="status">Reported: staff will look at it. ${cancel(close, "Close")}</p>`, form);
      form.querySelector("button").focus();
    },
  );
  return form;
};

const cancel = (close, said = "Cancel") =>
  html`<button type="button" class="second" @click=${close}>${said}</button>`;

/** Build a form outside the page, so that it stays the same one whatever is drawn around it. */
function made(template, act) {
  const holder = document.createDocumentFragment();
  render(template, holder);
  const form = holder.querySelector("form");
  onSubmit(form, act);
  return form;
}

/** Do what needs a session; where it has ended, sign in and come back. */
async function mine(act) {
  try {
    return await act();
  } catch (error) {
    if (error.status === UNAUTHENTICATED) askToSignIn();
    throw error;
  }
}
