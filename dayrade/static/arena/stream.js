// The event stream of a tournament, followed over losses, restarts and changes of who is signed in.

import { api } from "./api.js";
import { onSession, session } from "./session.js";
import { API, ApiError } from "./wire.js";

const KINDS = ["state", "leaderboard", "chat", "commentary", "status", "reset", "end"];
// Everybody comes back at another moment, and less often the longer nobody answers.
const RETRY_MS = [1_000, 30_000];

/**
 * Call `hear(kind, data)` for each event, and `connected(state)` as the connection comes and goes:
 * "connecting", "live" or "reconnecting".
 *
 * The `id` of the last event is sent along, so that nothing is missed and nothing comes twice.
 */
export function follow(slug, { hear, connected }) {
  let source = null;
  let lastId = "";
  let failures = 0;
  let timer = 0;
  let attempt = 0;

  async function open() {
    const own = ++attempt;
    clearTimeout(timer);
    source?.close();
    const ticket = await ticketOf(slug);
    // Somebody has signed in or out meanwhile: that attempt goes on.
    if (own !== attempt) return;
    const query = new URLSearchParams();
    if (lastId) query.set("last_event_id", lastId);
    if (ticket) query.set("ticket", ticket);
    source = new EventSource(`${API}/tournaments/${slug}/events?${query}`);
    source.onopen = () => {
      failures = 0;
      connected("live");
    };
    // A browser would come back by itself, but with the old ticket, which is good for a minute.
    source.onerror = again;
    for (const kind of KINDS) source.addEventListener(kind, (event) => take(kind, event));
  }

  function take(kind, event) {
    lastId = event.lastEventId || lastId;
    if (kind === "end") again();
    else hear(kind, JSON.parse(event.data));
  }

  function again() {
    source?.close();
    connected("reconnecting");
    const [least, most] = RETRY_MS;
    const wait = Math.min(most, least * 2 ** failures++);
    clearTimeout(timer);
    timer = setTimeout(open, wait * (1 + Math.random()));
  }

  let token;
  onSession((held) => {
    const user = held ? held.user.id ?? held.user.username : null;
    // A refreshed token is the same person's.
    if (user === token) return;
    token = user;
    connected("connecting");
    open();
  });
  window.addEventListener("online", open);
}

/** Return what signs the stream in: an EventSource can send no header. Nobody needs one to watch. */
async function ticketOf(slug) {
  if (!session()) return null;
  try {
    return (await api(`/tournaments/${slug}/events/ticket`, { method: "POST" })).ticket;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
