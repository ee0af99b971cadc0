import { element } from "./element.js";
import { grouped } from "./figures.js";
import { sentence } from "./reasons.js";
import { carriedLines, levels, morning } from "./stock.js";

/**
 * When the lines of a quote can be had, by line: from what is there and what is on its way.
 * @param {import("dealdesk-wasm").Rulebook} rulebook
 * @param {import("./stock.js").Stock} stock
 * @param {import("dealdesk-wasm").Quote} quote
 * @returns {Map<string, PromisedLine>}
 */
export function promised(rulebook, stock, quote) {
  const lines = carriedLines(stock, quote);
  if (lines.length === 0) return new Map();
  const plan = rulebook.promise({ state: levels(stock), supplies: stock.supplies, at: morning(quote), lines });
  return new Map(plan.lines.map((line) => [line.id, line]));
}

/**
 * The first day on which all of a line is there; how much comes when is said to pointer, keyboard and screen reader.
 * @param {PromisedLine} line
 * @param {string} unit
 */
export function promiseRemark(line, unit) {
  const said = headline(line, unit);
  const parts = schedule(line, unit);
  const tip = element("dl", "reasons", ...parts.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]));
  const remark = element("p", "said", said);
  remark.tabIndex = 0;
  remark.setAttribute("role", "note");
  remark.setAttribute("aria-label", `${said}: ${sentence(parts)}`);
  tip.setAttribute("aria-hidden", "true");
  const show = () => { tip.hidden = false; };
  const hide = () => { tip.hidden = true; };
  hide();
  for (const event of ["pointerenter", "focus"]) remark.addEventListener(event, show);
  for (const event of ["pointerleave", "blur"]) remark.addEventListener(event, hide);
  remark.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  return element("div", `promise ${urgency(line)}`, remark, tip);
}

/** @param {PromisedLine} line @param {string} unit */
function headline({ date, requested, confirmed, unconfirmed }, unit) {
  if (date) return `Earliest date: ${date}`;
  return `No date for ${grouped(unconfirmed)} of ${grouped(requested)} ${unit}` + (Number(confirmed) > 0 ? "" : ", none is expected");
}

/**
 * What comes when and from where, and what does not come.
 * @param {PromisedLine} line
 * @param {string} unit
 * @returns {[string, string][]}
 */
function schedule({ schedule_lines: parts, unconfirmed }, unit) {
  const missing = Number(unconfirmed) > 0;
  return [
    ...parts.map((part) => /** @type {[string, string]} */ ([part.date, `${grouped(part.quantity)} ${unit} ${source(part)}`])),
    ...(missing ? [/** @type {[string, string]} */ (["No date", `${grouped(unconfirmed)} ${unit}`])] : []),
  ];
}

/** @param {import("dealdesk-wasm").ScheduleLine} part */
function source({ from, location, supply }) {
  return [supply ? `with ${supply}` : `from ${from}`, location && `in ${location}`].filter(Boolean).join(" ");
}

/** @param {PromisedLine} line */
function urgency({ date, wanted_on: wanted }) {
  if (!date) return "never";
  return date > wanted ? "late" : "at-once";
}

/** @typedef {import("dealdesk-wasm").PromisedLine} PromisedLine */
