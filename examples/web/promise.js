import { element } from "./element.js";
import { grouped } from "./figures.js";
import { sentence } from "./reasons.js";
import { carriedLines, levels, morning } from "./stock.js";

/**
 * When the lines of a quote can be had, by line: from what is there and what is on its way, or else when it is made.
 * @param {import("dealdesk-wasm").Rulebook} rulebook
 * @param {import("./stock.js").Stock} stock
 * @param {import("dealdesk-wasm").Quote} quote
 * @returns {Map<string, PromisedLine>}
 */
export function promised(rulebook, stock, quote) {
  const lines = carriedLines(stock, quote);
  if (lines.length === 0) return new Map();
  const [state, at, { supplies }] = [levels(stock), morning(quote), stock];
  const plan = rulebook.promise({ state, supplies, at, lines });
  const undated = plan.lines.filter(({ date }) => date === undefined);
  const wanted = undated.map(({ id, product, requested, wanted_on }) => ({ demand: id, product, quantity: requested, wanted_on }));
  const supply = rulebook.proposeSupply({ state, demand: { id: "made", at, supplies, lines: wanted } });
  return new Map(plan.lines.map((line) => [line.id, { ...line, ...made(line, supply) }]));
}

/**
 * When a line is made for which there is no date, and what is ordered for it.
 * @param {import("dealdesk-wasm").PromisedLine} line
 * @param {import("dealdesk-wasm").SupplyPlan} supply
 */
function made({ id }, { lines, proposals }) {
  const date = lines.find(({ demand }) => demand === id)?.available_on;
  return date ? { date, orders: proposals.filter(({ pegs }) => pegs.some(({ demand }) => demand === id)) } : {};
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
function schedule({ schedule_lines: parts, unconfirmed, date, orders = [] }, unit) {
  const missing = Number(unconfirmed) > 0 && !date;
  return [
    ...parts.map((part) => /** @type {[string, string]} */ ([part.date, `${grouped(part.quantity)} ${unit} ${source(part)}`])),
    ...orders.map((order) => /** @type {[string, string]} */ ([`${order.start} to ${order.due}`, ordered(order)])),
    ...(missing ? [/** @type {[string, string]} */ (["No date", `${grouped(unconfirmed)} ${unit}`])] : []),
  ];
}

/** @param {import("dealdesk-wasm").SupplyProposal} order */
function ordered({ method, quantity, product }) {
  return `${method === "buy" ? "buy" : "make"} ${grouped(quantity)} ${product}`;
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

/** @typedef {import("dealdesk-wasm").PromisedLine & { orders?: import("dealdesk-wasm").SupplyProposal[] }} PromisedLine */
