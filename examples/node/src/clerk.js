// What the order clerk reads.

const print = console.log;

/**
 * The order and who placed it.
 * @param {import("./company.js").Order} order
 * @param {import("./company.js").Customer} customer
 */
export function heading(order, customer) {
  const contract = customer.contract ? ", contract" : "";
  print(`\n${order.id}  ${customer.name}, ${customer.city}, ${customer.country}, ${customer.level}${contract}`);
  print(`  ${order.story}`);
}

/**
 * An order that cannot be read: every place that is wrong.
 * @param {import("dealdesk").DealdeskError} error
 */
export function unreadable(error) {
  for (const problem of error.diagnostics) {
    print(`  refused: ${problem.code} at ${problem.path}: ${problem.message}`);
    if (problem.help) print(`    ${problem.help}`);
  }
}

/**
 * Prices, each with the way it came about, and the totals.
 * @param {import("dealdesk").Quote} quote
 */
export function quote(quote) {
  for (const line of quote.lines) {
    print(`  ${line.id.padEnd(3)} ${line.quantity} ${line.unit ?? "?"} ${line.product}, ${line.name ?? "unknown product"}`);
    for (const { step, rule, delta, after } of line.waterfall ?? []) {
      print(`      ${step.padEnd(10)} ${(rule ?? "").padEnd(20)} ${delta.padStart(10)} ${after.padStart(10)}`);
    }
  }
  const { list, discount, net, tax, gross } = quote.totals;
  print(`  list ${list}, discount ${discount}, net ${net}, VAT ${tax}, gross ${gross}`);
  for (const group of quote.tax_breakdown.filter((group) => group.rate)) {
    print(`    ${group.rate}: ${group.percent} % of ${group.net} is ${group.tax}`);
  }
  for (const finding of quote.findings) {
    print(`  ${finding.severity} ${finding.code}${finding.line ? ` on line ${finding.line}` : ""}: ${finding.message}`);
    if (finding.details?.help) print(`    ${finding.details.help}`);
  }
}

/**
 * The credit verdict with every check.
 * @param {import("dealdesk").CreditDecision} credit
 */
export function credit(credit) {
  const limit = credit.limit ? `limit ${credit.limit}` : "no limit";
  print(`  credit ${credit.status}: ${credit.exposure_before} before, ${credit.exposure_after} with this order, ${limit}`);
  for (const check of credit.checks) {
    print(`    ${check.passed ? "passed" : "failed"} ${check.id}: ${check.actual ?? "none"} of at most ${check.threshold ?? "none"}`);
  }
  if (credit.max_document_value) print(`    up to ${credit.max_document_value} would pass`);
}

/**
 * Who must approve, and the rows of the matrix that say so.
 * @param {import("dealdesk").RouteDecision} route
 */
export function route(route) {
  for (const { level, role, rows } of route.requirements) {
    print(`  approval, level ${level}: ${role}, because of ${rows.join(", ")}`);
  }
}

const verbs = new Map([["reserved", "reserved"], ["committed", "shipped"], ["released", "released"]]);

/**
 * Where stock was taken from, or why not.
 * @param {Decided} decision
 */
export function stock(decision) {
  for (const refusal of refusals(decision)) print(`  stock: ${refusal.code}: ${refusal.message}`);
  for (const event of decision.events) {
    const { kind, content } = named(event.what);
    const verb = verbs.get(kind);
    if (!verb) continue;
    const places = content.parts.map((/** @type {any} */ part) => `${part.quantity}${lot(part)} in ${part.location}`);
    print(`  ${verb} ${content.product}: ${places.join(", ")}`);
  }
}

/** @param {{ lot?: string }} part */
function lot({ lot }) {
  return lot ? ` of lot ${lot}` : "";
}

/**
 * An order to make or to buy, whom it is for, and what goes into it.
 * @param {import("dealdesk").SupplyProposal} proposal
 */
export function proposal({ product, method, quantity, location, start, due, pegs, components }) {
  const whom = pegs.flatMap((peg) => peg.demand ?? []).join(", ");
  print(`  ${verb(method)} ${quantity} ${product} in ${location}, start ${start}, due ${due}, for ${whom}`);
  for (const component of components ?? []) print(`    takes ${component.quantity} ${component.product}`);
}

/**
 * An order that fills the stock up, and why.
 * @param {import("dealdesk").ReorderProposal} proposal
 */
export function reorder({ product, method, quantity, location, start, due, because }) {
  const why = `${because.projected} left on ${because.on}, at least ${because.threshold} are kept`;
  print(`  ${verb(method)} ${quantity} ${product} in ${location}, start ${start}, due ${due}: ${why}`);
}

/** @param {import("dealdesk").SupplyMethod} method */
function verb(method) {
  return method === "buy" ? "buy" : "make";
}

/**
 * Products of which there is little.
 * @param {import("dealdesk").Finding[]} findings
 */
export function low(findings) {
  for (const { code, message } of findings) print(`  ${code}: ${message}`);
}

/**
 * What happened to the order, and where it stands now.
 * @param {Decided} decision
 * @param {import("dealdesk").OrderState} state
 */
export function order(decision, state) {
  const refused = refusals(decision);
  for (const refusal of refused) print(`  order refused, ${refusal.code}: ${refusal.message}`);
  if (refused.length > 0) return;
  if (decision.outcome !== "accepted") {
    print("  nothing new: the command was handled before");
    return;
  }
  const names = decision.events.map((event) => named(event.what).kind);
  const happened = names.filter((name, index) => name !== names[index - 1]).join(", ");
  const { blocked, fulfillment } = state.status;
  const held = blocked.length > 0 ? `, may not ${blocked.join(" or ")}` : "";
  print(`  ${spaced(happened)}: the order is ${state.header}, ${spaced(fulfillment)}${held}`);
}

/**
 * What was decided about a case, and by whom.
 * @param {string} id
 * @param {string} actor
 * @param {Decided} decision
 */
export function decided(id, actor, decision) {
  for (const event of decision.events) {
    const { kind, content } = named(event.what);
    if (kind === "approved") print(`${id}: ${actor} approves as ${content.role}, level ${content.level}`);
    if (kind === "rejected") print(`${id}: ${actor} rejects as ${content.role}, level ${content.level}: ${content.reason}`);
  }
}

/**
 * The invoice with its due dates.
 * @param {import("dealdesk").Invoice} invoice
 */
export function invoice(invoice) {
  const { net, tax, gross } = invoice.totals;
  print(`  invoice ${invoice.id} of ${invoice.date}: net ${net}, VAT ${tax}, gross ${gross}`);
  for (const part of invoice.instalments) print(`    ${part.amount} due on ${part.due}`);
  const discount = invoice.cash_discount;
  if (discount) print(`    ${discount.percent} % cash discount until ${discount.last_day}: ${discount.amount} off`);
}

/**
 * A name of the wire, for people.
 * @param {string} name
 */
function spaced(name) {
  return name.replaceAll("_", " ");
}

/**
 * Why a command was refused; nothing when it was not.
 * @param {Decided} decision
 * @returns {{ code: string, message: string }[]}
 */
function refusals({ outcome }) {
  return typeof outcome === "object" && "refused" in outcome ? outcome.refused : [];
}

/**
 * An event's name and content, as they are on the wire.
 * @param {any} what
 * @returns {{ kind: string, content: any }}
 */
export function named(what) {
  if (typeof what === "string") return { kind: what, content: {} };
  const [[kind, content] = ["", {}]] = Object.entries(what);
  return { kind, content };
}

/** @typedef {{ outcome: any, events: { what: any }[] }} Decided */
