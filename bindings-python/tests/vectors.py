"""Runs the vectors as Python sees the engine: dicts, ``Decimal`` and ``date`` in and out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dealdesk
from dealdesk import _native

FOLDER = Path(__file__).resolve().parents[2] / "core" / "tests" / "vectors"


def load() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*/*.json")):
        if not path.name.endswith(".out.json"):
            yield str(path.relative_to(FOLDER)), json.loads(path.read_text(encoding="utf-8"))


def kept(name: str) -> list[str]:
    return (FOLDER / name).with_suffix(".out.json").read_text(encoding="utf-8").splitlines()


def canonical(value: Any) -> str:
    """The bytes that every runtime gives."""
    return json.dumps(value, default=text_of, separators=(",", ":"), ensure_ascii=False)


def text_of(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        whole, point, fraction = value.isoformat().removesuffix("+00:00").partition(".")
        return whole + (point + fraction).rstrip("0").rstrip(".") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is not JSON")


def answers(vector: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The lines of the answers, each with its value: the rulebook, then each call."""
    rulebook: dealdesk.Rulebook | None = None
    if "rulebook" in vector:
        compiled = attempt(lambda: compile_rulebook(vector))
        if isinstance(compiled, dealdesk.DealdeskError):
            yield canonical({"compile_error": places(compiled.diagnostics)}), None
            return
        rulebook = compiled
        yield canonical({"fingerprint": rulebook.fingerprint, "warnings": places(rulebook.warnings)}), None
    results: list[Any] = []
    for call in vector["calls"]:
        outcome = attempt(lambda: answer(rulebook, call["op"], call["request"], results))
        if isinstance(outcome, dealdesk.DealdeskError):
            results.append(None)
            yield canonical({"error": places(outcome.diagnostics)}), None
        else:
            results.append(outcome)
            yield canonical(outcome), outcome


def attempt(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except dealdesk.DealdeskError as error:
        return error


def compile_rulebook(vector: dict[str, Any]) -> dealdesk.Rulebook:
    files = {name: text if isinstance(text, str) else "".join(f"{line}\n" for line in text) for name, text in vector.get("files", {}).items()}
    if isinstance(vector["rulebook"], str):
        return dealdesk.Rulebook.from_json(vector["rulebook"], files)
    return dealdesk.Rulebook.from_dict(vector["rulebook"], files)


def answer(rulebook: dealdesk.Rulebook | None, op: str, request: Any, results: list[Any]) -> Any:
    through = rulebook or _native
    if isinstance(request, str):
        return json.loads(through.call_json(op, request))
    return through.call(op, substitute(request, results))


def substitute(value: Any, results: list[Any]) -> Any:
    """Puts parts of earlier results, as native values, where ``{"$result": pointer}`` stands."""
    if isinstance(value, list):
        return [substitute(entry, results) for entry in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["$result"]:
        node: Any = results
        for segment in value["$result"].split("/")[1:]:
            node = node[int(segment)] if isinstance(node, list) else node[segment]
        return node
    return {name: substitute(part, results) for name, part in value.items()}


def places(diagnostics: list[Any]) -> list[dict[str, str]]:
    return [{"code": diagnostic["code"], "path": diagnostic["path"]} for diagnostic in diagnostics]
