// Questions that have to be answered before anything goes on.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { onSubmit } from "./forms.js";

/**
 * Open a dialog around `content`; it is gone once it closes.
 *
 * The dialog is the browser's own: it keeps the focus within, and Escape closes it.
 */
export function open(title, content) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-title");
  render(html`<h2 id="dialog-title">${title}</h2>${content}`, dialog);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Ask whether to do something, and do it: `act(key)`, if given, whose refusal the dialog says.
 *
 * Resolve with true once that is so, with false where somebody thinks better of it.
 */
export function confirm({ title, text, action, danger = false, act = () => null }) {
  const dialog = open(
    title,
    html`<form>
      ${text}
      <p class="actions">
        <button type="submit" class=${danger ? "danger" : nothing}>${action}</button>
        <button type="button" class="second" data-close>Cancel</button>
      </p>
    </form>`,
  );
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(false));
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    onSubmit(dialog.querySelector("form"), async (_typed, key) => {
      await act(key);
      resolve(true);
      dialog.close();
    });
  });
}
