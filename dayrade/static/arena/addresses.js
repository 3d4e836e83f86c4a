// Addresses that somebody else has named: of a page to go on with, or of what a notice is about.

/** Return the whole address where it is one of this site, else null. */
export function own(text) {
  if (!text) return null;
  let found;
  try {
    found = new URL(text, location.origin);
  } catch {
    return null;
  }
  // Whole, not its path alone: a path such as //elsewhere would lead there.
  return found.origin === location.origin ? found.href : null;
}

/** Return the page to go on with after a sign-in. */
export const next = () => own(new URLSearchParams(location.search).get("next")) ?? "/";

/** Return the address of a page that leads back to this one, or on to where this one would. */
export function leadingBack(path) {
  const asked = new URLSearchParams(location.search).get("next");
  const back = document.body.dataset.door === undefined ? location.pathname + location.search : asked;
  return back && back !== "/" ? `${path}?next=${encodeURIComponent(back)}` : path;
}
