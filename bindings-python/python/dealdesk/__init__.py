"""An embeddable order-to-cash rules engine: dicts, ``Decimal`` and ``date`` in and out, the same cent in every runtime."""

from . import types
from ._errors import DealdeskError
from ._ops import *  # every operation, generated from the engine's table
from ._ops import Rulebook, __all__ as _ops

__all__ = ["DealdeskError", "types", *_ops]
