// From a confirmed order to the money: ship what is reserved, invoice what is shipped, close what is done.
import * as clerk from "./clerk.js";
import { carries } from "./company.js";
import { tell } from "./place.js";

/**
 * Ships and invoices what can be, and closes the order when nothing is left.
 * @param {Desk} desk
 * @param {string} id
 * @param {By} by
 * @param {string} occasion
 */
export function fulfil(desk, id, by, occasion) {
  const state = desk.order(id);
  const lines = shippable(desk, state);
  if (state.header !== "confirmed" || lines.length === 0) return;

  // 1. The goods leave: the warehouses first, since they may find that something is missing.
  for (const { reservation } of lines) {
    if (reservation) clerk.stock(desk.tellStock(by.command(`${reservation}/commit`, { commit: { id: reservation } })));
  }
  tell(desk, id, by, `ship-${occasion}`, { ship: { lines } });

  // 2. The invoice.
  invoice(desk, id, by, occasion);

  // 3. The end.
  const { fulfillment, billing } = desk.order(id).status;
  if (fulfillment === "shipped" && billing === "invoiced") tell(desk, id, by, "close", { close: {} });
}

/**
 * What is reserved, and the services, which no warehouse holds.
 * @param {Desk} desk
 * @param {import("dealdesk").OrderState} state
 * @returns {{ line: string, quantity: string, reservation?: string }[]}
 */
function shippable(desk, state) {
  return (state.document?.lines ?? []).flatMap((line) => {
    const progress = state.lines.find((each) => each.line === line.id);
    const reserved = (progress?.reservations ?? []).map((held) => ({ line: line.id, ...held }));
    const open = progress?.open ?? "0";
    const isService = open !== "0" && !carries(desk.company, line.product);
    return isService ? [...reserved, { line: line.id, quantity: open }] : reserved;
  });
}

/**
 * Makes the invoice of what is shipped, and keeps it.
 * @param {Desk} desk
 * @param {string} id
 * @param {By} by
 * @param {string} occasion
 */
function invoice(desk, id, by, occasion) {
  const action = { invoice: { id: `R-${id.replace(/^O-/, "")}-${occasion}`, date: by.date } };
  const decision = desk.tellOrder(id, by.command(`${id}/invoice-${occasion}`, action));
  for (const { kind, content } of decision.events.map((event) => clerk.named(event.what))) {
    if (kind === "invoiced") clerk.invoice(content);
  }
}

/**
 * Cancels an order, and gives back what was reserved for it.
 * @param {Desk} desk
 * @param {string} id
 * @param {By} by
 * @param {string} reason
 */
export function cancel(desk, id, by, reason) {
  tell(desk, id, by, "cancel", { cancel: { reason } });
  giveBack(desk, id, by);
}

/**
 * Releases the reservations that an order no longer wants.
 * @param {Desk} desk
 * @param {string} id
 * @param {By} by
 */
export function giveBack(desk, id, by) {
  for (const reservation of desk.abandoned(id)) {
    clerk.stock(desk.tellStock(by.command(`${reservation}/release`, { release: { id: reservation } })));
  }
}

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {import("./desk.js").By} By
 */
