// The public API, as any front end uses it.

import { signed } from "./session.js";
import { API, ApiError, UNREACHED, answered } from "./wire.js";

/**
 * Ask the API, in the name of who is signed in, for the JSON of its answer.
 *
 * `path` follows /api/v1. `key` makes a POST safe to repeat: the same key has the same answer.
 */
export async function api(path, options) {
  return answered(await ask(path, options));
}

/** Ask the API as `api` does, and return the answer itself, whatever it is. */
export async function ask(path, { method = "GET", body, key, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const send = (token) =>
    fetch(path.startsWith("http") ? path : API + path, {
      method,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: token ? { ...headers, Authorization: `Bearer ${token}` } : headers,
    });
  try {
    return await signed(send);
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError(0, UNREACHED);
    throw error;
  }
}

/** Return the path of a list's next page, as `next` of its answer names it, null after the last. */
export function following(path, { next }) {
  return next && path.split("?")[0] + new URL(next).search;
}
