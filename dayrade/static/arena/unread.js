// How many notices nobody has opened, beside their link on every page.

import { api } from "./api.js";
import { onSession, session } from "./session.js";
import { ApiError } from "./wire.js";

const EVERY_MS = 60_000;
const FRESH_MS = 10_000;
let askedAt = 0;

/** Keep the number current: now and then, and when somebody comes back to the page. */
export function watchUnread() {
  const look = () => {
    if (!document.hidden && Date.now() - askedAt > FRESH_MS) void askUnread();
  };
  onSession((held) => (held ? look() : show(0)));
  window.addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY_MS);
}

/** Ask for the number, as after something was read. */
export async function askUnread() {
  if (!session()) return;
  askedAt = Date.now();
  try {
    show((await api("/notifications/unread-count")).unread);
  } catch (error) {
    // It stays as it was: the page is about something else.
    if (!(error instanceof ApiError)) throw error;
  }
}

function show(count) {
  const place = document.getElementById("unread");
  place.hidden = !count;
  place.textContent = count > 99 ? "99+" : String(count);
  place.title = `${count} unread`;
}
