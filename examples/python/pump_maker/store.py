"""The host's storage: events by stream, and documents that never change. The engine knows nothing of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS event (
    stream TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (stream, seq)) STRICT;
CREATE TABLE IF NOT EXISTS document (
    kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT;
"""


class Store:
    """A SQLite file."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file)
        self._connection.executescript(SCHEMA)

    def events(self, stream: str) -> list[Any]:
        """All events of a stream, from the first on."""
        rows = self._connection.execute("SELECT body FROM event WHERE stream = ? ORDER BY seq", (stream,))
        return [json.loads(body) for (body,) in rows]

    def append(self, stream: str, events: Sequence[Any]) -> None:
        """Appends events in one transaction. The primary key refuses a second writer who decided on the same state."""
        with self._connection:
            rows = [(stream, event["seq"], to_json(event)) for event in events]
            self._connection.executemany("INSERT INTO event (stream, seq, body) VALUES (?, ?, ?)", rows)

    def keep(self, kind: str, id: str, document: Any) -> None:
        """Stores a document once; what is stored stays as it is."""
        with self._connection:
            self._connection.execute(
                "INSERT INTO document (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (kind, id, to_json(document))
            )

    def document(self, kind: str, id: str) -> Any | None:
        """A document, as it was stored."""
        row = self._connection.execute("SELECT body FROM document WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return None if row is None else json.loads(row[0])


def to_json(value: Any) -> str:
    """JSON as the engine writes it: decimals and dates as text."""
    return json.dumps(value, default=_native, ensure_ascii=False, separators=(",", ":"))


def _native(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in stored JSON")
