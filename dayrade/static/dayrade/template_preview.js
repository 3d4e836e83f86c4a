"use strict";

// The preview beside the form of an e-mail template. The server renders what is typed; it comes
// back as text, and the page of the e-mail goes into a frame that runs and loads nothing.

const PAUSE_MS = 300;
const FIELDS = ["subject", "content", "variables"];

function begin() {
  const live = document.getElementById("live");
  const form = document.getElementById("emailtemplate_form");
  if (!live || !form) return;
  const fields = FIELDS.map((name) => form.elements[name]).filter(Boolean);
  let waiting = 0;
  let asked = null;

  async function ask() {
    if (asked) asked.abort();
    const own = (asked = new AbortController());
    const body = new FormData();
    for (const field of fields) body.set(field.name, field.value);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(live.dataset.url, { method: "POST", body, signal: own.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") say("The preview cannot be made now. Type on, or reload.");
    }
  }

  function show(found) {
    document.getElementById("live-subject").textContent = found.subject;
    document.getElementById("live-text").textContent = found.text;
    document.getElementById("live-page").srcdoc = found.html;
    document.getElementById("live-values").replaceChildren(
      ...Object.entries(found.values).map(([name, value]) => {
        const line = document.createElement("div");
        line.className = "flex gap-3 py-1";
        line.append(part("dt", name, "shrink-0 w-32"), part("dd", value, "break-words min-w-0"));
        return line;
      }),
    );
    for (const field of fields) mark(field, found.errors[field.name] || []);
    const wrong = Object.keys(found.errors).length;
    say(wrong ? "This cannot be saved: see beside the fields." : "With sample values.");
    live.dataset.shown = String(Number(live.dataset.shown || 0) + 1);
  }

  // What is wrong stands beside its field, and is told to whoever cannot see it.
  function mark(field, errors) {
    const id = `${field.id}_live`;
    let place = document.getElementById(id);
    if (!place) {
      place = part("p", "", "mt-2 text-red-600 text-xs dark:text-red-500");
      place.id = id;
      field.after(place);
    }
    place.textContent = errors.join(" ");
    field.setAttribute("aria-invalid", String(errors.length > 0));
    const described = (field.getAttribute("aria-describedby") || "").split(" ");
    const others = described.filter((other) => other && other !== id);
    field.setAttribute("aria-describedby", [...others, id].join(" "));
  }

  function say(text) {
    const status = document.getElementById("live-status");
    if (status.textContent !== text) status.textContent = text;
  }

  function part(name, text, classes) {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = classes;
    return made;
  }

  for (const field of fields) {
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, PAUSE_MS);
    });
  }
  ask();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
