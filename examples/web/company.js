import init, { Rulebook, namedFiles } from "dealdesk-wasm";

const folder = "/pump-maker/";

/** @param {string} name @returns {Promise<string>} */
async function text(name) {
  const answer = await fetch(folder + name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.text();
}

/** The rulebook, compiled from the same files that the server reads, and what the company knows. */
export async function company() {
  await init();
  const source = await text("rulebook.json");
  const names = namedFiles(source);
  const [texts, customers, orders, stock, products] = await Promise.all([
    Promise.all(names.map(text)),
    text("customers.json").then(JSON.parse),
    text("orders.json").then(JSON.parse),
    text("stock.json").then(JSON.parse),
    text("products.csv").then(catalogue),
  ]);
  const files = Object.fromEntries(names.map((name, index) => [name, texts[index]]));
  return {
    rulebook: Rulebook.fromJson(source, files),
    customers: /** @type {Customer[]} */ (customers),
    orders: /** @type {Order[]} */ (orders),
    stock: /** @type {Stock} */ (stock),
    products,
    matrixNotes: notes(files["approval-matrix.csv"]),
    ruleNames: ruleNames(JSON.parse(source)),
  };
}

/**
 * The columns of the catalogue that the form shows. The engine reads the file itself.
 * @param {string} csv
 * @returns {Map<string, Product>}
 */
function catalogue(csv) {
  const rows = csv.trim().split("\n").slice(1).map(cells);
  return new Map(rows.map(([id, name, , unit, , , , , , packaging]) => {
    const packages = packaging.split(" ").filter(Boolean).map((each) => each.split(":")[0]);
    return [id, { id, name, units: [unit, ...packages] }];
  }));
}

/**
 * What people call the rules that a waterfall names.
 * @param {import("dealdesk-wasm").RulebookDef} rulebook
 * @returns {Map<string, string>}
 */
function ruleNames({ price_lists: lists = [], adjustments = [], promotions = [], charges = [], tax }) {
  return new Map([
    ...lists.map(({ id }) => /** @type {const} */ ([id, `Price list: ${id}`])),
    ...adjustments.map(({ id, name }) => /** @type {const} */ ([id, name ?? id])),
    ...promotions.map(({ id, name }) => /** @type {const} */ ([id, name ?? id])),
    ...charges.map(({ id, name }) => /** @type {const} */ ([id, name ?? id])),
    ...(tax?.rates ?? []).map(({ id, percent }) => /** @type {const} */ ([id, `VAT ${percent} %`])),
  ]);
}

/**
 * The remarks in the last column of the approval matrix, by row.
 * @param {string} csv
 * @returns {Map<string, string>}
 */
function notes(csv) {
  const rows = csv.trim().split("\n").slice(1).map(cells);
  return new Map(rows.map((row) => [row[0], row[8]]));
}

/** @param {string} row @returns {string[]} */
function cells(row) {
  return [...row.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(([, cell, quoted]) => quoted ?? cell);
}

/**
 * @typedef {{ id: string, name: string, units: string[] }} Product
 * @typedef {import("./request.js").Order} Order
 * @typedef {import("./stock.js").Stock} Stock
 * @typedef {import("./request.js").Customer} Customer
 */
