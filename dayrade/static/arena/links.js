// The links of our mails: what follows #token= is worth an account until it is used.

import { api } from "./api.js";
import { onSubmit, say } from "./forms.js";

/**
 * Return the token of the link that led here, or null.
 *
 * It leaves the address at once, which others may see or get: on a screen, in a history, in a
 * bookmark. It enters no page and no storage either.
 */
export function takenToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

/** Call back with the token of each link that is opened here: another one may come to this tab. */
export function onLink(heard) {
  heard(takenToken());
  window.addEventListener("hashchange", () => {
    const token = takenToken();
    if (token) heard(token);
  });
}

/**
 * Let the form send a link to an address. The answer is the same whether there is an account: a
 * stranger learns nothing.
 */
export function onAsk(form, path) {
  onSubmit(form, async (typed) => {
    const answer = await api(path, { method: "POST", body: typed });
    say(form, answer.message, "notice");
    form.querySelector(".said").focus();
  });
}
