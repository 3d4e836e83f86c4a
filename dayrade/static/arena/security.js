// One's own password, and the devices on which one is signed in.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { api } from "./api.js";
import { confirm } from "./dialogs.js";
import { instant } from "./format.js";
import { say } from "./forms.js";
import { onSend, personal, signedIn } from "./personal.js";
import { unsubscribe } from "./push.js";
import { forget, session } from "./session.js";

const form = document.getElementById("password");
const said = document.getElementById("sessions-said");
// More devices than that, nobody looks through by hand.
const LISTED = 100;

personal(async () => {
  document.getElementById("owner").value = session().user.email;
  await list();
});

onSend(form, async (typed) => {
  await api("/auth/password/change", { method: "POST", body: typed });
  for (const field of form.querySelectorAll("[type=password]")) field.value = "";
  say(form, "Your password is changed. Every other device is signed out.", "notice");
  await list();
});

document.getElementById("everywhere").addEventListener("click", async () => {
  const done = await confirm({
    title: "Sign out everywhere?",
    text: html`<p>Every device is signed out, this one too.</p>`,
    action: "Sign out everywhere",
    danger: true,
    act: () => signedIn(() => api("/auth/logout-all", { method: "POST" })),
  });
  if (!done) return;
  await unsubscribe().catch(() => null);
  forget();
  location.assign("/sign-in");
});

async function list() {
  const { count, results } = await api(`/auth/sessions?page_size=${LISTED}`);
  render(rows(results), document.getElementById("sessions"));
  said.textContent = count === 1 ? "Here alone." : `On ${count} devices.`;
}

async function end(one) {
  const done = await confirm({
    title: "Sign this device out?",
    text: html`<p>${one.device ?? "An unknown device"}, last used ${instant(one.last_accessed_at)}.</p>`,
    action: "Sign it out",
    act: () => signedIn(() => api(`/auth/sessions/${one.id}`, { method: "DELETE" })),
  });
  if (done) await signedIn(list);
}

const rows = (sessions) => html`<ul class="rows">
  ${sessions.map(
    (one) => html`<li>
      <div>
        <strong>${one.device ?? "An unknown device"}</strong>
        ${one.is_current ? html`<span class="badge">This device</span>` : nothing}
        <p class="quiet">${one.ip_address ?? "\u2013"}, last used ${instant(one.last_accessed_at)}</p>
      </div>
      ${one.is_current
        ? nothing
        : html`<button type="button" class="second" @click=${() => end(one)}>
            Sign out<span class="sr-only"> ${one.device ?? "an unknown device"}</span></button>`}
    </li>`,
  )}
</ul>`;
