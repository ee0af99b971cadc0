"""What the order clerk reads."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from dealdesk import DealdeskError
from dealdesk.types import (
    CreditDecision,
    DecisionOfApprovalEvent,
    DecisionOfOrderFact,
    OrderState,
    Quote,
    ReorderProposal,
    RouteDecision,
    StockDecision,
    StockLevels,
    StockPart,
    SupplyMethod,
    SupplyProposal,
)

from .company import Json


def heading(order: Json, customer: Json) -> None:
    """The order and who placed it."""
    contract = ", contract" if customer.get("contract") else ""
    who = f"{customer['name']}, {customer['city']}, {customer['country']}, {customer['level']}{contract}"
    print(f"\n{order['id']}  {who}")
    print(f"  {order['story']}")


def unreadable(error: DealdeskError) -> None:
    """An order that cannot be read: every place that is wrong."""
    for problem in error.diagnostics:
        print(f"  refused: {problem['code']} at {problem['path']}: {problem['message']}")
        if help := problem.get("help"):
            print(f"    {help}")


def quote(quote: Quote) -> None:
    """Prices, each with the way it came about, and the totals."""
    for line in quote["lines"]:
        unit, name = line.get("unit", "?"), line.get("name", "unknown product")
        print(f"  {line['id']:<3} {line['quantity']} {unit} {line['product']}, {name}")
        for step in line["waterfall"]:
            print(f"      {step['step']:<10} {step.get('rule', ''):<20} {step['delta']:>10} {step['after']:>10}")
    totals = quote["totals"]
    print(
        f"  list {totals['list']}, discount {totals['discount']}, net {totals['net']}, VAT {totals['tax']}, gross {totals['gross']}"
    )
    for group in quote["tax_breakdown"]:
        if "rate" in group:
            print(f"    {group['rate']}: {group['percent']} % of {group['net']} is {group['tax']}")
    for finding in quote["findings"]:
        where = f" on line {finding['line']}" if "line" in finding else ""
        print(f"  {finding['severity']} {finding['code']}{where}: {finding['message']}")
        if help := finding.get("details", {}).get("help"):
            print(f"    {help}")


def credit(credit: CreditDecision) -> None:
    """The credit verdict with every check."""
    limit = f"limit {credit['limit']}" if "limit" in credit else "no limit"
    print(f"  credit {credit['status']}: {credit['exposure_before']} before, {credit['exposure_after']} with this order, {limit}")
    for check in credit["checks"]:
        mark = "passed" if check["passed"] else "failed"
        print(f"    {mark} {check['id']}: {check.get('actual', 'none')} of at most {check.get('threshold', 'none')}")
    if "max_document_value" in credit:
        print(f"    up to {credit['max_document_value']} would pass")


def route(route: RouteDecision) -> None:
    """Who must approve, and the rows of the matrix that say so."""
    for needed in route["requirements"]:
        print(f"  approval, level {needed['level']}: {needed['role']}, because of {', '.join(needed['rows'])}")


def stock(decision: StockDecision) -> None:
    """Where stock was taken from, or why not."""
    for refusal in refusals(decision):
        print(f"  stock: {refusal['code']}: {refusal['message']}")
    verbs = {"reserved": "reserved", "committed": "shipped", "released": "released"}
    for event in decision["events"]:
        [(kind, what)] = named(event["what"])
        if kind in verbs:
            places = [f"{part['quantity']}{_lot(part)} in {part['location']}" for part in what["parts"]]
            print(f"  {verbs[kind]} {what['product']}: {', '.join(places)}")


def _lot(part: StockPart) -> str:
    return f" of lot {part['lot']}" if "lot" in part else ""


def proposal(proposal: SupplyProposal) -> None:
    """An order to make or to buy, whom it is for, and what goes into it."""
    whom = ", ".join(peg["demand"] for peg in proposal["pegs"] if "demand" in peg)
    when = f"start {proposal['start']}, due {proposal['due']}"
    print(f"  {verb(proposal['method'])} {proposal['quantity']} {proposal['product']} in {proposal['location']}, {when}, for {whom}")
    for component in proposal.get("components", []):
        print(f"    takes {component['quantity']} {component['product']}")


def reorder(proposal: ReorderProposal) -> None:
    """An order that fills the stock up, and why."""
    because = proposal["because"]
    why = f"{because['projected']} left on {because['on']}, at least {because['threshold']} are kept"
    when = f"start {proposal['start']}, due {proposal['due']}"
    print(f"  {verb(proposal['method'])} {proposal['quantity']} {proposal['product']} in {proposal['location']}, {when}: {why}")


def verb(method: SupplyMethod) -> str:
    """What is done to obtain a product."""
    return "buy" if method == "buy" else "make"


def low(levels: StockLevels) -> None:
    """Products of which there is little."""
    for finding in levels["findings"]:
        print(f"  {finding['code']}: {finding['message']}")


def order(decision: DecisionOfOrderFact, state: OrderState) -> None:
    """What happened to the order, and where it stands now."""
    for refusal in refusals(decision):
        print(f"  order refused, {refusal['code']}: {refusal['message']}")
    if refusals(decision):
        return
    if decision["outcome"] != "accepted":
        print("  nothing new: the command was handled before")
        return
    names = [kind for event in decision["events"] for kind, _ in named(event["what"])]
    happened = spaced(", ".join(name for name, _ in groupby(names)))
    status = state["status"]
    held = f", may not {' or '.join(status['blocked'])}" if status["blocked"] else ""
    print(f"  {happened}: the order is {state['header']}, {spaced(status['fulfillment'])}{held}")


def decided(id: str, actor: str, decision: DecisionOfApprovalEvent) -> None:
    """What was decided about a case, and by whom."""
    for event in decision["events"]:
        [(kind, what)] = named(event["what"])
        if kind == "approved":
            print(f"{id}: {actor} approves as {what['role']}, level {what['level']}")
        if kind == "rejected":
            print(f"{id}: {actor} rejects as {what['role']}, level {what['level']}: {what['reason']}")


def invoice(invoice: Any) -> None:
    """The invoice with its due dates."""
    totals = invoice["totals"]
    print(f"  invoice {invoice['id']} of {invoice['date']}: net {totals['net']}, VAT {totals['tax']}, gross {totals['gross']}")
    for part in invoice["instalments"]:
        print(f"    {part['amount']} due on {part['due']}")
    if discount := invoice.get("cash_discount"):
        print(f"    {discount['percent']} % cash discount until {discount['last_day']}: {discount['amount']} off")


def spaced(name: str) -> str:
    """A name of the wire, for people."""
    return name.replace("_", " ")


def refusals(decision: Any) -> list[Any]:
    """Why a command was refused; nothing when it was not."""
    outcome = decision["outcome"]
    return list(outcome.get("refused", [])) if isinstance(outcome, dict) else []


def named(what: Any) -> list[tuple[str, Any]]:
    """An event's name and content, as they are on the wire."""
    return list(what.items()) if isinstance(what, dict) else [(what, {})]
