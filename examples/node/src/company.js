// The company's files: its rulebook, customers, orders and opening stock.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Rulebook } from "dealdesk";

/**
 * Reads the company's folder and compiles the rulebook.
 * @param {string} folder
 * @returns {Company}
 */
export function readCompany(folder) {
  const rulebook = Rulebook.fromFolder(folder);
  for (const warning of rulebook.warnings) console.error(`warning: ${warning.message}`);
  const rows = (/** @type {string} */ name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  return { rulebook, customers: rows("customers.json"), orders: rows("orders.json"), stock: rows("stock.json") };
}

/**
 * The customer of an order.
 * @param {Company} company
 * @param {Order} order
 * @returns {Customer}
 */
export function customerOf(company, order) {
  const found = company.customers.find((customer) => customer.id === order.customer);
  if (!found) throw new Error(`order ${order.id} names the customer ${order.customer}, whom nobody knows`);
  return found;
}

/**
 * Whether the warehouses carry a product, or will when it is made. They carry no services.
 * @param {Company} company
 * @param {string} product
 */
export function carries(company, product) {
  const { on_hand: levels, made_to_order: made } = company.stock;
  return levels.some((level) => level.product === product) || made.includes(product);
}

/**
 * @typedef {{ rulebook: Rulebook, customers: Customer[], orders: Order[], stock: Stock }} Company
 * @typedef {{ id: string, product: string, quantity: string, unit?: string }} OrderLine
 * @typedef {{ id: string, story: string, customer: string, date: string, requested_by: string, channel: string,
 *   document?: Record<string, string>, coupons?: string[], cancelled?: boolean, lines: OrderLine[] }} Order
 * @typedef {{ id: string, name: string, city: string, country: string, level: string, contract?: boolean, payment_terms: string,
 *   account: import("dealdesk").CreditAccount }} Customer
 * @typedef {{ on_hand: StockLevel[], made_to_order: string[], supplies: import("dealdesk").ExpectSupplyInput[] }} Stock
 * @typedef {{ location: string, product: string, quantity: string, lot?: string,
 *   facts?: import("dealdesk").LotFactsInput }} StockLevel
 */
