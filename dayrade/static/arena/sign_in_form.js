// A form that signs in, with a code where somebody has set up an authenticator.

import { api } from "./api.js";
import { onSubmit, say } from "./forms.js";
import { keep } from "./session.js";

/** Call `done` once somebody has signed in by the form. */
export function onSignIn(form, done) {
  const code = form.querySelector("[data-code]");
  onSubmit(form, async (typed) => {
    try {
      keep(await api("/auth/login", { method: "POST", body: typed }));
    } catch (error) {
      if (error.code !== "TWO_STEP_REQUIRED") throw error;
      code.hidden = false;
      code.querySelector("input").focus();
      say(form, error.message, "notice");
      return;
    }
    done();
  });
}
