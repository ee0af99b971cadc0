import { element } from "./element.js";
import { grouped, signed } from "./figures.js";

/**
 * What a step of a waterfall says about itself, in words and figures.
 * @param {Step} step
 * @param {Rejected[]} rejected the rules that did not apply to the line, when they were asked for
 * @param {Map<string, string>} ruleNames
 * @returns {[string, string][]}
 */
export function reasonsOf(step, rejected, ruleNames) {
  const here = rejected.filter((each) => each.step === step.step);
  return [
    ["Step", step.step],
    ...(step.rule ? [/** @type {[string, string]} */ (["Rule", nameOf(step.rule, ruleNames)])] : []),
    ["Base", grouped(step.base)],
    ["Before", grouped(step.before)],
    ["Change", signed(step.delta)],
    ["After", grouped(step.after)],
    ...(step.unit_price ? [/** @type {[string, string]} */ (["Per unit", grouped(step.unit_price)])] : []),
    ...here.map((each) => /** @type {[string, string]} */ (["Not applied", `${nameOf(each.rule, ruleNames)}: ${whyNot(each)}`])),
  ];
}

/** @param {[string, string][]} reasons @returns {string} as it is read out */
export function sentence(reasons) {
  return reasons.map(([name, value]) => `${name} ${value}`).join(", ");
}

/**
 * The rules that did not apply, each with what failed.
 * @param {Rejected[]} rejected
 * @param {Map<string, string>} ruleNames
 */
export function rejectedList(rejected, ruleNames) {
  const items = rejected.map((each) => {
    const item = element("li", "", element("span", "rule", nameOf(each.rule, ruleNames)), element("span", "why", whyNot(each)));
    item.dataset.rule = each.rule;
    return item;
  });
  return element("ul", "rejected", ...items);
}

/** @param {string} rule @param {Map<string, string>} ruleNames */
export function nameOf(rule, ruleNames) {
  return ruleNames.get(rule) ?? rule;
}

/** @param {Rejected} rejected */
function whyNot({ reason, failed = [], missing, taken_by: taker }) {
  const comparisons = failed.map(({ text, actual }) => (actual === undefined ? text : `${text} (is ${actual})`)).join("; ");
  if (reason === "condition" && comparisons) return comparisons;
  const more = [comparisons, taker && `by ${taker}`, missing && `${missing} more would do`].filter(Boolean);
  return [reason.replaceAll("_", " "), ...more].join(": ");
}

/**
 * @typedef {import("dealdesk-wasm").StepView} Step
 * @typedef {import("dealdesk-wasm").RejectedView} Rejected
 */
