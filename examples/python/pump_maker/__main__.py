"""Each run is a day; the second run goes on where the first one ended, and a third one finds nothing left to do.

python -m pump_maker [<company folder> [<state file>]]   the next day
python -m pump_maker summary [<company folder>]          one line for each order, and for each line that is late
"""

from __future__ import annotations

import sys
from pathlib import Path

from .company import Company
from .day import next_day
from .desk import Desk
from .store import Store
from .summary import summary

HERE = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> None:
    """Runs the command."""
    if words[:1] == ["summary"]:
        summary(Company.read(Path(words[1]) if len(words) > 1 else HERE / "pump-maker"))
        return
    folder = Path(words[0]) if words else HERE / "pump-maker"
    state = Path(words[1]) if len(words) > 1 else HERE.parent / "target/demo/python.sqlite"
    next_day(Desk(Company.read(folder), Store(state)))


main(sys.argv[1:])
