import { quoteRequest } from "./request.js";

/**
 * One line for each order, byte for byte what the programs in the other languages print.
 * @param {Rulebook} rulebook
 * @param {import("./request.js").Order[]} orders
 * @param {import("./request.js").Customer[]} customers
 */
export function summary(rulebook, orders, customers) {
  return orders.map((order) => {
    const customer = customers.find((each) => each.id === order.customer);
    if (!customer) throw new Error(`nobody knows ${order.customer}`);
    return `${order.id} ${verdict(rulebook, quoteRequest(order, customer))}\n`;
  }).join("");
}

/** @param {Rulebook} rulebook @param {import("dealdesk-wasm").QuoteRequest} request */
function verdict(rulebook, request) {
  try {
    const { complete, totals } = rulebook.quote(request);
    return `${complete ? "ok" : "incomplete"} net ${totals.net} tax ${totals.tax} gross ${totals.gross}`;
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    if (!code) throw error;
    return `refused ${code}`;
  }
}

/** @typedef {import("dealdesk-wasm").Rulebook} Rulebook */
