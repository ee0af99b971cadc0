"""The totals of all orders, one line each: what the programs in the other languages must print too, byte for byte."""

from __future__ import annotations

from dealdesk import DealdeskError

from .ask import quote_request
from .company import Company, Json


def summary(company: Company) -> None:
    """Prints the summary."""
    for order in company.orders:
        print(f"{order['id']} {verdict(company, order)}")


def verdict(company: Company, order: Json) -> str:
    """An order's totals, or why it has none."""
    try:
        quote = company.rulebook.quote(quote_request(order, company.customer(order)))
    except DealdeskError as refusal:
        return f"refused {refusal.code}"
    totals = quote["totals"]
    status = "ok" if quote["complete"] else "incomplete"
    return f"{status} net {totals['net']} tax {totals['tax']} gross {totals['gross']}"
