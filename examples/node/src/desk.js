// The desk: folds what is stored into states, asks the engine, and stores the events that it answers with.
//
// This is all that a host has to do around a decider. Who sends a command twice gets the first answer and no second event.
import { evolveApproval, evolveInventory, evolveOrder } from "dealdesk";

/** The company and its storage. */
export class Desk {
  /**
   * @param {import("./company.js").Company} company
   * @param {import("./store.js").Store} store
   */
  constructor(company, store) {
    this.company = company;
    this.store = store;
  }

  /**
   * An order as its events have made it.
   * @param {string} id
   */
  order(id) {
    return evolveOrder({ events: this.store.events(`order/${id}`) });
  }

  /**
   * Gives an order a command.
   * @param {string} id
   * @param {Command} command
   */
  tellOrder(id, command) {
    const decision = this.company.rulebook.decideOrder({ state: this.order(id), command });
    this.store.append(`order/${id}`, decision.events);
    return decision;
  }

  /**
   * The invoices of an order: they are among its events.
   * @param {string} id
   * @returns {import("dealdesk").Invoice[]}
   */
  invoices(id) {
    return this.store.events(`order/${id}`).flatMap(({ what }) => what.invoiced ?? []);
  }

  /**
   * The reservations that an order no longer wants, by its events.
   * @param {string} id
   * @returns {string[]}
   */
  abandoned(id) {
    const moves = this.store.events(`order/${id}`).flatMap(({ what }) => what.quantity_moved ?? []);
    return moves.filter((move) => move.to === "cancelled").flatMap((move) => move.reservation ?? []);
  }

  /**
   * The approval case of an order as its events have made it.
   * @param {string} id
   */
  case(id) {
    return evolveApproval({ events: this.store.events(`case/${id}`) });
  }

  /**
   * Gives an approval case a command.
   * @param {string} id
   * @param {Command} command
   */
  tellCase(id, command) {
    const decision = this.company.rulebook.decideApproval({ state: this.case(id), command });
    this.store.append(`case/${id}`, decision.events);
    return decision;
  }

  /** The stock as its events have made it. */
  stock() {
    return evolveInventory({ events: this.store.events("stock") });
  }

  /**
   * Gives the stock a command.
   * @param {Command} command
   */
  tellStock(command) {
    const decision = this.company.rulebook.decideInventory({ state: this.stock(), command });
    this.store.append("stock", decision.events);
    return decision;
  }
}

/** Who does something, and when. */
export class By {
  /**
   * @param {string} actor
   * @param {string} at
   */
  constructor(actor, at) {
    this.actor = actor;
    this.at = at;
  }

  /** The day. */
  get date() {
    return this.at.slice(0, 10);
  }

  /**
   * A command. Its id is made from what it is about, so that it is the same when it is sent again.
   * @param {string} id
   * @param {any} action
   * @returns {Command}
   */
  command(id, action) {
    return { id, at: this.at, actor: this.actor, action };
  }
}

/** @typedef {{ id: string, at: string, actor: string, action: any }} Command */
