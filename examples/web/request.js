/**
 * What the engine is asked: the order as it stands, with what the ERP knows about the customer.
 * @param {Order} order
 * @param {Customer} customer
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
 * The credit check of the order: what the account owes, and what the order would add.
 * @param {Order} order
 * @param {Customer} customer
 * @param {import("dealdesk-wasm").Quote} quote
 */
export function creditRequest(order, customer, quote) {
  return { date: order.date, account: customer.account, document: { value: quote.totals.gross, currency: quote.currency } };
}

/**
 * Who must approve: the facts that the prices were asked with, the totals that came of them, and what credit says.
 * @param {ReturnType<typeof quoteRequest>} request
 * @param {import("dealdesk-wasm").Quote} quote
 * @param {import("dealdesk-wasm").CreditDecision} credit
 */
export function approvalRequest({ lines, coupons, ...facts }, quote, credit) {
  const { list, discount, net, tax, gross } = quote.totals;
  const { approval_facts } = quote;
  return { ...facts, totals: { list, discount, net, tax, gross }, approval_facts, line_count: lines.length, credit_status: credit.status };
}

/**
 * @typedef {{ id: string, product: string, quantity: string, unit?: string }} OrderLine
 * @typedef {{ id: string, story: string, customer: string, date: string, channel: string, requested_by: string,
 *   document?: { terms: string }, coupons?: string[], lines: OrderLine[] }} Order
 * @typedef {{ id: string, name: string, city: string, country: string, level: string, contract?: boolean, payment_terms: string,
 *   account: import("dealdesk-wasm").CreditAccount }} Customer
 */
