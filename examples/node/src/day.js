// The story, day by day.
import * as clerk from "./clerk.js";
import { By } from "./desk.js";
import { cancel, fulfil, giveBack } from "./fulfil.js";
import { confirm, place, reserve, tell } from "./place.js";
import { plan } from "./supply.js";

/** Who has a role. */
const people = new Map([["sales_lead", "adler"], ["sales_director", "brandt"], ["credit_manager", "cassel"]]);

/**
 * Runs the first day that has not been run.
 * @param {Desk} desk
 */
export function nextDay(desk) {
  const { id, fingerprint } = desk.company.rulebook;
  const days = new Map([["2026-11-23", first], ["2026-11-24", second]]);
  for (const [date, run] of days) {
    if (desk.store.document("day", date)) continue;
    console.log(`${date}, rulebook ${id} ${fingerprint}`);
    run(desk);
    desk.store.keep("day", date, true);
    return;
  }
  console.log("nothing is left to do; delete the state file to begin again");
}

/**
 * Orders come in. What arrived by phone ships in the afternoon, the web shop's the next morning.
 * @param {Desk} desk
 */
function first(desk) {
  const { orders, stock } = desk.company;
  const opening = new By("warehouse", "2026-11-23T07:00:00Z");
  stock.on_hand.forEach((level, number) => desk.tellStock(opening.command(`opening/${number}`, { receive: level })));
  for (const supply of stock.supplies) desk.tellStock(opening.command(`expected/${supply.id}`, { expect: supply }));
  for (const order of orders) place(desk, order, new By(order.requested_by, "2026-11-23T09:00:00Z"));
  console.log("\nafternoon: what was ordered by phone is shipped");
  for (const { id } of orders.filter((order) => order.channel === "phone")) {
    if (desk.order(id).header !== "confirmed") continue;
    console.log(id);
    fulfil(desk, id, new By("warehouse", "2026-11-23T15:00:00Z"), "1");
  }
  console.log("\nevening: what stock cannot give is made and bought");
  plan(desk, new By("planner", "2026-11-23T17:00:00Z"), "2026-11-24", "2026-12-31");
}

/**
 * A repeated command, a cancellation, a delivery from the factory, decisions; then everything that can be is shipped.
 * @param {Desk} desk
 */
function second(desk) {
  const { orders } = desk.company;

  // The same command, word for word: the answer is the one of yesterday, and nothing happens.
  console.log("\nthe clerk's browser sends an old confirmation again");
  for (const { id, requested_by: requester } of orders.slice(0, 1)) {
    console.log(id);
    confirm(desk, id, new By(requester, "2026-11-24T07:30:00Z"));
  }

  console.log("\ncancelled by customers");
  for (const { id } of orders.filter((order) => order.cancelled)) {
    console.log(id);
    cancel(desk, id, new By("lang", "2026-11-24T07:30:00Z"), "the customer has changed their mind");
  }

  console.log("\nfrom the factory: 12 D-40 for Lyon");
  const received = { product: "D-40", location: "LYO", quantity: "12", supply: "MO-118" };
  desk.tellStock(new By("warehouse", "2026-11-24T08:00:00Z").command("factory/D-40", { receive: received }));

  console.log("\ndecisions");
  for (const { id } of orders) decide(desk, id);

  console.log("\nthe rest is reserved, shipped and invoiced");
  for (const { id } of orders) finish(desk, id);
}

/**
 * Everybody who is asked approves; but the credit manager lets nobody pass whose invoices are months overdue.
 * @param {Desk} desk
 * @param {string} id
 */
function decide(desk, id) {
  for (let pending = pendingRequirement(desk, id); pending; pending = pendingRequirement(desk, id)) {
    const { level, role } = pending;
    const overdue = desk.order(id).credit?.codes?.includes("credit.oldest_item");
    const by = new By(people.get(role) ?? role, "2026-11-24T11:00:00Z");
    const action =
      role === "credit_manager" && overdue
        ? { reject: { roles: [role], reason: "pay the old invoice first" } }
        : { approve: { roles: [role] } };
    clerk.decided(id, by.actor, desk.tellCase(id, by.command(`${id}/${level}-${role}`, action)));
  }
}

/**
 * What the current round of a case asks for next.
 * @param {Desk} desk
 * @param {string} id
 */
function pendingRequirement(desk, id) {
  return desk.case(id).rounds.at(-1)?.requirements.find((needed) => needed.status === "pending");
}

/**
 * Lets an order feel what was decided, and takes it to the end.
 * @param {Desk} desk
 * @param {string} id
 */
function finish(desk, id) {
  const by = new By("lang", "2026-11-24T13:00:00Z");
  const before = desk.order(id);
  if (before.header === "submitted" || before.header === "confirmed") console.log(id);
  const verdict = before.header === "submitted" ? desk.case(id).rounds.at(-1)?.status : undefined;
  if (verdict === "approved") {
    tell(desk, id, by, "granted", { approval_granted: { case: id } });
    for (const hold of before.holds.filter((hold) => hold.kind === "credit")) {
      tell(desk, id, by, "release", { release_hold: { id: hold.id, reason: "the credit manager has approved" } });
    }
    confirm(desk, id, by);
  }
  if (verdict === "rejected") {
    tell(desk, id, by, "denied", { approval_denied: { case: id, reason: "the credit manager has refused" } });
    giveBack(desk, id, by);
  }
  if (desk.order(id).header === "confirmed") {
    reserve(desk, id, by, "reserve-2");
    fulfil(desk, id, new By("warehouse", "2026-11-24T15:00:00Z"), "2");
  }
}

/** @typedef {import("./desk.js").Desk} Desk */
