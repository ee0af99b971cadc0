import { element } from "./element.js";
import { grouped, signed } from "./figures.js";

/**
 * One row for each step of a line's price: what it is, a bar, what it changed, what is left.
 * @param {WaterfallStep[]} steps
 * @param {Map<string, string>} ruleNames
 */
export function waterfall(steps, ruleNames) {
  const widest = Math.max(...steps.flatMap((step) => [Number(step.before), Number(step.after)]), 1);
  const cells = steps.flatMap((step) => [
    label(step, ruleNames),
    bar(step, widest),
    element("span", `figure delta${step.delta.startsWith("-") ? "" : " up"}`, signed(step.delta)),
    element("span", "figure", grouped(step.after)),
  ]);
  return element("div", "waterfall", ...cells);
}

/** @param {WaterfallStep} step @param {Map<string, string>} ruleNames */
function label(step, ruleNames) {
  const name = step.rule ? (ruleNames.get(step.rule) ?? step.rule) : step.step;
  const made = element("span", "step", name);
  made.title = `${step.step}${step.rule ? `: ${step.rule}` : ""}, on ${step.base}`;
  return made;
}

/** @param {WaterfallStep} step @param {number} widest */
function bar(step, widest) {
  const [before, after] = [Number(step.before), Number(step.after)];
  const share = (/** @type {number} */ amount) => `${Math.max(0, (100 * amount) / widest)}%`;
  const kept = element("span", "");
  kept.style.width = share(Math.min(before || after, after));
  const made = element("div", "bar", kept);
  if (before > 0 && before !== after) {
    const change = element("span", after < before ? "off" : "tax");
    change.style.left = share(Math.min(before, after));
    change.style.width = share(Math.abs(after - before));
    made.append(change);
  }
  return made;
}

/** @typedef {import("dealdesk-wasm").StepView} WaterfallStep */
