// A tournament as it happens. The page comes with what was true when it was written; from then on
// the event stream tells what changes, and the API what is asked for anew.

import { board, readOwn } from "./board.js";
import { chat } from "./chat.js";
import { commentary } from "./commentary.js";
import { words } from "./format.js";
import { releases } from "./releases.js";
import { onSession } from "./session.js";
import { follow } from "./stream.js";
import { ApiError } from "./wire.js";

const { tournament: slug, page, around, editSeconds } = document.body.dataset;
// Other steps, as the freeze, are no status.
const STATUSES = new Set([
  "registration_open",
  "registration_closed",
  "active",
  "completed",
  "cancelled",
]);
const SAID = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting" };

const parts = {
  board: board(slug, { page: Number(page), around }),
  chat: chat(slug, { editSeconds: Number(editSeconds) }),
  commentary: commentary(slug),
  releases: releases(),
};

/** Read everything; what cannot be read stays as it is until it can. */
async function readAll() {
  const all = [...Object.values(parts).map((each) => each.read()), readOwn(slug)];
  for (const done of await Promise.allSettled(all)) {
    if (done.status === "rejected" && !(done.reason instanceof ApiError)) throw done.reason;
  }
}

function showStatus(status) {
  const place = document.getElementById("status");
  place.textContent = words(status);
  place.className = `badge ${status}`;
}

const HEARD = {
  state(told) {
    showStatus(told.status);
    document.getElementById("frozen").hidden = !told.frozen;
  },
  leaderboard: parts.board.hear,
  chat: parts.chat.hear,
  commentary(told) {
    parts.commentary.hear(told);
    if (told.commentary?.trigger_event === "economic_release") parts.releases.read().catch(() => null);
  },
  status(told) {
    // Dates, rules and the result stand in the page itself.
    if (told.status !== "frozen") document.getElementById("changed").hidden = false;
    if (STATUSES.has(told.status)) showStatus(told.status);
    readAll();
  },
  reset: readAll,
};

let wasLive = false;
follow(slug, {
  hear: (kind, told) => HEARD[kind]?.(told),
  connected(state) {
    const place = document.getElementById("connection");
    place.textContent = SAID[state];
    place.dataset.state = state;
    // The stream has begun before the lists are read: nothing falls between.
    if (state === "live" && !wasLive) {
      wasLive = true;
      readAll();
    }
  },
});
onSession(() => {
  // Staff see what others do not, and everybody their own line.
  if (wasLive) readAll();
});
