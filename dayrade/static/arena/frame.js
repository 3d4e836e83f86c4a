// What every page has: who is signed in, and instants in the reader's own time.

import { leadingBack } from "./addresses.js";
import { api } from "./api.js";
import { instant } from "./format.js";
import { unsubscribe } from "./push.js";
import { forget, onSession, session } from "./session.js";
import { watchUnread } from "./unread.js";

for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = instant(time.dateTime);
}

for (const link of document.querySelectorAll("a[data-door]")) {
  link.href = leadingBack(link.getAttribute("href"));
}

onSession((held) => {
  document.body.dataset.signedIn = String(Boolean(held));
  for (const place of document.querySelectorAll("[data-username]")) {
    place.textContent = held ? (held.user.username ?? "") : "";
  }
});
watchUnread();

document.getElementById("sign-out").addEventListener("click", async () => {
  // Forgotten here in any case: whoever leaves a shared machine must not stay signed in.
  await unsubscribe().catch(() => null);
  if (session()) await api("/auth/logout", { method: "POST" }).catch(() => null);
  forget();
  location.assign("/");
});
