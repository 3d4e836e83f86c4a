// How figures and instants are written. Figures are texts of digits, and stay so: a float would
// round somebody's money.

const GROUPS = /\B(?=(\d{3})+$)/g;
const SHORT = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };

/** Write a figure with separators; what is unknown is a dash. */
export function amount(text) {
  if (text === null || text === undefined) return "\u2013";
  const [, sign, whole, rest] = /^(-?)(\d+)(\.\d+)?$/.exec(String(text)) ?? [];
  if (whole === undefined) return String(text);
  return `${sign && "\u2212"}${whole.replace(GROUPS, ",")}${rest ?? ""}`;
}

/** Write a gain with its sign. */
export const gain = (text) => (isGain(text) ? `+${amount(text)}` : amount(text));

/** Tell whether a figure is above, or below, zero. */
export const isGain = (text) => Number(text) > 0;
export const isLoss = (text) => Number(text) < 0;

/** Return the class by which a gain or a loss is coloured; its sign says the same. */
export const tone = (text) => (isGain(text) ? "gain" : isLoss(text) ? "loss" : "");

/** Write an instant in the reader's own time. */
export const instant = (text, options = SHORT) =>
  text ? new Intl.DateTimeFormat(undefined, options).format(new Date(text)) : "\u2013";

/** Write a name of the API's, as a status, for a person. */
export const words = (text) => {
  const plain = String(text).replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
};
