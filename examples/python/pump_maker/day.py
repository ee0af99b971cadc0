"""The story, day by day."""

from __future__ import annotations

from dataclasses import replace

from dealdesk.types import ApprovalAction, ApprovalRequirementState, ExpectSupplyInput, ReceiveStockInput

from . import clerk
from .company import Json
from .desk import By, Desk
from .fulfil import cancel, fulfil, give_back
from .place import confirm, place, reserve, tell
from .supply import plan

PEOPLE = {"sales_lead": "adler", "sales_director": "brandt", "credit_manager": "cassel"}
"""Who has a role."""


def next_day(desk: Desk) -> None:
    """Runs the first day that has not been run."""
    for date, run in (("2026-11-23", first), ("2026-11-24", second)):
        if desk.store.document("day", date) is None:
            print(f"{date}, rulebook {desk.company.rulebook.id} {desk.company.rulebook.fingerprint}")
            run(desk)
            desk.store.keep("day", date, True)
            return
    print("nothing is left to do; delete the state file to begin again")


def first(desk: Desk) -> None:
    """Orders come in. What arrived by phone ships in the afternoon, the web shop's the next morning."""
    opening = By("warehouse", "2026-11-23T07:00:00Z")
    for number, level in enumerate(desk.company.stock["on_hand"]):
        desk.tell_stock(opening.stock_command(f"opening/{number}", {"receive": received(level)}))
    for supply in desk.company.stock["supplies"]:
        desk.tell_stock(opening.stock_command(f"expected/{supply['id']}", {"expect": expected(supply)}))
    for order in desk.company.orders:
        place(desk, order, By(order["requested_by"], "2026-11-23T09:00:00Z"))
    print("\nafternoon: what was ordered by phone is shipped")
    for order in desk.company.orders:
        if order["channel"] == "phone" and desk.order(order["id"])["header"] == "confirmed":
            print(order["id"])
            fulfil(desk, order["id"], By("warehouse", "2026-11-23T15:00:00Z"), "1")
    print("\nevening: what stock cannot give is made and bought")
    plan(desk, By("planner", "2026-11-23T17:00:00Z"), "2026-11-24", "2026-12-31")


def second(desk: Desk) -> None:
    """A repeated command, a cancellation, a delivery from the factory, decisions; then everything that can be is shipped."""
    orders = desk.company.orders
    morning = By("lang", "2026-11-24T07:30:00Z")

    # The same command, word for word: the answer is the one of yesterday, and nothing happens.
    print("\nthe clerk's browser sends an old confirmation again")
    print(orders[0]["id"])
    confirm(desk, orders[0]["id"], replace(morning, actor=orders[0]["requested_by"]))

    print("\ncancelled by customers")
    for order in orders:
        if order.get("cancelled"):
            print(order["id"])
            cancel(desk, order["id"], morning, "the customer has changed their mind")

    print("\nfrom the factory: 12 D-40 for Lyon")
    factory = By("warehouse", "2026-11-24T08:00:00Z")
    delivery: ReceiveStockInput = {"product": "D-40", "location": "LYO", "quantity": "12", "supply": "MO-118"}
    desk.tell_stock(factory.stock_command("factory/D-40", {"receive": delivery}))

    print("\ndecisions")
    for order in orders:
        decide(desk, order["id"])

    print("\nthe rest is reserved, shipped and invoiced")
    for order in orders:
        finish(desk, order["id"])


def received(level: Json) -> ReceiveStockInput:
    """Goods that have come in."""
    product, location, quantity = level["product"], level["location"], level["quantity"]
    if "lot" in level:
        return {"product": product, "location": location, "quantity": quantity, "lot": level["lot"], "facts": level["facts"]}
    return {"product": product, "location": location, "quantity": quantity}


def expected(supply: Json) -> ExpectSupplyInput:
    """Goods that are on their way."""
    return {
        "id": supply["id"],
        "product": supply["product"],
        "location": supply["location"],
        "due": supply["due"],
        "quantity": supply["quantity"],
    }


def decide(desk: Desk, id: str) -> None:
    """Everybody who is asked approves; but the credit manager lets nobody pass whose invoices are months overdue."""
    while pending := pending_requirements(desk, id):
        level, role = pending[0]["level"], pending[0]["role"]
        codes = desk.order(id)["credit"].get("codes", [])
        by = By(PEOPLE[role], "2026-11-24T11:00:00Z")
        action: ApprovalAction = {"approve": {"roles": [role]}}
        if role == "credit_manager" and "credit.oldest_item" in codes:
            action = {"reject": {"roles": [role], "reason": "pay the old invoice first"}}
        decision = desk.tell_case(id, by.case_command(f"{id}/{level}-{role}", action))
        clerk.decided(id, by.actor, decision)


def pending_requirements(desk: Desk, id: str) -> list[ApprovalRequirementState]:
    """What the current round of a case asks for now."""
    rounds = desk.case(id)["rounds"]
    return [needed for needed in rounds[-1]["requirements"] if needed["status"] == "pending"] if rounds else []


def finish(desk: Desk, id: str) -> None:
    """Lets an order feel what was decided, and takes it to the end."""
    by = By("lang", "2026-11-24T13:00:00Z")
    before = desk.order(id)
    if before["header"] in ("submitted", "confirmed"):
        print(id)
    rounds = desk.case(id)["rounds"]
    verdict = rounds[-1]["status"] if rounds and before["header"] == "submitted" else None
    if verdict == "approved":
        tell(desk, id, by, "granted", {"approval_granted": {"case": id}})
        for hold in before["holds"]:
            if hold["kind"] == "credit":
                reason = "the credit manager has approved"
                tell(desk, id, by, "release", {"release_hold": {"id": hold["id"], "reason": reason}})
        confirm(desk, id, by)
    if verdict == "rejected":
        tell(desk, id, by, "denied", {"approval_denied": {"case": id, "reason": "the credit manager has refused"}})
        give_back(desk, id, by)
    if desk.order(id)["header"] == "confirmed":
        reserve(desk, id, by, "reserve-2")
        fulfil(desk, id, By("warehouse", "2026-11-24T15:00:00Z"), "2")
