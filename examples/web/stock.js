import { element } from "./element.js";
import { grouped } from "./figures.js";

/**
 * What the warehouses can give to the lines of a quote, by line; they carry no services.
 * @param {import("dealdesk-wasm").Rulebook} rulebook
 * @param {StockLevel[]} stock
 * @param {import("dealdesk-wasm").Quote} quote
 * @returns {Map<string, PlannedLine>}
 */
export function planned(rulebook, stock, quote) {
  const carried = quote.lines.filter(({ product, base_quantity }) => base_quantity && stock.some((level) => level.product === product));
  if (carried.length === 0) return new Map();
  const { lines } = rulebook.planReservation({
    state: { positions: stock.map(({ location, product, quantity }) => ({ location, product, on_hand: quantity })) },
    demand: {
      at: `${quote.date}T08:00:00Z`,
      lines: carried.map(({ id, product, base_quantity = "0" }) => ({ id, product, quantity: base_quantity })),
    },
  });
  return new Map(lines.map((line) => [line.id, line]));
}

/**
 * Where a line would come from this morning.
 * @param {PlannedLine} line
 * @param {string} unit
 */
export function stockRemark({ parts, reserved, requested, short }, unit) {
  const from = parts.map(({ location, quantity }) => `${grouped(quantity)} ${location}`).join(" + ");
  const missing = Number(short) > 0;
  return element("p", missing ? "stock short" : "stock",
    missing ? `Stock: ${grouped(reserved)} of ${grouped(requested)} ${unit}, ${grouped(short)} short` : `In stock: ${grouped(requested)} ${unit}`,
    from ? ` (${from})` : "");
}

/**
 * @typedef {{ location: string, product: string, quantity: string }} StockLevel
 * @typedef {import("dealdesk-wasm").PlannedLine} PlannedLine
 */
