"""From a confirmed order to the money: ship what is reserved, invoice what is shipped, close what is done."""

from __future__ import annotations

from dealdesk.types import OrderAction, OrderState, ShippedLine

from . import clerk
from .desk import By, Desk
from .place import tell


def fulfil(desk: Desk, id: str, by: By, occasion: str) -> None:
    """Ships and invoices what can be, and closes the order when nothing is left."""
    state = desk.order(id)
    lines = shippable(desk, state)
    if state["header"] != "confirmed" or not lines:
        return

    # 1. The goods leave: the warehouses first, since they may find that something is missing.
    for line in lines:
        if reservation := line.get("reservation"):
            clerk.stock(desk.tell_stock(by.stock_command(f"{reservation}/commit", {"commit": {"id": reservation}})))
    tell(desk, id, by, f"ship-{occasion}", {"ship": {"lines": lines}})

    # 2. The invoice.
    invoice(desk, id, by, occasion)

    # 3. The end.
    status = desk.order(id)["status"]
    if (status["fulfillment"], status["billing"]) == ("shipped", "invoiced"):
        tell(desk, id, by, "close", {"close": {}})


def shippable(desk: Desk, state: OrderState) -> list[ShippedLine]:
    """What is reserved, and the services, which no warehouse holds."""
    lines: list[ShippedLine] = []
    for line, progress in zip(state["document"]["lines"], state["lines"]):
        for held in progress["reservations"]:
            lines.append({"line": line["id"], "quantity": held["quantity"], "reservation": held["reservation"]})
        if progress["open"] and not desk.company.carries(line["product"]):
            lines.append({"line": line["id"], "quantity": progress["open"]})
    return lines


def invoice(desk: Desk, id: str, by: By, occasion: str) -> None:
    """Makes the invoice of what is shipped, and keeps it."""
    action: OrderAction = {"invoice": {"id": f"R-{id.removeprefix('O-')}-{occasion}", "date": by.date}}
    decision = desk.tell_order(id, by.order_command(f"{id}/invoice-{occasion}", action))
    for event in decision["events"]:
        for kind, what in clerk.named(event["what"]):
            if kind == "invoiced":
                clerk.invoice(what)


def cancel(desk: Desk, id: str, by: By, reason: str) -> None:
    """Cancels an order, and gives back what was reserved for it."""
    tell(desk, id, by, "cancel", {"cancel": {"reason": reason}})
    give_back(desk, id, by)


def give_back(desk: Desk, id: str, by: By) -> None:
    """Releases the reservations that an order no longer wants."""
    for reservation in desk.abandoned(id):
        clerk.stock(desk.tell_stock(by.stock_command(f"{reservation}/release", {"release": {"id": reservation}})))
