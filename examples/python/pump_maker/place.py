"""From an order as it came in to one that is placed: prices, credit, approval, stock, confirmation."""

from __future__ import annotations

from dealdesk import DealdeskError
from dealdesk.types import (
    ApprovalActionOpenContent,
    ApprovalRoute,
    OrderAction,
    ReservedLine,
    ReserveStockInput,
    RouteDecision,
    SubmitOrderInput,
)

from . import ask, clerk
from .company import Json
from .desk import By, Desk


def place(desk: Desk, order: Json, by: By) -> None:
    """Takes an order as far as it comes by itself. Who was interrupted calls it again: what was done is not done twice."""
    customer, id = desk.company.customer(order), order["id"]
    clerk.heading(order, customer)
    if desk.order(id)["header"] == "draft" and not enter(desk, order, customer, by):
        return

    # Stock, whether the order is held or not: it keeps its place in the queue.
    reserve(desk, id, by, "reserve")

    # Confirmation, unless a hold blocks it.
    confirm(desk, id, by)


def enter(desk: Desk, order: Json, customer: Json, by: By) -> bool:
    """Prices the order, checks credit, asks for approval and submits it; says whether it was entered."""
    rulebook, id = desk.company.rulebook, order["id"]

    # 1. Prices. What cannot be judged, or lacks a price, does not become an order.
    request = ask.quote_request(order, customer)
    try:
        quote = rulebook.quote(request)
    except DealdeskError as refusal:
        clerk.unreadable(refusal)
        return False
    clerk.quote(quote)
    if not quote["complete"]:
        print("  not entered: the customer is asked")
        return False

    # 2. Credit, and who must approve.
    credit = rulebook.check_credit(ask.credit_request(desk, customer, by, quote))
    clerk.credit(credit)
    route = rulebook.route_approval(ask.approval_request(request, quote, credit))
    clerk.route(route)

    # 3. The case that decides, and the order with its holds.
    submission: SubmitOrderInput = {
        "order": ask.frozen(order, customer, quote),
        "terms": customer["payment_terms"],
        "credit": {"status": credit["status"], "codes": [check["code"] for check in credit["checks"] if not check["passed"]]},
        "approval": open_case(desk, id, route, by),
    }
    tell(desk, id, by, "submit", {"submit": submission})
    return True


def open_case(desk: Desk, id: str, route: RouteDecision, by: By) -> ApprovalRoute | None:
    """Asks those who must approve; gives what the order keeps of it."""
    if not (requirements := route["requirements"]):
        return None
    opening: ApprovalActionOpenContent = {
        "subject": {"document": id},
        "requester": by.actor,
        "route": {"requirements": requirements},
    }
    desk.tell_case(id, by.case_command(f"{id}/open", {"open": opening}))
    return {"requirements": len(requirements), "case": id}


def reserve(desk: Desk, id: str, by: By, occasion: str) -> None:
    """Reserves what is open of each line that lies in warehouses, as much as there is."""
    state = desk.order(id)
    held: list[ReservedLine] = []
    for line, progress in zip(state["document"]["lines"], state["lines"]):
        if not progress["open"] or not desk.company.carries(line["product"]):
            continue
        reservation = f"{id}/{line['id']}/{occasion}"
        action: ReserveStockInput = {
            "id": reservation,
            "demand": f"{id}/{line['id']}",
            "product": line["product"],
            "quantity": progress["open"],
            "allow": {"partial": {}},
        }
        decision = desk.tell_stock(by.stock_command(reservation, {"reserve": action}))
        clerk.stock(decision)
        known = desk.stock()["reservations"]
        for part in (part for each in known if each["id"] == reservation for part in each["parts"]):
            held.append({"line": line["id"], "quantity": part["open"], "reservation": reservation})
    if held:
        tell(desk, id, by, occasion, {"reserved": {"lines": held}})


def confirm(desk: Desk, id: str, by: By) -> None:
    """Confirms an order that nothing holds."""
    if "confirm" not in desk.order(id)["status"]["blocked"]:
        tell(desk, id, by, "confirm", {"confirm": {}})


def tell(desk: Desk, id: str, by: By, occasion: str, action: OrderAction) -> None:
    """Gives an order a command and shows what came of it."""
    decision = desk.tell_order(id, by.order_command(f"{id}/{occasion}", action))
    clerk.order(decision, desk.order(id))
