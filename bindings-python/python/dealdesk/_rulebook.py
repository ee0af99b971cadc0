"""What a rulebook is besides its operations: where it comes from, what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _native

if TYPE_CHECKING:
    from typing_extensions import Self

    from .types import Diagnostic, RulebookDef


class CompiledRulebook:
    """A rulebook that was checked; immutable, and safe to share between threads."""

    __slots__ = ("_handle",)

    _handle: _native.Handle

    def __init__(self, handle: _native.Handle) -> None:
        if not isinstance(handle, _native.Handle):
            raise TypeError("a rulebook is made by from_dict(definition), from_json(text) or from_folder(folder)")
        self._handle = handle

    @classmethod
    def from_json(cls, text: str, files: Mapping[str, str] | None = None) -> Self:
        """Compiles the JSON text of a rulebook; ``files`` holds the texts of the files that it names."""
        return cls(_native.Handle.from_json(text, files))

    @classmethod
    def from_dict(cls, definition: RulebookDef | Mapping[str, Any], files: Mapping[str, str] | None = None) -> Self:
        """Compiles a rulebook that is a dict; ``files`` holds the texts of the files that it names."""
        return cls(_native.Handle.from_dict(definition, files))

    @classmethod
    def from_folder(cls, folder: str | PathLike[str]) -> Self:
        """Compiles the file ``rulebook.json`` of a folder, with the files of the folder that it names."""
        home = Path(folder)
        text = (home / "rulebook.json").read_text(encoding="utf-8")
        found = (name for name in _native.named_files(text) if (home / name).is_file())
        return cls.from_json(text, {name: (home / name).read_text(encoding="utf-8") for name in found})

    @property
    def id(self) -> str:
        """The name that its author gave it."""
        return self._handle.id

    @property
    def fingerprint(self) -> str:
        """Its identity: equal for equal definitions and files, in every runtime."""
        return self._handle.fingerprint

    @property
    def warnings(self) -> list[Diagnostic]:
        """What its author probably did not mean, sorted by path."""
        return self._handle.warnings

    def call(self, op: str, request: object) -> Any:
        """Calls an operation by its name; the typed methods do just that."""
        return self._handle.call(op, request)

    def call_json(self, op: str, request: str) -> str:
        """Calls an operation from JSON text to JSON text: the shortest way for a service that has the text already."""
        return self._handle.call_json(op, request)

    def __repr__(self) -> str:
        return f"<dealdesk.Rulebook {self.id!r} {self.fingerprint[:12]}>"
