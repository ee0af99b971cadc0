"""The totals of all orders and the dates of late lines: what the programs in the other languages must print too, byte for byte."""

from __future__ import annotations

from dealdesk import DealdeskError
from dealdesk.types import Quote

from .ask import promise_request, quote_request, supply_request
from .company import Company, Json


def summary(company: Company) -> None:
    """Prints the summary."""
    for order in company.orders:
        try:
            quote = company.rulebook.quote(quote_request(order, company.customer(order)))
        except DealdeskError as refusal:
            print(f"{order['id']} refused {refusal.code}")
            continue
        print(f"{order['id']} {verdict(quote)}")
        late(company, order, quote)


def verdict(quote: Quote) -> str:
    """An order's totals."""
    totals = quote["totals"]
    status = "ok" if quote["complete"] else "incomplete"
    return f"{status} net {totals['net']} tax {totals['tax']} gross {totals['gross']}"


def late(company: Company, order: Json, quote: Quote) -> None:
    """Prints the lines of an order that cannot be had the same day, each with the earliest date of all of it: when it is there, or made."""
    plan = company.rulebook.promise(promise_request(company, quote))
    supply = company.rulebook.propose_supply(supply_request(company, quote, plan))
    made = {line["demand"]: line.get("available_on") for line in supply["lines"]}
    for line in plan["lines"]:
        date = line.get("date") or made.get(line["id"])
        if date != line["wanted_on"]:
            print(f"{order['id']}/{line['id']} {line['product']} {date or 'no date'}")
