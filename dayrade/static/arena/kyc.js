// One's own identity check: where it is, what that means, and what it needs.

import { html, render } from "../vendor/lit-html/lit-html.js";
import { api } from "./api.js";
import { words } from "./format.js";
import { say } from "./forms.js";
import { onSend, personal, signedIn } from "./personal.js";

const form = document.getElementById("kyc");
const FIELDS = ["first_name", "last_name", "date_of_birth", "country"];
const EXPLAINED = {
  pending: "Most tournaments want to know who competes. Tell us below; our staff look at it.",
  in_review: "Our staff look at what you have told us. You get a notification once it is decided.",
  approved: "Your identity is confirmed. You can take a seat in every tournament.",
  requires_action: "Our staff need something from you. Mend it below and submit it again.",
  rejected: "Your identity could not be confirmed. Write to us if you think that this is wrong.",
};
// Where the notice of a decision says what somebody can do about it.
const WITH_REASON = ["requires_action", "rejected"];
const OPEN = ["pending", "requires_action"];
let shown = null;

personal(async () => draw(await api("/users/me")));

onSend(form, async (typed) => {
  try {
    await api("/users/me", { method: "PATCH", body: typed });
    draw(await api("/users/me/kyc", { method: "POST" }));
  } catch (error) {
    if (error.code !== "EMAIL_UNVERIFIED") throw error;
    say(form, "It is saved. Confirm your e-mail address, then submit it again.", "notice");
    form.querySelector(".said").focus();
  }
});

// Whoever comes back to the page wants to know whether it is decided.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && shown === "in_review") {
    void signedIn(async () => draw(await api("/users/me"))).catch(() => null);
  }
});

async function draw(profile) {
  const status = profile.kyc_status;
  const isOpen = OPEN.includes(status);
  shown = status;
  document.getElementById("state").textContent = words(status);
  document.getElementById("explained").textContent = EXPLAINED[status] ?? "";
  for (const name of FIELDS) form.elements[name].value = profile[name] ?? "";
  form.hidden = !isOpen;
  document.getElementById("known").hidden = isOpen;
  render(
    FIELDS.map((name) => html`<div><dt>${words(name)}</dt><dd>${profile[name] ?? "\u2013"}</dd></div>`),
    document.getElementById("known-values"),
  );
  const reason = document.getElementById("reason");
  reason.hidden = true;
  if (!WITH_REASON.includes(status)) return;
  const { results } = await api(`/notifications?type=kyc.${status}&page_size=1`);
  reason.hidden = !results.length;
  reason.textContent = results[0]?.message ?? "";
}
