// The keys of the moderation desk. None of them counts while somebody types.

import { ACTS } from "./words.js";

const BY_KEY = new Map(Object.entries(ACTS).map(([name, { key }]) => [key, name]));
const TYPED_IN = "input, select, textarea, [contenteditable]";

export function bindKeys(desk) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = desk.asked ? inDialog(desk, event) : inQueue(desk, event);
    if (!does) return;
    event.preventDefault();
    does();
  });
}

function inDialog(desk, event) {
  const isTyping = event.target.matches(TYPED_IN);
  if (event.key === "Enter" && event.target.matches("textarea") && !event.shiftKey) {
    return () => event.target.form.requestSubmit();
  }
  if (!isTyping && /^[1-9]$/.test(event.key)) return () => desk.choose(Number(event.key) - 1);
  return null;
}

function inQueue(desk, event) {
  if (event.target.matches(TYPED_IN)) return null;
  const isInList = event.target.closest("[role=listbox]") !== null;
  const always = {
    ArrowDown: isInList && (() => desk.move(1)),
    ArrowUp: isInList && (() => desk.move(-1)),
    Home: isInList && (() => desk.pick(desk.ids[0])),
    End: isInList && (() => desk.pick(desk.ids.at(-1))),
    " ": isInList && (() => desk.mark(desk.current)),
    Enter: isInList && (() => desk.pick(desk.current, { open: true })),
    Escape: () => (desk.marked.size ? desk.unmark() : desk.close()),
  };
  if (always[event.key]) return always[event.key];
  if (!desk.keysOn) return null;
  const single = {
    j: () => desk.move(1),
    k: () => desk.move(-1),
    x: () => desk.current && desk.mark(desk.current),
    n: () => desk.refresh(),
    p: () => desk.only(),
  };
  if (single[event.key]) return single[event.key];
  const name = BY_KEY.get(event.key);
  return name ? () => desk.open(name) : null;
}
