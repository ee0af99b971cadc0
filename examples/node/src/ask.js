// What the engine is asked about an order, from what the ERP knows.
import { carries } from "./company.js";

/**
 * The request for an order's prices.
 * @param {import("./company.js").Order} order
 * @param {import("./company.js").Customer} customer
 */
export function quoteRequest(order, customer) {
  return {
    date: order.date,
    customer: { id: customer.id, level: customer.level, contract: customer.contract ?? false },
    destination: { country: customer.country },
    channel: order.channel,
    document: order.document ?? {},
    coupons: order.coupons ?? [],
    lines: order.lines,
  };
}

/**
 * When the lines of a quote that lie in warehouses can be had, from the opening stock.
 * @param {import("./company.js").Company} company
 * @param {Quote} quote
 */
export function promiseRequest(company, quote) {
  const carried = quote.lines.filter(({ product, base_quantity }) => base_quantity && carries(company, product));
  const lines = carried.map(({ id, product, base_quantity = "0" }) => ({ id, product, quantity: base_quantity }));
  return { state: openingState(company), supplies: company.stock.supplies, at: morning(quote), lines };
}

/**
 * What would be made and bought for the lines of a quote for which there is no date.
 * @param {import("./company.js").Company} company
 * @param {Quote} quote
 * @param {import("dealdesk").PromisePlan} promised
 */
export function supplyRequest(company, quote, promised) {
  const undated = promised.lines.filter(({ date }) => date === undefined);
  const lines = undated.map(({ id, product, requested, wanted_on }) => ({ demand: id, product, quantity: requested, wanted_on }));
  return { state: openingState(company), demand: { id: "made", at: morning(quote), supplies: company.stock.supplies, lines } };
}

/** @param {import("./company.js").Company} company */
function openingState({ stock }) {
  return {
    positions: stock.on_hand.map(({ location, product, quantity, lot }) => ({ location, product, on_hand: quantity, lot })),
    lots: stock.on_hand.flatMap(({ product, lot, facts }) => (lot && facts ? [{ product, lot, facts }] : [])),
  };
}

/** @param {Quote} quote */
function morning({ date }) {
  return `${date}T08:00:00Z`;
}

/**
 * The credit check of an order that is to be placed: the account with all that the desk has sold since the morning.
 * @param {import("./desk.js").Desk} desk
 * @param {import("./company.js").Customer} customer
 * @param {import("./desk.js").By} by
 * @param {Quote} quote
 */
export function creditRequest(desk, customer, by, quote) {
  const openItems = [...(customer.account.open_items ?? [])];
  let openOrders = 0n;
  for (const order of desk.company.orders.filter((order) => order.customer === customer.id)) {
    const state = desk.order(order.id);
    if (!state.document || !["submitted", "confirmed"].includes(state.header)) continue;
    // What is invoiced is an open item; what is ordered beyond that is in the bucket of open orders.
    openOrders += cents(state.document.totals.gross);
    for (const invoice of desk.invoices(order.id)) {
      openItems.push(...invoice.instalments.map(({ due, amount }) => ({ id: invoice.id, due, amount })));
      openOrders -= cents(invoice.totals.gross);
    }
  }
  const account = { ...customer.account, open_items: openItems, buckets: { open_orders: amount(openOrders) } };
  return { date: by.date, account, document: { value: quote.totals.gross, currency: quote.currency } };
}

/** @param {string} amount @returns {bigint} JavaScript's numbers are binary: sums are made in whole cents */
function cents(amount) {
  return BigInt(amount.replace(".", ""));
}

/** @param {bigint} cents @returns {string} */
function amount(cents) {
  const digits = String(cents).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/**
 * Who must approve: the facts that the prices were asked with, the totals that came of them, and what credit says.
 * @param {ReturnType<typeof quoteRequest>} request
 * @param {Quote} quote
 * @param {import("dealdesk").CreditDecision} credit
 */
export function approvalRequest({ lines, coupons, ...facts }, quote, credit) {
  const { list, discount, net, tax, gross } = quote.totals;
  const { approval_facts } = quote;
  return { ...facts, totals: { list, discount, net, tax, gross }, approval_facts, line_count: lines.length, credit_status: credit.status };
}

/**
 * The quote, frozen, in the products' base units, in which the warehouses count. The order is never priced again.
 * @param {import("./company.js").Order} order
 * @param {import("./company.js").Customer} customer
 * @param {Quote} quote
 */
export function frozen(order, customer, quote) {
  const { date, currency, complete, totals } = quote;
  return {
    id: order.id,
    customer: customer.id,
    date,
    currency,
    rulebook: quote.rulebook.fingerprint,
    complete,
    lines: quote.lines.map(frozenLine),
    charges: (quote.charges ?? []).filter(({ waived }) => waived === undefined).map(frozenCharge),
    totals: { net: totals.net, tax: totals.tax, gross: totals.gross },
  };
}

/** @param {Quote["lines"][number]} line */
function frozenLine({ id, product, net, tax, gross, tax_category, tax_percent, taxes, base_quantity, base_unit }) {
  return { id, product, quantity: base_quantity, unit: base_unit, net, tax, gross, tax_category, tax_percent, taxes };
}

/** @param {import("dealdesk").ChargeView} charge */
function frozenCharge({ id, net, tax, gross, tax_category, tax_percent, taxes }) {
  return { charge: id, net, tax, gross, tax_category, tax_percent, taxes };
}

/** @typedef {import("dealdesk").Quote} Quote */
