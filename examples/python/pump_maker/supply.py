"""What stock cannot give: what is made and bought for it, what fills the stock up again, and what is low."""

from __future__ import annotations

from dealdesk.types import SupplyLine

from . import clerk
from .desk import By, Desk


def plan(desk: Desk, by: By, wanted_on: str, until: str) -> None:
    """Makes and buys for the lines that could not be reserved, then for the stock; what is proposed is expected from then on."""
    rulebook = desk.company.rulebook
    lines = missing(desk, wanted_on)
    made = rulebook.propose_supply({"state": desk.stock(), "demand": {"id": f"{by.date}/make", "at": by.at, "lines": lines}})
    for proposal in made["proposals"]:
        clerk.proposal(proposal)
        desk.tell_stock(by.stock_command(proposal["id"], proposal["action"]))
    filled = rulebook.propose_reorders({"state": desk.stock(), "demand": {"id": f"{by.date}/stock", "at": by.at, "until": until}})
    for reorder in filled["proposals"]:
        clerk.reorder(reorder)
        desk.tell_stock(by.stock_command(reorder["id"], reorder["action"]))
    clerk.low(rulebook.check_stock_levels({"state": desk.stock(), "at": by.at}))


def missing(desk: Desk, wanted_on: str) -> list[SupplyLine]:
    """The lines of entered orders that warehouses carry and could not give."""
    found: list[SupplyLine] = []
    for id in (order["id"] for order in desk.company.orders):
        state = desk.order(id)
        if state["header"] not in ("submitted", "confirmed"):
            continue
        for line, progress in zip(state["document"]["lines"], state["lines"]):
            if progress["open"] and desk.company.carries(line["product"]):
                demand = f"{id}/{line['id']}"
                found.append({"demand": demand, "product": line["product"], "quantity": progress["open"], "wanted_on": wanted_on})
    return found
