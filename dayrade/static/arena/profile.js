// One's own profile: what others see, and how one is reached.

import { api } from "./api.js";
import { onSubmit, say } from "./forms.js";
import { onSend, personal } from "./personal.js";
import { keep, session } from "./session.js";

const form = document.getElementById("profile");
const resend = document.getElementById("resend");
const FIELDS = ["username", "avatar_url", "phone_number", "timezone"];
// A name is chosen once and for all: it can be changed, and not be taken back.
const NEVER_EMPTY = "username";
let profile = null;

personal(async () => {
  draw(await api("/users/me"));
  for (const name of FIELDS) form.elements[name].value = profile[name] ?? "";
});

onSend(form, async (typed) => {
  const changes = {};
  for (const name of FIELDS) {
    // What is empty is taken away; a text that is left out stays as it is.
    const value = typed[name] ?? null;
    if (value !== profile[name] && (value !== null || name !== NEVER_EMPTY)) changes[name] = value;
  }
  draw(await api("/users/me", { method: "PATCH", body: changes }));
  keep({ ...session(), user: profile });
  say(form, "Saved.", "notice");
});

onSubmit(resend, async () => {
  const body = { email: profile.email };
  const answer = await api("/auth/email/verify/resend", { method: "POST", body });
  say(resend, answer.message, "notice");
});

function draw(found) {
  profile = found;
  document.getElementById("email").textContent = found.email;
  document.getElementById("email-state").textContent = found.email_verified
    ? "Confirmed"
    : "Not confirmed";
  resend.hidden = found.email_verified;
}

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
document.getElementById("own-zone").textContent = timeZone;
document.getElementById("zones").append(
  ...Intl.supportedValuesOf("timeZone").map((zone) => new Option(zone)),
);
