import { byId, element, field } from "./element.js";
import { findingItem } from "./cards.js";
import { grouped } from "./figures.js";
import { promiseRemark } from "./promise.js";
import { rejectedList } from "./reasons.js";
import { stockRemark } from "./stock.js";
import { forgetCharts, waterfall } from "./waterfall.js";

/**
 * The lines of the form: an entry for each, and below it what the engine says about it.
 * @param {OrderLine[]} lines
 * @param {Map<string, Product>} products
 * @param {() => void} changed
 */
export function showEntries(lines, products, changed) {
  const rows = lines.map((line, index) => {
    const name = element("span", "name");
    const unit = select(line.unit ?? "", (value) => (value ? (line.unit = value) : delete line.unit));
    const describe = () => {
      const product = products.get(line.product);
      name.textContent = name.title = product?.name ?? "";
      const units = product?.units ?? [];
      const given = line.unit && !units.includes(line.unit) ? [line.unit] : [];
      unit.replaceChildren(...[...units, ...given].map((each) => new Option(each, each)));
      unit.value = line.unit ?? units[0] ?? "";
    };
    const product = input("product", line.product, (value) => { line.product = value; delete line.unit; describe(); });
    product.setAttribute("list", "products");
    const quantity = input("quantity", String(line.quantity), (value) => (line.quantity = value));
    const remove = element("button", "quiet", "✕");
    remove.title = "remove the line";
    remove.addEventListener("click", () => { lines.splice(index, 1); showEntries(lines, products, changed); changed(); });
    describe();
    const entry = element("div", "entry", product, name, quantity, unit, element("span", "net"), remove);
    entry.addEventListener("input", changed);
    const row = element("div", "row", entry, element("div", "answer"));
    row.dataset.line = line.id;
    return row;
  });
  byId("rows").replaceChildren(...rows);
}

/** @param {string} className @param {string} value @param {(value: string) => void} set */
function input(className, value, set) {
  const made = /** @type {HTMLInputElement} */ (element("input", className));
  made.value = value;
  made.setAttribute("aria-label", className);
  made.addEventListener("input", () => set(made.value.trim()));
  return made;
}

/** @param {string} value @param {(value: string) => void} set */
function select(value, set) {
  const made = /** @type {HTMLSelectElement} */ (element("select", "unit"));
  made.setAttribute("aria-label", "unit");
  made.value = value;
  made.addEventListener("input", () => set(made.value));
  return made;
}

/**
 * Puts the engine's answer below each entry.
 * @param {QuoteLine[]} lines
 * @param {Finding[]} findings
 * @param {Goods} goods
 * @param {Map<string, string>} ruleNames
 */
export function showAnswers(lines, findings, goods, ruleNames) {
  forgetCharts();
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".row"))) {
    const line = lines.find((each) => each.id === row.dataset.line);
    const remarks = findings.filter((each) => each.line === row.dataset.line).map((each) => findingItem(each, "p"));
    const remarksOnGoods = line ? goodsRemarks(line, goods) : [];
    const steps = line?.waterfall?.length ? [waterfall(line, ruleNames)] : [];
    const others = line?.rejected?.length ? [rejectedList(line.rejected, ruleNames)] : [];
    row.querySelector(".net")?.replaceChildren(line?.net ? grouped(line.net) : "–");
    row.querySelector(".answer")?.replaceChildren(...remarks, ...steps, ...others, ...remarksOnGoods);
  }
}

/**
 * Where the goods of a line are, and when they can be had.
 * @param {QuoteLine} line
 * @param {Goods} goods
 */
function goodsRemarks({ id, base_unit: unit = "" }, { planned, promised }) {
  const [plan, promise] = [planned.get(id), promised.get(id)];
  return [...(plan ? [stockRemark(plan, unit)] : []), ...(promise ? [promiseRemark(promise, unit)] : [])];
}

/** @param {string} id @param {[string, string][]} options */
export function fill(id, options) {
  field(id).replaceChildren(...options.map(([value, text]) => new Option(text, value)));
}

/**
 * @typedef {import("./request.js").OrderLine} OrderLine
 * @typedef {import("./company.js").Product} Product
 * @typedef {import("dealdesk-wasm").Finding} Finding
 * @typedef {{ planned: Map<string, import("dealdesk-wasm").PlannedLine>, promised: Map<string, import("dealdesk-wasm").PromisedLine> }} Goods
 * @typedef {import("dealdesk-wasm").LineView} QuoteLine
 */
