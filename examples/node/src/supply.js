// What stock cannot give: what is made and bought for it, what fills the stock up again, and what is low.
import * as clerk from "./clerk.js";
import { carries } from "./company.js";

/**
 * Makes and buys for the lines that could not be reserved, then for the stock; what is proposed is expected from then on.
 * @param {Desk} desk
 * @param {By} by
 * @param {string} wantedOn
 * @param {string} until
 */
export function plan(desk, by, wantedOn, until) {
  const { rulebook } = desk.company;
  const lines = missing(desk, wantedOn);
  for (const proposal of rulebook.proposeSupply({ state: desk.stock(), demand: { id: `${by.date}/make`, at: by.at, lines } }).proposals) {
    clerk.proposal(proposal);
    desk.tellStock(by.command(proposal.id, proposal.action));
  }
  for (const proposal of rulebook.proposeReorders({ state: desk.stock(), demand: { id: `${by.date}/stock`, at: by.at, until } }).proposals) {
    clerk.reorder(proposal);
    desk.tellStock(by.command(proposal.id, proposal.action));
  }
  clerk.low(rulebook.checkStockLevels({ state: desk.stock(), at: by.at }).findings);
}

/**
 * The lines of entered orders that warehouses carry and could not give.
 * @param {Desk} desk
 * @param {string} wantedOn
 */
function missing(desk, wantedOn) {
  return desk.company.orders.flatMap(({ id }) => {
    const state = desk.order(id);
    if (state.header !== "submitted" && state.header !== "confirmed") return [];
    return (state.document?.lines ?? []).flatMap((line) => {
      const open = state.lines.find((progress) => progress.line === line.id)?.open ?? "0";
      if (open === "0" || !carries(desk.company, line.product)) return [];
      return [{ demand: `${id}/${line.id}`, product: line.product, quantity: open, wanted_on: wantedOn }];
    });
  });
}

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {import("./desk.js").By} By
 */
