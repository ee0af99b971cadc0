// The totals of all orders and the dates of late lines: what the programs in the other languages must print too, byte for byte.
import { DealdeskError } from "dealdesk";
import { promiseRequest, quoteRequest, supplyRequest } from "./ask.js";
import { customerOf } from "./company.js";

/**
 * Prints the summary.
 * @param {import("./company.js").Company} company
 */
export function summary(company) {
  for (const order of company.orders) {
    const quote = quoted(company, order);
    console.log(`${order.id} ${verdict(quote)}`);
    if (!(quote instanceof DealdeskError)) late(company, order, quote);
  }
}

/**
 * The prices of an order, or why it has none.
 * @param {import("./company.js").Company} company
 * @param {import("./company.js").Order} order
 */
function quoted(company, order) {
  try {
    return company.rulebook.quote(quoteRequest(order, customerOf(company, order)));
  } catch (refusal) {
    if (!(refusal instanceof DealdeskError)) throw refusal;
    return refusal;
  }
}

/** @param {import("dealdesk").Quote | DealdeskError} quote */
function verdict(quote) {
  if (quote instanceof DealdeskError) return `refused ${quote.code}`;
  const { complete, totals } = quote;
  return `${complete ? "ok" : "incomplete"} net ${totals.net} tax ${totals.tax} gross ${totals.gross}`;
}

/**
 * Prints the lines of an order that cannot be had the same day, each with the earliest date of all of it: when it is there, or made.
 * @param {import("./company.js").Company} company
 * @param {import("./company.js").Order} order
 * @param {import("dealdesk").Quote} quote
 */
function late(company, order, quote) {
  const plan = company.rulebook.promise(promiseRequest(company, quote));
  const made = company.rulebook.proposeSupply(supplyRequest(company, quote, plan)).lines;
  for (const { id, product, date, wanted_on: wanted } of plan.lines) {
    const earliest = date ?? made.find(({ demand }) => demand === id)?.available_on;
    if (earliest !== wanted) console.log(`${order.id}/${id} ${product} ${earliest ?? "no date"}`);
  }
}
