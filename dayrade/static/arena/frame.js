// What every page has: who is signed in, and instants in the reader's own time.

import { api } from "./api.js";
import { instant } from "./format.js";
import { keep, onSession, session } from "./session.js";

for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = instant(time.dateTime);
}

onSession((held) => {
  document.body.dataset.signedIn = String(Boolean(held));
  for (const place of document.querySelectorAll("[data-username]")) {
    place.textContent = held ? held.user.username : "";
  }
});

document.getElementById("sign-out").addEventListener("click", async () => {
  // Forgotten here in any case: whoever leaves a shared machine must not stay signed in.
  if (session()) await api("/auth/logout", { method: "POST" }).catch(() => null);
  keep(null);
  location.assign("/");
});
