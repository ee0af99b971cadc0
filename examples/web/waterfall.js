import { BarChart } from "chartist";
import { element } from "./element.js";
import { grouped, signed } from "./figures.js";
import { nameOf, reasonsOf, sentence } from "./reasons.js";

const rowHeight = 26;
const figures = { delta: 104, width: 190 };
const margin = 6;
/** @type {BarChart[]} */
let shown = [];

/** Takes the charts of the last answer off the page. */
export function forgetCharts() {
  for (const chart of shown) chart.detach();
  shown = [];
}

/**
 * The chart of a line: a bar for each step from zero to the line's total. Whoever points at a step, or comes to it with the arrow keys,
 * reads its rule, base and figures.
 * @param {import("dealdesk-wasm").LineView} line
 * @param {Map<string, string>} ruleNames
 */
export function waterfall(line, ruleNames) {
  const steps = line.waterfall ?? [];
  const canvas = element("div", "chart");
  canvas.style.minHeight = `${steps.length * rowHeight}px`;
  const tip = element("dl", "reasons");
  tip.hidden = true;
  const chart = new BarChart(canvas, bars(steps, ruleNames), options(steps));
  chart.on("created", ({ svg, chartRect }) => {
    svg.attr({ role: "group", "aria-label": `Price of line ${line.id}, step by step` });
    const rows = steps.map((step, index) => row(svg, chartRect, step, index, reasonsOf(step, line.rejected ?? [], ruleNames), tip));
    moveByArrows(rows);
  });
  shown.push(chart);
  return element("div", "waterfall", canvas, tip);
}

/**
 * The lengths of the bars. The first bar of the chart is the lowest, so the steps run from the last to the first.
 * @param {Step[]} steps
 * @param {Map<string, string>} ruleNames
 */
function bars(steps, ruleNames) {
  const upwards = steps.toReversed().map((step) => ({ step, before: Number(step.before), after: Number(step.after) }));
  const series = (/** @type {string} */ className, /** @type {(each: typeof upwards[number]) => number} */ length) =>
    ({ className, data: upwards.map(length) });
  return {
    labels: upwards.map(({ step }) => (step.rule ? nameOf(step.rule, ruleNames) : step.step)),
    series: [
      series("kept", ({ before, after }) => Math.min(before, after)),
      series("price", ({ before, after }) => (before === 0 ? after : 0)),
      series("off", ({ before, after }) => Math.max(before - after, 0)),
      series("more", ({ before, after }) => (before === 0 ? 0 : Math.max(after - before, 0))),
    ],
  };
}

/** @param {Step[]} steps */
function options(steps) {
  const widest = Math.max(...steps.map((step) => Number(step.after)), 1);
  return {
    horizontalBars: true,
    stackBars: true,
    height: steps.length * rowHeight,
    low: 0,
    high: widest,
    chartPadding: { top: 0, right: figures.width, bottom: 0, left: 0 },
    axisX: { offset: 0, showLabel: false, showGrid: false },
    axisY: { offset: 270, showGrid: false },
  };
}

/**
 * The figures of a step, and the area over its whole row that a pointer or the keyboard can reach.
 * @param {import("chartist").Svg} svg
 * @param {import("chartist").ChartRect} chartRect
 * @param {Step} step
 * @param {number} index
 * @param {[string, string][]} reasons
 * @param {HTMLElement} tip
 */
function row(svg, chartRect, step, index, reasons, tip) {
  const top = chartRect.y2 + index * rowHeight;
  const right = chartRect.x2 + figures.width;
  const reach = { role: "img", tabindex: index === 0 ? 0 : -1, "aria-label": sentence(reasons), "data-step": step.step };
  const group = svg.elem("g", reach, "row-of-step");
  group.elem("rect", { x: -margin, y: top, width: right + 2 * margin, height: rowHeight, rx: 4 });
  const middle = top + rowHeight / 2;
  group.elem("text", { x: right - figures.delta, y: middle }, step.delta.startsWith("-") ? "delta off" : "delta").text(signed(step.delta));
  group.elem("text", { x: right, y: middle }, "after").text(grouped(step.after));
  const node = /** @type {SVGElement} */ (group.getNode());
  const show = () => {
    tip.replaceChildren(...reasons.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]));
    tip.style.top = `${top + rowHeight}px`;
    tip.hidden = false;
  };
  const hide = () => { tip.hidden = true; };
  for (const event of ["pointerenter", "focus"]) node.addEventListener(event, show);
  for (const event of ["pointerleave", "blur"]) node.addEventListener(event, hide);
  node.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  return node;
}

/** One stop for the tabulator, from which the arrow keys go through the steps. @param {SVGElement[]} rows */
function moveByArrows(rows) {
  rows.forEach((node, index) => node.addEventListener("keydown", ({ key }) => {
    const next = rows[index + (key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : rows.length)];
    if (!next) return;
    node.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }));
}

/** @typedef {import("dealdesk-wasm").StepView} Step */
