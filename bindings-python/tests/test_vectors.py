"""The vectors in Python: the bytes are those that Rust gives."""

from __future__ import annotations

import vectors


def test_every_vector_holds() -> None:
    ran = calls = 0
    failures: list[str] = []
    for name, vector in vectors.load():
        found = [line for line, _ in vectors.answers(vector)]
        kept = vectors.kept(name)
        if found != kept:
            differs = next((pair for pair in zip(kept, found) if pair[0] != pair[1]), ("the number of lines", f"{len(found)} lines"))
            failures.append(f"{name}:\n  kept {differs[0]}\n  now  {differs[1]}")
        ran += 1
        calls += len(vector.get("calls", []))
    print(f"vectors python: {ran} vectors, {calls} calls, {len(failures)} failed")
    assert not failures, "\n".join(failures)
    assert ran
