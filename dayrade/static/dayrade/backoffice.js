"use strict";

// What every page of the back office does: the menu keeps which groups are open, opens the one of
// this page, and shows how much waits behind its entries.

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

  document.addEventListener("DOMContentLoaded", () => {
    const menu = document.querySelector("[data-badges]");
    if (!menu) return;
    keepGroups(menu);
    void look(menu);
    setInterval(look, EVERY_MS, menu);
    document.addEventListener("visibilitychange", () => void look(menu));
  });
})();
