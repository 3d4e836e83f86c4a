// The words of the moderation desk: what can be done, and what it is mostly done for.

export const ACTS = {
  hide: {
    key: "h",
    name: "Hide",
    done: "Hidden",
    bulk: true,
    grave: true,
    takesAlong: "Nobody but staff sees it any more, and its open reports are upheld.",
    says: "For the audit log. The author is not told this.",
    reasons: [
      "Insult",
      "Advertising or spam",
      "Scam or fraud",
      "Hate or threats",
      "Personal data of others",
      "Market manipulation",
    ],
  },
  restore: {
    key: "r",
    name: "Show again",
    done: "Shown again",
    bulk: true,
    takesAlong: "Everybody sees it again, where it stood.",
    says: "For the audit log. The author is not told this.",
    reasons: ["Hidden by mistake", "Harmless in its context", "Complaint of the author accepted"],
  },
  dismiss: {
    key: "d",
    name: "Dismiss reports",
    done: "Reports dismissed",
    bulk: true,
    takesAlong: "The message stays, and every open report of it is dismissed.",
    says: "For the audit log. Nobody is told this.",
    reasons: ["Within the rules", "Not enough to act on", "Reported in bad faith"],
  },
  mute: {
    key: "m",
    name: "Mute",
    done: "Muted",
    grave: true,
    takesAlong: "Until then the author can read and cannot write.",
    says: "The author is told this.",
    reasons: ["Insults", "Advertising or spam", "Goes on after a warning", "Threats"],
  },
  unmute: {
    key: "u",
    name: "Lift mute",
    done: "Mute lifted",
    takesAlong: "The author can write again, and is told so.",
    says: "For the audit log. The author is not told this.",
    reasons: ["Muted by mistake", "Has apologised", "Complaint of the author accepted"],
  },
  suspend: {
    key: "s",
    name: "Suspend",
    done: "Suspended",
    grave: true,
    takesAlong:
      "Every session of the author ends at once, and they cannot sign in, register or chat. Past results stand.",
    says: "The author is told this.",
    reasons: ["Goes on after being muted", "Fraud", "Threats", "Several accounts"],
  },
};

export const TIMES = [
  [10, "10 minutes"],
  [60, "1 hour"],
  [360, "6 hours"],
  [1440, "1 day"],
  [10080, "7 days"],
  [43200, "30 days"],
];

export const LEGEND = [
  ["j k", "next, previous"],
  ["x", "select"],
  ...Object.values(ACTS).map(({ key, name }) => [key, name.toLowerCase()]),
  ["p", "only this person"],
  ["n", "show what is new"],
  ["Esc", "back"],
];

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** An instant in UTC: the time, with the day where that is not today. */
export function clock(at) {
  const time = at.slice(11, 19);
  if (at.slice(0, 10) === new Date().toISOString().slice(0, 10)) return time;
  return `${Number(at.slice(8, 10))} ${MONTHS[Number(at.slice(5, 7)) - 1]} ${time.slice(0, 5)}`;
}

export const counted = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** "Spam 3, Abuse" of ["Spam", "Abuse", "Spam", "Spam"]. */
export function summed(reasons) {
  const counts = new Map();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, number]) => (number > 1 ? `${reason} ${number}` : reason)).join(", ");
}
