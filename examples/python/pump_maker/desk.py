"""The desk: folds what is stored into states, asks the engine, and stores the events that it answers with.

This is all that a host has to do around a decider. Who sends a command twice gets the first answer and no second event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dealdesk import evolve_approval, evolve_inventory, evolve_order
from dealdesk.types import (
    ApprovalAction,
    ApprovalCaseState,
    CommandOfApprovalAction,
    CommandOfOrderAction,
    CommandOfStockAction,
    DecisionOfApprovalEvent,
    DecisionOfOrderFact,
    OrderAction,
    OrderState,
    StockActionInput,
    StockDecision,
    StockState,
)

from .company import Company
from .store import Store


@dataclass(frozen=True)
class By:
    """Who does something, and when."""

    actor: str
    at: str

    @property
    def date(self) -> str:
        """The day."""
        return self.at[:10]

    def order_command(self, id: str, action: OrderAction) -> CommandOfOrderAction:
        """A command. Its id is made from what it is about, so that it is the same when it is sent again."""
        return {"id": id, "at": self.at, "actor": self.actor, "action": action}

    def stock_command(self, id: str, action: StockActionInput) -> CommandOfStockAction:
        """A command to the stock."""
        return {"id": id, "at": self.at, "actor": self.actor, "action": action}

    def case_command(self, id: str, action: ApprovalAction) -> CommandOfApprovalAction:
        """A command to an approval case."""
        return {"id": id, "at": self.at, "actor": self.actor, "action": action}


@dataclass(frozen=True)
class Desk:
    """The company and its storage."""

    company: Company
    store: Store

    def order(self, id: str) -> OrderState:
        """An order as its events have made it."""
        return evolve_order({"events": self.store.events(f"order/{id}")})

    def tell_order(self, id: str, command: CommandOfOrderAction) -> DecisionOfOrderFact:
        """Gives an order a command."""
        decision = self.company.rulebook.decide_order({"state": self.order(id), "command": command})
        self.store.append(f"order/{id}", decision["events"])
        return decision

    def invoices(self, id: str) -> list[Any]:
        """The invoices of an order: they are among its events."""
        events = self.store.events(f"order/{id}")
        return [event["what"]["invoiced"] for event in events if "invoiced" in event["what"]]

    def abandoned(self, id: str) -> list[str]:
        """The reservations that an order no longer wants, by its events."""
        moves = [event["what"].get("quantity_moved", {}) for event in self.store.events(f"order/{id}")]
        return [move["reservation"] for move in moves if move.get("to") == "cancelled" and "reservation" in move]

    def case(self, id: str) -> ApprovalCaseState:
        """The approval case of an order as its events have made it."""
        return evolve_approval({"events": self.store.events(f"case/{id}")})

    def tell_case(self, id: str, command: CommandOfApprovalAction) -> DecisionOfApprovalEvent:
        """Gives an approval case a command."""
        decision = self.company.rulebook.decide_approval({"state": self.case(id), "command": command})
        self.store.append(f"case/{id}", decision["events"])
        return decision

    def stock(self) -> StockState:
        """The stock as its events have made it."""
        return evolve_inventory({"events": self.store.events("stock")})

    def tell_stock(self, command: CommandOfStockAction) -> StockDecision:
        """Gives the stock a command."""
        decision = self.company.rulebook.decide_inventory({"state": self.stock(), "command": command})
        self.store.append("stock", decision["events"])
        return decision
