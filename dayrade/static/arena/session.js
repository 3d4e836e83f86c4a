// Who is signed in, in every tab of this browser.
//
// The tokens lie where scripts of this site alone can read them, and no script of others runs here:
// the content security policy sees to that. A refresh token is worth one use, and its second ends
// the session: tabs take turns.

import { API, ApiError, answered } from "./wire.js";

const KEY = "dayrade.session";
const CHANGED = "dayrade:session";
const UNAUTHENTICATED = 401;
const tabs = new BroadcastChannel("dayrade");
const LEFT = "left";

/** Return the tokens and the person, or null. */
export function session() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

/** Keep what a sign-in or a refresh has answered, or forget it with null. */
export function keep(opened) {
  if (opened === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify(opened));
  document.dispatchEvent(new Event(CHANGED));
}

/** Call back now, and whenever somebody signs in or out, in this tab or another. */
export function onSession(heard) {
  document.addEventListener(CHANGED, () => heard(session()));
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) heard(session());
  });
  heard(session());
}

/** Forget who was here, because they leave: no tab goes on showing what is theirs. */
export function forget() {
  keep(null);
  tabs.postMessage(LEFT);
}

/** Call back when somebody has left in another tab. */
export function onLeaving(heard) {
  tabs.addEventListener("message", (event) => {
    if (event.data === LEFT) heard();
  });
}

/** Lead to the sign-in, and back here afterwards. */
export function askToSignIn() {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/**
 * Send a request with the session's token, refreshed once where it has run out.
 *
 * `send` takes a token, or null, and returns the answer of fetch().
 */
export async function signed(send) {
  const held = session();
  const answer = await send(held ? held.session_token : null);
  if (answer.status !== UNAUTHENTICATED || !held) return answer;
  const renewed = await inTurn(() => refreshed(held));
  return renewed ? send(renewed.session_token) : answer;
}

const inTurn = (act) => (navigator.locks ? navigator.locks.request(KEY, act) : act());

async function refreshed(held) {
  const now = session();
  // Another tab was first.
  if (!now || now.session_token !== held.session_token) return now;
  const answer = await fetch(`${API}/auth/refresh`, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify({ refresh_token: held.refresh_token }),
  });
  try {
    const opened = await answered(answer);
    keep({ ...held, ...opened });
    return session();
  } catch (error) {
    // What is not the session's fault leaves it alone.
    if (!(error instanceof ApiError) || error.status !== UNAUTHENTICATED) throw error;
    keep(null);
    return null;
  }
}
