// Everything that is held about one: to take along, and to erase.

import { html } from "../vendor/lit-html/lit-html.js";
import { api, ask } from "./api.js";
import { confirm } from "./dialogs.js";
import { say } from "./forms.js";
import { onSend, personal } from "./personal.js";
import { unsubscribe } from "./push.js";
import { forget } from "./session.js";
import { answered } from "./wire.js";

const KEPT_MS = 60_000;
const exporting = document.getElementById("export");
const erasing = document.getElementById("erasure");

personal(() => api("/users/me"));

onSend(exporting, async () => {
  const answer = await ask("/users/me/export");
  if (!answer.ok) await answered(answer);
  save(await answer.blob(), named(answer));
  say(exporting, "The file is among your downloads.", "notice");
});

onSend(erasing, async (typed) => {
  const isMeant = await confirm({
    title: "Erase your account for good?",
    text: html`<p>This takes along:</p>
      <ul>
        <li>your name, addresses, date of birth and everything else that says who you are,</li>
        <li>your sessions on every device, your notifications and your settings,</li>
        <li>the account itself: nobody can sign in to it or bring it back.</li>
      </ul>
      <p>Trades, results and what you have said in public stay, without your name.</p>`,
    action: "Erase it for good",
    danger: true,
  });
  if (!isMeant) return;
  await api("/users/me/erasure", { method: "POST", body: typed });
  await unsubscribe().catch(() => null);
  forget();
  location.replace("/");
});

function named(answer) {
  const found = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  return found?.[1] ?? "dayrade.json";
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Not before the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
