// Where the mail of the sign-up leads.
//
// It takes a click: programs that look into mail open links, and confirm nothing by that.

import { api } from "./api.js";
import { onSubmit, say } from "./forms.js";
import { onAsk, onLink } from "./links.js";

const BAD_REQUEST = 400;
const form = document.getElementById("verify");
const verified = document.getElementById("verified");
const ask = document.getElementById("ask");
let token = null;

onSubmit(form, async () => {
  try {
    await api("/auth/email/verify", { method: "POST", body: { token } });
  } catch (error) {
    if (error.status !== BAD_REQUEST) throw error;
    form.hidden = true;
    ask.hidden = false;
    say(ask, error.details.token?.join(" ") ?? error.message);
    ask.querySelector(".said").focus();
    return;
  }
  form.hidden = true;
  verified.hidden = false;
  verified.focus();
});

onAsk(ask, "/auth/email/verify/resend");
onLink((found) => {
  token = found;
  form.hidden = !found;
  verified.hidden = true;
  ask.hidden = Boolean(found);
});
