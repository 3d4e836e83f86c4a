// The sign-up: an account that a mail's link confirms.

import { api } from "./api.js";
import { onSubmit, say } from "./forms.js";

const form = document.getElementById("sign-up");
const sent = document.getElementById("sent");
const resend = document.getElementById("resend");
let email = "";

onSubmit(form, async (typed) => {
  await api("/auth/register", { method: "POST", body: typed });
  email = typed.email;
  form.reset();
  form.hidden = true;
  form.nextElementSibling.hidden = true;
  sent.querySelector("[data-address]").textContent = email;
  sent.hidden = false;
  sent.focus();
});

onSubmit(resend, async () => {
  await api("/auth/email/verify/resend", { method: "POST", body: { email } });
  say(resend, "Another mail is on its way.", "notice");
});
