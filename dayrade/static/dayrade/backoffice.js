"use strict";

// What every page of the back office does: the menu keeps which groups are open, opens the one of
// this page, and shows how much waits behind its entries; and what the theme has not thought of for
// keyboards and screen readers.

(() => {
  const EVERY_MS = 20000;
  const KEPT = "dayrade.menu.";

  function keepGroups(menu) {
    for (const group of menu.querySelectorAll("details[data-group]")) {
      const key = KEPT + group.dataset.group;
      const kept = localStorage.getItem(key);
      if (kept !== null) group.open = kept === "open";
      if (group.querySelector("[aria-current]")) group.open = true;
      group.querySelector("summary").addEventListener("click", () => {
        // It opens and closes after the click.
        localStorage.setItem(key, group.open ? "closed" : "open");
      });
    }
  }

  function show(menu, badges) {
    for (const link of menu.querySelectorAll("a[href]")) {
      const count = badges[link.getAttribute("href")];
      let badge = link.querySelector(".nav-badge");
      if (!count) {
        badge?.remove();
        continue;
      }
      if (!badge) {
        badge = document.createElement("span");
        badge.className = "nav-badge";
        link.append(badge);
      }
      if (badge.dataset.count === count) continue;
      badge.dataset.count = count;
      const number = document.createElement("span");
      number.textContent = count;
      const words = document.createElement("span");
      words.className = "sr-only";
      words.textContent = " waiting";
      badge.replaceChildren(number, words);
    }
  }

  async function look(menu) {
    if (document.hidden) return;
    try {
      const answer = await fetch(menu.dataset.badges, { headers: { Accept: "application/json" } });
      // Whoever is signed out meanwhile is led to another page, which is no JSON.
      if (answer.ok && !answer.redirected) show(menu, (await answer.json()).badges);
    } catch {
      // The page is left, or the server is away: the next look tells.
    }
  }

  // What the theme made for the mouse alone is a button, for the keyboard too.
  function makeButtons() {
    const clicked = "a:not([href]), span[x-on\\:click], h2[x-on\\:click]";
    for (const control of document.querySelectorAll(clicked)) {
      if (control.closest("[data-badges]") || !control.hasAttribute("x-on:click")) continue;
      control.tabIndex = 0;
      control.setAttribute("role", "button");
      control.addEventListener("keydown", (event) => {
        if (event.target !== control || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        control.click();
      });
    }
  }

  const labelOf = (input) =>
    input.closest(".field-line")?.querySelector("label")?.textContent.trim() ?? "";

  // A date and its time are two fields under one label, and a choice with a search is no field.
  function nameFields() {
    for (const input of document.querySelectorAll(".datetime input:not([aria-label])")) {
      input.setAttribute("aria-label", `${labelOf(input)}: ${input.placeholder.toLowerCase()}`);
    }
    for (const choice of document.querySelectorAll("select.select2-hidden-accessible")) {
      const name = choice.labels[0]?.textContent.trim() || choice.name;
      for (const part of choice.parentElement.querySelectorAll("[role=combobox], [role=textbox]")) {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", name);
      }
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    nameFields();
    const content = document.getElementById("content");
    // Choices with a search are made later.
    if (content) new MutationObserver(nameFields).observe(content, { childList: true, subtree: true });
    makeButtons();
    // After what was refused one goes on where it was, however far down that is.
    content?.querySelector('[aria-invalid="true"]')?.focus();
    const menu = document.querySelector("[data-badges]");
    if (!menu) return;
    keepGroups(menu);
    void look(menu);
    setInterval(look, EVERY_MS, menu);
    document.addEventListener("visibilitychange", () => void look(menu));
  });
})();
