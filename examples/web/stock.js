import { element } from "./element.js";
import { grouped } from "./figures.js";

/**
 * What the warehouses can give to the lines of a quote, by line.
 * @param {import("dealdesk-wasm").Rulebook} rulebook
 * @param {Stock} stock
 * @param {import("dealdesk-wasm").Quote} quote
 * @returns {Map<string, PlannedLine>}
 */
export function planned(rulebook, stock, quote) {
  const lines = carriedLines(stock, quote);
  if (lines.length === 0) return new Map();
  const plan = rulebook.planReservation({ state: levels(stock), demand: { at: morning(quote), lines } });
  return new Map(plan.lines.map((line) => [line.id, line]));
}

/**
 * The lines of a quote that lie in warehouses, in the products' units; services do not.
 * @param {Stock} stock
 * @param {import("dealdesk-wasm").Quote} quote
 */
export function carriedLines({ on_hand: levels, made_to_order: made }, { lines }) {
  const carries = (/** @type {string} */ product) => made.includes(product) || levels.some((level) => level.product === product);
  const carried = lines.filter(({ product, base_quantity }) => base_quantity && carries(product));
  return carried.map(({ id, product, base_quantity = "0" }) => ({ id, product, quantity: base_quantity }));
}

/** The stock as the engine takes it. @param {Stock} stock */
export function levels({ on_hand: levels }) {
  return {
    positions: levels.map(({ location, product, quantity, lot }) => ({ location, product, on_hand: quantity, lot })),
    lots: levels.flatMap(({ product, lot, facts }) => (lot && facts ? [{ product, lot, facts }] : [])),
  };
}

/** @param {import("dealdesk-wasm").Quote} quote */
export function morning({ date }) {
  return `${date}T08:00:00Z`;
}

/**
 * Where a line would come from this morning.
 * @param {PlannedLine} line
 * @param {string} unit
 */
export function stockRemark({ parts, reserved, requested, short }, unit) {
  const from = parts.map(({ location, quantity, lot }) => `${grouped(quantity)} ${location}${lot ? `, lot ${lot}` : ""}`).join(" + ");
  const missing = Number(short) > 0;
  return element("p", missing ? "stock short" : "stock",
    missing ? `Stock: ${grouped(reserved)} of ${grouped(requested)} ${unit}, ${grouped(short)} short` : `In stock: ${grouped(requested)} ${unit}`,
    from ? ` (${from})` : "");
}

/**
 * @typedef {{ location: string, product: string, quantity: string, lot?: string,
 *   facts?: import("dealdesk-wasm").LotFactsInput }} StockLevel
 * @typedef {{ on_hand: StockLevel[], made_to_order: string[], supplies: import("dealdesk-wasm").ExpectSupplyInput[] }} Stock
 * @typedef {import("dealdesk-wasm").PlannedLine} PlannedLine
 */
