// Forms that the API answers: what it refuses stands beside the field, and nothing typed is lost.

import { ApiError } from "./wire.js";

/**
 * Call `act(values, key)` when a form is sent. `key` is the same until an answer has come, so that
 * sending again after a lost connection does nothing twice.
 */
export function onSubmit(form, act) {
  let key = crypto.randomUUID();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("[type=submit]");
    clear(form);
    if (button) button.disabled = true;
    try {
      await act(values(form), key);
      key = crypto.randomUUID();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status) key = crypto.randomUUID();
      refuse(form, error);
    } finally {
      if (button) button.disabled = false;
    }
  });
}

/** Return what was typed, by the API's names; what was left empty is left out. */
export function values(form) {
  const typed = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.type === "checkbox") typed[field.name] = field.checked;
    else if (field.value !== "") typed[field.name] = field.value;
  }
  return typed;
}

/** Show what the API has refused. */
export function refuse(form, error) {
  const rest = [];
  let first = null;
  for (const [name, messages] of Object.entries(error.details)) {
    const field = form.elements.namedItem(name);
    const said = messages.map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
    if (field instanceof HTMLElement) {
      note(field, said.join(" "));
      first ??= field;
    } else rest.push(...said);
  }
  say(form, rest.length ? rest.join(" ") : first ? "" : error.message);
  (first ?? form.querySelector(".said")).focus();
}

/** Say something about the whole form; nothing clears it. */
export function say(form, text, kind = "error") {
  let place = form.querySelector(".said");
  if (!place) {
    place = document.createElement("p");
    place.tabIndex = -1;
    form.prepend(place);
  }
  place.className = `said ${kind}`;
  place.setAttribute("role", kind === "error" ? "alert" : "status");
  place.textContent = text;
  place.hidden = !text;
}

function note(field, text) {
  const made = document.createElement("p");
  made.className = "refused";
  made.id = `${field.name}-refused`;
  made.textContent = text;
  field.setAttribute("aria-invalid", "true");
  describe(field, made.id);
  field.after(made);
}

function clear(form) {
  say(form, "");
  for (const made of form.querySelectorAll(".refused")) made.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    describe(field);
  }
}

/** Name what describes a field: its hint, and what was refused. */
function describe(field, refused) {
  const ids = [field.dataset.hint, refused].filter(Boolean).join(" ");
  if (ids) field.setAttribute("aria-describedby", ids);
  else field.removeAttribute("aria-describedby");
}
