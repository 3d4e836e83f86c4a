// Where the mail about a forgotten password leads.

import { api } from "./api.js";
import { onSubmit, say } from "./forms.js";
import { onAsk, onLink } from "./links.js";
import { forget } from "./session.js";

const form = document.getElementById("reset");
const done = document.getElementById("done");
const ask = document.getElementById("ask");
let token = null;

onSubmit(form, async (typed) => {
  try {
    await api("/auth/password/reset/confirm", { method: "POST", body: { ...typed, token } });
  } catch (error) {
    // A password that is refused leaves the link as it is.
    if (!error.details?.token) throw error;
    form.hidden = true;
    ask.hidden = false;
    say(ask, error.details.token.join(" "));
    ask.querySelector(".said").focus();
    return;
  }
  forget();
  form.reset();
  form.hidden = true;
  done.hidden = false;
  done.focus();
});

onAsk(ask, "/auth/password/reset");
onLink((found) => {
  token = found;
  form.hidden = !found;
  done.hidden = true;
  ask.hidden = Boolean(found);
});
