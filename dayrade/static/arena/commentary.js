// What the voices say, the newest line first, with its sound where it was given one.

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { api } from "./api.js";
import { instant, words } from "./format.js";

const SHOWN = 20;

/** Show the commentary; return what reads it, and what takes events of the stream. */
export function commentary(slug) {
  const list = document.getElementById("commentary");
  let lines = [];
  let isFirst = true;

  function show(now) {
    if (isFirst) list.replaceChildren();
    isFirst = false;
    lines = now.slice(0, SHOWN);
    render(
      lines.length
        ? repeat(lines, (line) => line.id, item)
        : html`<li class="quiet">Nothing has been said yet.</li>`,
      list,
    );
  }

  async function read() {
    show((await api(`/tournaments/${slug}/commentary?page_size=${SHOWN}`)).results);
  }

  function hear({ id, commentary: line }) {
    const others = lines.filter((each) => each.id !== id);
    show(line ? [line, ...others] : others);
  }

  return { read, hear };
}

const item = (line) => html`
  <li>
    <b class=${`voice ${line.personality}`}>${words(line.personality)}</b>
    ${line.commentary_text} <span class="quiet">${instant(line.created_at)}</span>
    ${safe(line.audio_url)
      ? html`<audio
          controls
          preload="none"
          src=${line.audio_url}
          aria-label=${words(line.personality)}
        ></audio>`
      : nothing}
  </li>
`;

/** Tell whether an address is one that a sound can be at: others may run something. */
const safe = (address) => /^https:\/\//.test(address ?? "");
