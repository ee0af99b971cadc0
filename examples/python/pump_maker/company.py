"""The company's files: its rulebook, customers, orders and opening stock."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dealdesk import Rulebook

Json = dict[str, Any]
"""What was read from one of the company's files, as it stands there."""


@dataclass(frozen=True)
class Company:
    """Everything that lies in the company's folder."""

    rulebook: Rulebook
    customers: list[Json]
    orders: list[Json]
    stock: Json

    @classmethod
    def read(cls, folder: Path) -> Company:
        """Reads the folder and compiles the rulebook."""
        rulebook = Rulebook.from_folder(folder)
        for warning in rulebook.warnings:
            print(f"warning: {warning['message']}", file=sys.stderr)

        def read(name: str) -> Any:
            return json.loads((folder / name).read_text(encoding="utf-8"))

        return cls(rulebook, read("customers.json"), read("orders.json"), read("stock.json"))

    def customer(self, order: Json) -> Json:
        """The customer of an order."""
        return next(customer for customer in self.customers if customer["id"] == order["customer"])

    def carries(self, product: str) -> bool:
        """Whether the warehouses carry a product, or will when it is made. They carry no services."""
        made = product in self.stock["made_to_order"]
        return made or any(level["product"] == product for level in self.stock["on_hand"])
