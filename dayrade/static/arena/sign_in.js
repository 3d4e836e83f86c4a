// The sign-in, with a code where somebody has set up an authenticator.

import { api } from "./api.js";
import { onSubmit, say } from "./forms.js";
import { keep } from "./session.js";

const form = document.getElementById("sign-in");
const code = document.getElementById("code-field");

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
  location.assign(next());
});

/** Return the page to go on with: one of ours. */
function next() {
  const asked = new URLSearchParams(location.search).get("next") ?? "/";
  const found = new URL(asked, location.origin);
  return found.origin === location.origin ? found.pathname + found.search : "/";
}
