// Pages about whoever is signed in: nobody else sees them, and nothing that is typed gets lost.

import { html } from "../vendor/lit-html/lit-html.js";
import { leadingBack } from "./addresses.js";
import { open } from "./dialogs.js";
import { onSubmit } from "./forms.js";
import { askToSignIn, onLeaving, onSession, session } from "./session.js";
import { onSignIn } from "./sign_in_form.js";
import { ApiError } from "./wire.js";

const UNAUTHENTICATED = 401;
// Whose page this is, also after their session has ended.
const person = session()?.user ?? null;
let asking = null;

/**
 * Show a page that is for who is signed in: `load` asks for what `#personal` then shows.
 *
 * Without a session the sign-in comes first.
 */
export async function personal(load) {
  if (!person) {
    askToSignIn();
    return;
  }
  onLeaving(() => location.replace("/sign-in"));
  onSession((held) => {
    if (held && held.user.id !== person.id) location.reload();
  });
  // A page that the browser has kept, for whoever goes back to it.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && !session()) location.replace("/sign-in");
  });
  await shown(load);
}

async function shown(load) {
  const place = document.getElementById("personal");
  const trouble = document.getElementById("trouble");
  trouble.hidden = true;
  try {
    await signedIn(load);
    place.hidden = false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.querySelector("[data-said]").textContent = error.message;
    trouble.hidden = false;
    trouble.querySelector("button").onclick = () => shown(load);
  }
  place.setAttribute("aria-busy", "false");
  document.getElementById("loading")?.remove();
}

/** Act in the person's name; where the session has ended, they sign in again and it goes on. */
export async function signedIn(act) {
  try {
    return await act();
  } catch (error) {
    if (error.status !== UNAUTHENTICATED || !person) throw error;
    await again();
    return act();
  }
}

/** Be `onSubmit` for what a person sends: a session that has ended meanwhile costs no word. */
export const onSend = (form, act) =>
  onSubmit(form, (typed, key) => signedIn(() => act(typed, key)));

/** Ask the person to sign in again, where they are. */
function again() {
  asking ??= new Promise((resolve, reject) => {
    const dialog = open("Your session has ended", signInAgain());
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    onSignIn(dialog.querySelector("form"), () => {
      resolve();
      dialog.close();
    });
    const given = { error: "NOT_AUTHENTICATED", message: "Sign in again to go on." };
    dialog.addEventListener("close", () => reject(new ApiError(UNAUTHENTICATED, given)));
    dialog.querySelector("[name=password]").focus();
  }).finally(() => {
    asking = null;
  });
  return asking;
}

const signInAgain = () => html`<p>Sign in again and it goes on: what you have typed is kept.</p>
  <form>
    <label>E-mail address
      <input name="email" type="email" autocomplete="username" readonly .value=${person.email} /></label>
    <label>Password
      <input name="password" type="password" autocomplete="current-password" required /></label>
    <label data-code hidden>Code of your authenticator
      <input name="code" inputmode="numeric" autocomplete="one-time-code" /></label>
    <p class="actions">
      <button type="submit">Sign in</button>
      <button type="button" class="second" data-close>Cancel</button>
    </p>
    <p><a href=${leadingBack("/sign-in")}>Sign in as somebody else</a></p>
  </form>`;
