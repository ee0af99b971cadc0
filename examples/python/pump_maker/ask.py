"""What the engine is asked about an order, from what the ERP knows."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from dealdesk.types import (
    ApprovalRequest,
    ChargeView,
    CreditDecision,
    CreditRequest,
    InvoiceChargeInput,
    LineView,
    OrderDocumentInput,
    OrderLineInput,
    PromiseLine,
    PromisePlan,
    PromiseRequest,
    ProposeSupplyRequest,
    Quote,
    QuoteRequest,
    StockPositionInput,
    StockStateInput,
    SupplyDemand,
    SupplyLine,
)

from .company import Company, Json
from .desk import By, Desk


def quote_request(order: Json, customer: Json) -> QuoteRequest:
    """The request for an order's prices."""
    return {
        "date": order["date"],
        "customer": {"id": customer["id"], "level": customer["level"], "contract": customer.get("contract", False)},
        "destination": {"country": customer["country"]},
        "channel": order["channel"],
        "document": order.get("document", {}),
        "coupons": order.get("coupons", []),
        "lines": order["lines"],
    }


def promise_request(company: Company, quote: Quote) -> PromiseRequest:
    """When the lines of a quote that lie in warehouses can be had, from the opening stock."""
    lines: list[PromiseLine] = [
        {"id": line["id"], "product": line["product"], "quantity": line["base_quantity"]}
        for line in quote["lines"]
        if company.carries(line["product"]) and "base_quantity" in line
    ]
    return {"state": _opening_state(company), "supplies": company.stock["supplies"], "at": _morning(quote), "lines": lines}


def supply_request(company: Company, quote: Quote, promised: PromisePlan) -> ProposeSupplyRequest:
    """What would be made and bought for the lines of a quote for which there is no date."""
    lines: list[SupplyLine] = [
        {"demand": line["id"], "product": line["product"], "quantity": line["requested"], "wanted_on": line["wanted_on"]}
        for line in promised["lines"]
        if "date" not in line
    ]
    demand: SupplyDemand = {"id": "made", "at": _morning(quote), "supplies": company.stock["supplies"], "lines": lines}
    return {"state": _opening_state(company), "demand": demand}


def _opening_state(company: Company) -> StockStateInput:
    return {
        "positions": [_position(level) for level in company.stock["on_hand"]],
        "lots": [
            {"product": level["product"], "lot": level["lot"], "facts": level["facts"]}
            for level in company.stock["on_hand"]
            if "lot" in level
        ],
    }


def _position(level: Json) -> StockPositionInput:
    location, product, quantity = level["location"], level["product"], level["quantity"]
    if "lot" in level:
        return {"location": location, "product": product, "on_hand": quantity, "lot": level["lot"]}
    return {"location": location, "product": product, "on_hand": quantity}


def _morning(quote: Quote) -> str:
    return f"{quote['date']}T08:00:00Z"


def credit_request(desk: Desk, customer: Json, by: By, quote: Quote) -> CreditRequest:
    """The credit check of an order that is to be placed: the account with all that the desk has sold since the morning."""
    account = deepcopy(customer["account"])
    open_orders = Decimal(0)
    for order in desk.company.orders:
        if order["customer"] == customer["id"]:
            open_orders += _add_to_account(account, desk, order["id"])
    account["buckets"] = {"open_orders": open_orders}
    return {
        "date": by.date,
        "account": account,
        "document": {"value": quote["totals"]["gross"], "currency": quote["currency"], "bucket": "open_orders"},
    }


def _add_to_account(account: Json, desk: Desk, order: str) -> Decimal:
    """What is invoiced is an open item; what is ordered beyond that is in the bucket of open orders."""
    state = desk.order(order)
    if state["header"] not in ("submitted", "confirmed"):
        return Decimal(0)
    open_value: Decimal = state["document"]["totals"]["gross"]
    for invoice in desk.invoices(order):
        parts = invoice["instalments"]
        account["open_items"] += [{"id": invoice["id"], "due": part["due"], "amount": part["amount"]} for part in parts]
        open_value -= Decimal(invoice["totals"]["gross"])
    return open_value


def approval_request(request: QuoteRequest, quote: Quote, credit: CreditDecision) -> ApprovalRequest:
    """Who must approve: the facts that the prices were asked with, the totals that came of them, and what credit says."""
    totals = quote["totals"]
    return {
        "date": request["date"],
        "customer": request["customer"],
        "destination": request["destination"],
        "channel": request["channel"],
        "document": request["document"],
        "totals": {
            "list": totals["list"],
            "discount": totals["discount"],
            "net": totals["net"],
            "tax": totals["tax"],
            "gross": totals["gross"],
        },
        "approval_facts": quote.get("approval_facts"),
        "line_count": len(request["lines"]),
        "credit_status": credit["status"],
    }


def frozen(order: Json, customer: Json, quote: Quote) -> OrderDocumentInput:
    """The quote, frozen, in the products' base units, in which the warehouses count. The order is never priced again."""
    totals = quote["totals"]
    return {
        "id": order["id"],
        "customer": customer["id"],
        "date": quote["date"],
        "currency": quote["currency"],
        "rulebook": quote["rulebook"]["fingerprint"],
        "complete": quote["complete"],
        "lines": [_frozen_line(line) for line in quote["lines"]],
        "charges": [_frozen_charge(charge) for charge in quote.get("charges", []) if "waived" not in charge],
        "totals": {"net": totals["net"], "tax": totals["tax"], "gross": totals["gross"]},
    }


def _frozen_line(line: LineView) -> OrderLineInput:
    return {
        "id": line["id"],
        "product": line["product"],
        "quantity": line["base_quantity"],
        "unit": line["base_unit"],
        "net": line["net"],
        "tax": line["tax"],
        "gross": line["gross"],
        "tax_category": line.get("tax_category"),
        "tax_percent": line.get("tax_percent"),
        "taxes": line.get("taxes", []),
    }


def _frozen_charge(charge: ChargeView) -> InvoiceChargeInput:
    return {
        "charge": charge["id"],
        "net": charge["net"],
        "tax": charge["tax"],
        "gross": charge["gross"],
        "tax_category": charge.get("tax_category"),
        "tax_percent": charge.get("tax_percent"),
        "taxes": charge.get("taxes", []),
    }
