"""The exception of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .types import Diagnostic


class DealdeskError(ValueError):
    """Input that cannot be judged. A business "no" is never an exception; it is a value of the result."""

    code: str
    """The code of the first problem; stable across versions."""
    path: str
    """Where it is, as a JSON pointer; empty for the whole."""
    diagnostics: list[Diagnostic]
    """Every problem, sorted by path."""

    def __init__(self, message: str, code: str, path: str, diagnostics: list[Diagnostic]) -> None:
        super().__init__(message, code, path, diagnostics)
        self.code = code
        self.path = path
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return str(self.args[0])
