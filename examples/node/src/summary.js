// The totals of all orders, one line each: what the programs in the other languages must print too, byte for byte.
import { DealdeskError } from "dealdesk";
import { quoteRequest } from "./ask.js";
import { customerOf } from "./company.js";

/**
 * Prints the summary.
 * @param {import("./company.js").Company} company
 */
export function summary(company) {
  for (const order of company.orders) console.log(`${order.id} ${verdict(company, order)}`);
}

/**
 * An order's totals, or why it has none.
 * @param {import("./company.js").Company} company
 * @param {import("./company.js").Order} order
 */
function verdict(company, order) {
  try {
    const { complete, totals } = company.rulebook.quote(quoteRequest(order, customerOf(company, order)));
    return `${complete ? "ok" : "incomplete"} net ${totals.net} tax ${totals.tax} gross ${totals.gross}`;
  } catch (refusal) {
    if (!(refusal instanceof DealdeskError)) throw refusal;
    return `refused ${refusal.code}`;
  }
}
