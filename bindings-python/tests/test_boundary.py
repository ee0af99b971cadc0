"""What only Python can do wrong, and what only Python has types for."""

from __future__ import annotations

import json
import pickle
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dealdesk import DealdeskError, Rulebook, allocate

RULEBOOK: dict[str, Any] = {"schema_version": 1, "id": "acme", "currency": "EUR"}


def refusal(request: Any) -> DealdeskError:
    with pytest.raises(DealdeskError) as caught:
        allocate(request)
    return caught.value


def request(**changes: Any) -> Any:
    return {"total": "10.00", "currency": "EUR", "shares": [{"weight": 1}], **changes}


def test_decimals_come_out_as_decimals_with_the_decimals_of_the_currency() -> None:
    parts = allocate(request(total=Decimal("1E+1")))["parts"]
    assert parts == [Decimal("10")] and str(parts[0]) == "10.00"


def test_a_float_is_refused_with_its_path() -> None:
    error = refusal(request(total=10.0, shares=[{"weight": 0.5}]))
    assert (error.code, error.path) == ("shape.fractional_number", "/shares/0/weight")
    assert [(d["code"], d["path"]) for d in error.diagnostics] == [
        ("shape.fractional_number", "/shares/0/weight"),
        ("shape.fractional_number", "/total"),
    ]
    assert "write" in str(error)


@pytest.mark.parametrize("value", [True, None, [], {}, b"1", object(), date(2026, 1, 1), {1, 2}])
def test_what_is_not_a_number_is_refused(value: object) -> None:
    error = refusal(request(total=value))
    assert error.path == "/total"
    assert error.code in {"shape.wrong_type", "shape.invalid_value"}


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), "1e3", "1,5", "", 10**40])
def test_numbers_that_cannot_be_held_are_refused(value: object) -> None:
    assert refusal(request(total=value)).path == "/total"


def test_a_decimal_is_no_text() -> None:
    assert refusal(request(currency=Decimal(1))).path == "/currency"


def test_a_key_that_is_no_text_and_a_list_that_holds_itself_are_refused() -> None:
    assert "is not a text" in str(refusal({1: 2}))
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(DealdeskError) as caught:
        Rulebook.from_dict({**RULEBOOK, "attributes": [{"id": "line.x", "type": "number", "default": endless}]})
    assert caught.value.code == "limit.too_deep"


def test_the_error_is_a_value_error_and_travels() -> None:
    error = refusal({})
    assert isinstance(error, ValueError)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.code, copy.path, copy.diagnostics, str(copy)) == (error.code, error.path, error.diagnostics, str(error))


def test_a_rulebook_from_text_from_a_dict_and_from_a_folder_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "rulebook.json").write_text(json.dumps(RULEBOOK), encoding="utf-8")
    books = [Rulebook.from_json(json.dumps(RULEBOOK)), Rulebook.from_dict(RULEBOOK), Rulebook.from_folder(tmp_path)]
    assert {book.fingerprint for book in books} == {books[0].fingerprint}
    assert books[0].id == "acme" and books[0].warnings == []


def test_a_definition_is_no_rulebook_yet() -> None:
    with pytest.raises(TypeError, match="from_dict"):
        Rulebook(RULEBOOK)  # type: ignore[arg-type]


def test_json_text_goes_through_as_text() -> None:
    text = Rulebook.from_dict(RULEBOOK).call_json("allocate", json.dumps(request()))
    assert text == '{"parts":["10.00"],"unallocated":"0.00"}'


def test_threads_share_a_rulebook() -> None:
    book = Rulebook.from_dict(RULEBOOK)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(book.call_json("allocate", json.dumps(request())))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
