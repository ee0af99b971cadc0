import { promised } from "./promise.js";
import { quoteRequest } from "./request.js";

/**
 * One line for each order, and one for each line that is not there at once, byte for byte what the programs in the other languages print.
 * @param {Company} company
 */
export function summary({ rulebook, orders, customers, stock }) {
  const rows = orders.flatMap((order) => {
    const customer = customers.find((each) => each.id === order.customer);
    if (!customer) throw new Error(`nobody knows ${order.customer}`);
    const quote = quoted(rulebook, quoteRequest(order, customer));
    if ("refused" in quote) return [`${order.id} refused ${quote.refused}`];
    const { complete, totals } = quote;
    const total = `${order.id} ${complete ? "ok" : "incomplete"} net ${totals.net} tax ${totals.tax} gross ${totals.gross}`;
    return [total, ...late(promised(rulebook, stock, quote)).map((line) => `${order.id}/${line}`)];
  });
  return rows.map((row) => `${row}\n`).join("");
}

/**
 * The prices of an order, or the code with which it is refused.
 * @param {Rulebook} rulebook
 * @param {import("dealdesk-wasm").QuoteRequest} request
 */
function quoted(rulebook, request) {
  try {
    return rulebook.quote(request);
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    if (!code) throw error;
    return { refused: code };
  }
}

/**
 * The lines that cannot be had the same day, each with the earliest date of all of it.
 * @param {Map<string, import("./promise.js").PromisedLine>} lines
 */
function late(lines) {
  const found = [...lines.values()].filter(({ date, wanted_on: wanted }) => date !== wanted);
  return found.map(({ id, product, date }) => `${id} ${product} ${date ?? "no date"}`);
}

/**
 * @typedef {import("dealdesk-wasm").Rulebook} Rulebook
 * @typedef {{ rulebook: Rulebook, orders: import("./request.js").Order[], customers: import("./request.js").Customer[],
 *   stock: import("./stock.js").Stock }} Company
 */
