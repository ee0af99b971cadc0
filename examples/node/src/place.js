// From an order as it came in to one that is placed: prices, credit, approval, stock, confirmation.
import { DealdeskError } from "dealdesk";
import * as ask from "./ask.js";
import * as clerk from "./clerk.js";
import { carries, customerOf } from "./company.js";

/**
 * Takes an order as far as it comes by itself. Who was interrupted calls it again: what was done is not done twice.
 * @param {Desk} desk
 * @param {import("./company.js").Order} order
 * @param {By} by
 */
export function place(desk, order, by) {
  const customer = customerOf(desk.company, order);
  clerk.heading(order, customer);
  if (desk.order(order.id).header === "draft" && !enter(desk, order, customer, by)) return;

  // Stock, whether the order is held or not: it keeps its place in the queue.
  reserve(desk, order.id, by, "reserve");

  // Confirmation, unless a hold blocks it.
  confirm(desk, order.id, by);
}

/**
 * Prices the order, checks credit, asks for approval and submits it; says whether it was entered.
 * @param {Desk} desk
 * @param {import("./company.js").Order} order
 * @param {import("./company.js").Customer} customer
 * @param {By} by
 * @returns {boolean}
 */
function enter(desk, order, customer, by) {
  const { rulebook } = desk.company;

  // 1. Prices. What cannot be judged, or lacks a price, does not become an order.
  const request = ask.quoteRequest(order, customer);
  let quote;
  try {
    quote = rulebook.quote(request);
  } catch (refusal) {
    if (!(refusal instanceof DealdeskError)) throw refusal;
    clerk.unreadable(refusal);
    return false;
  }
  clerk.quote(quote);
  if (!quote.complete) {
    console.log("  not entered: the customer is asked");
    return false;
  }

  // 2. Credit, and who must approve.
  const credit = rulebook.checkCredit(ask.creditRequest(desk, customer, by, quote));
  clerk.credit(credit);
  const route = rulebook.routeApproval(ask.approvalRequest(request, quote, credit));
  clerk.route(route);

  // 3. The case that decides, and the order with its holds.
  const submission = {
    order: ask.frozen(order, customer, quote),
    terms: customer.payment_terms,
    credit: { status: credit.status, codes: credit.checks.filter((check) => !check.passed).map((check) => check.code) },
    ...openCase(desk, order.id, route.requirements, by),
  };
  tell(desk, order.id, by, "submit", { submit: submission });
  return true;
}

/**
 * Asks those who must approve; gives what the order keeps of it.
 * @param {Desk} desk
 * @param {string} id
 * @param {import("dealdesk").ApprovalRequirement[]} requirements
 * @param {By} by
 */
function openCase(desk, id, requirements, by) {
  if (requirements.length === 0) return {};
  const opening = { subject: { document: id }, requester: by.actor, route: { requirements } };
  desk.tellCase(id, by.command(`${id}/open`, { open: opening }));
  return { approval: { requirements: requirements.length, case: id } };
}

/**
 * Reserves what is open of each line that lies in warehouses, as much as there is.
 * @param {Desk} desk
 * @param {string} id
 * @param {By} by
 * @param {string} occasion
 */
export function reserve(desk, id, by, occasion) {
  const state = desk.order(id);
  const held = [];
  for (const line of state.document?.lines ?? []) {
    const open = state.lines.find((progress) => progress.line === line.id)?.open ?? "0";
    if (open === "0" || !carries(desk.company, line.product)) continue;
    const reservation = `${id}/${line.id}/${occasion}`;
    const action = { id: reservation, demand: `${id}/${line.id}`, product: line.product, quantity: open, allow: { partial: {} } };
    const decision = desk.tellStock(by.command(reservation, { reserve: action }));
    clerk.stock(decision);
    const reserved = desk.stock().reservations?.find((known) => known.id === reservation);
    for (const part of reserved?.parts ?? []) held.push({ line: line.id, quantity: part.open, reservation });
  }
  if (held.length > 0) tell(desk, id, by, occasion, { reserved: { lines: held } });
}

/**
 * Confirms an order that nothing holds.
 * @param {Desk} desk
 * @param {string} id
 * @param {By} by
 */
export function confirm(desk, id, by) {
  if (!desk.order(id).status.blocked.includes("confirm")) tell(desk, id, by, "confirm", { confirm: {} });
}

/**
 * Gives an order a command and shows what came of it.
 * @param {Desk} desk
 * @param {string} id
 * @param {By} by
 * @param {string} occasion
 * @param {object} action
 */
export function tell(desk, id, by, occasion, action) {
  const decision = desk.tellOrder(id, by.command(`${id}/${occasion}`, action));
  clerk.order(decision, desk.order(id));
}

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {import("./desk.js").By} By
 */
