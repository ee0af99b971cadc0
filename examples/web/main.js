import { showApproval, showCredit, showFindings, showRejected, showTotals } from "./cards.js";
import { company } from "./company.js";
import { byId, element, field } from "./element.js";
import { fill, showAnswers, showEntries } from "./form.js";
import { promised } from "./promise.js";
import { approvalRequest, creditRequest, quoteRequest } from "./request.js";
import { planned } from "./stock.js";
import { summary } from "./summary.js";

const { rulebook, customers, orders, stock, products, ruleNames, matrixNotes } = await company().catch(problem);
/** The order on the page: a copy of one of the company's, which the form changes. */
let order = structuredClone(orders[0]);

/** @param {any} error @returns {never} */
function problem(error) {
  byId("problem").hidden = false;
  byId("problem").textContent = error?.message ?? String(error);
  throw error;
}

function customer() {
  const id = field("customer").value;
  return customers.find((each) => each.id === id) ?? customers[0];
}

/** Whether the page shall say why the other rules did not apply. */
function wantsCandidates() {
  return /** @type {HTMLInputElement} */ (field("why-not")).checked;
}

/** Takes the head of the form over into the order. */
function readHead() {
  order.customer = field("customer").value;
  order.channel = field("channel").value;
  order.date = field("date").value;
  order.document = { terms: field("terms").value };
  order.coupons = field("coupons").value.split(/\s+/).filter(Boolean);
}

/** Shows the order in the form. */
function showOrder() {
  field("customer").value = order.customer;
  field("channel").value = order.channel;
  field("date").value = order.date;
  field("coupons").value = (order.coupons ?? []).join(" ");
  field("terms").value = order.document?.terms ?? "standard";
  showEntries(order.lines, products, update);
  update();
}

/** Asks the engine, with every key pressed. */
function update() {
  readHead();
  const { name, city, country, level, contract, payment_terms: terms } = customer();
  byId("about").textContent = `${name}, ${city} (${country}) · level ${level}${contract ? ", contract prices" : ""} · pays ${terms}`;
  byId("problem").hidden = true;
  try {
    const request = quoteRequest(order, customer());
    const quote = rulebook.quote({ ...request, explain: wantsCandidates() ? "candidates" : "waterfall" });
    const credit = rulebook.checkCredit(creditRequest(order, customer(), quote));
    const route = rulebook.routeApproval(approvalRequest(request, quote, credit));
    showCards(true);
    showAnswers(quote.lines, quote.findings, { planned: planned(rulebook, stock, quote), promised: promised(rulebook, stock, quote) }, ruleNames);
    showTotals(quote);
    showFindings(quote.findings.filter((finding) => !finding.line));
    showRejected(quote.rejected ?? [], ruleNames);
    showCredit(credit);
    showApproval(route.requirements, matrixNotes);
  } catch (error) {
    refuse(error);
  }
}

/** Input that cannot be judged: nothing of the last answer stays on the page. @param {any} error */
function refuse(error) {
  if (!error?.code) problem(error);
  showCards(false);
  showAnswers([], [], { planned: new Map(), promised: new Map() }, ruleNames);
  showRejected([], ruleNames);
  showFindings(error.diagnostics);
}

/** @param {boolean} shown */
function showCards(shown) {
  for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".answer-card"))) card.hidden = !shown;
}

function addLine() {
  const numbers = order.lines.map((line) => Number(line.id)).filter(Number.isFinite);
  order.lines.push({ id: String(Math.max(0, ...numbers) + 1), product: "T-40", quantity: "1" });
  showEntries(order.lines, products, update);
  update();
}

fill("order", orders.map((each) => [each.id, `${each.id}: ${each.story}`]));
fill("customer", customers.map((each) => [each.id, `${each.name} (${each.id})`]));
byId("products").replaceChildren(...[...products.values()].map(({ id, name }) => {
  const option = /** @type {HTMLOptionElement} */ (element("option", "", name));
  option.value = id;
  return option;
}));
field("order").addEventListener("input", () => {
  order = structuredClone(orders.find((each) => each.id === field("order").value) ?? orders[0]);
  showOrder();
});
for (const id of ["customer", "terms", "channel", "date", "coupons", "why-not"]) field(id).addEventListener("input", update);
byId("add").addEventListener("click", addLine);
showOrder();
byId("summary").textContent = summary({ rulebook, orders, customers, stock });
document.body.dataset.ready = "yes";
