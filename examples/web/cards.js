import { byId, element } from "./element.js";
import { grouped } from "./figures.js";
import { rejectedList } from "./reasons.js";

/**
 * The sums of the order, with its charges, the tax of each rate, and what is left over the cost.
 * @param {import("dealdesk-wasm").Quote} quote
 */
export function showTotals({ totals, charges = [], tax_breakdown: taxes, margin, currency }) {
  const rows = [
    ["List", totals.list],
    ["Discount", totals.discount],
    ...charges.map(({ id, name, amount, waived }) => [name ?? id, waived ? "free" : amount]),
    ["Net", totals.net],
    ...taxes.map((group) => [`VAT ${group.percent ?? "0"} % of ${grouped(group.net)}`, group.tax]),
  ];
  const cells = rows.flatMap(([name = "", amount = ""]) => [element("dt", "", name), element("dd", "", grouped(amount))]);
  const gross = element("dd", "gross", `${grouped(totals.gross)} ${currency}`);
  gross.id = "gross";
  byId("totals").replaceChildren(...cells, element("dt", "gross", "Gross"), gross, ...marginRow(margin));
}

/** @param {import("dealdesk-wasm").MarginView | undefined} margin what only the company sees */
function marginRow(margin) {
  if (!margin) return [];
  const shown = element("dd", "", `${grouped(margin.amount)} = ${margin.percent ?? "0"} %`);
  shown.id = "margin";
  return [element("dt", "", "Margin"), shown];
}

/** @param {readonly Finding[]} findings */
export function showFindings(findings) {
  byId("findings-card").hidden = findings.length === 0;
  byId("findings").replaceChildren(...findings.map((finding) => findingItem(finding, "li")));
}

/**
 * The rules for the whole order that did not apply.
 * @param {readonly import("dealdesk-wasm").RejectedView[]} rejected
 * @param {Map<string, string>} ruleNames
 */
export function showRejected(rejected, ruleNames) {
  byId("rejected-card").hidden = rejected.length === 0;
  byId("rejected").replaceChildren(rejectedList([...rejected], ruleNames));
}

/** @param {Finding} finding @param {string} tag */
export function findingItem(finding, tag) {
  const help = "details" in finding ? finding.details?.help : "help" in finding ? finding.help : undefined;
  const item = element(tag, `finding ${finding.severity}`, finding.message, help ? `; ${help}` : "");
  item.title = finding.code;
  return item;
}

/** @param {import("dealdesk-wasm").CreditDecision} credit */
export function showCredit(credit) {
  const checks = credit.checks.map((check) => {
    const item = element("li", check.passed ? "" : "failed",
      element("span", "mark", check.passed ? "✓" : "✗"),
      element("span", "", check.id.replaceAll("-", " ")));
    return item;
  });
  const figures = [["Exposure before", credit.exposure_before], ["With this order", credit.exposure_after], ["Limit", credit.limit ?? "none"]];
  byId("credit").replaceChildren(
    element("span", `verdict ${credit.status}`, credit.status),
    element("ul", "checks", ...checks),
    element("dl", "checks", ...figures.flatMap(([name, amount]) => [element("dt", "", name), element("dd", "", grouped(amount))])),
  );
}

/**
 * Who must approve, with the remarks of the rows of the matrix that say so.
 * @param {readonly import("dealdesk-wasm").ApprovalRequirement[]} requirements
 * @param {Map<string, string>} notes
 */
export function showApproval(requirements, notes) {
  const items = requirements.map((needed) => element("li", "",
    element("span", "level", `${needed.level}. ${needed.role.replaceAll("_", " ")}`),
    ...needed.rows.map((row) => element("div", "why", notes.get(row) ?? row))));
  byId("approval").replaceChildren(...(items.length ? items : [element("li", "none", "Nobody has to approve this.")]));
}

/** @typedef {import("dealdesk-wasm").Finding | import("dealdesk-wasm").Diagnostic} Finding */
