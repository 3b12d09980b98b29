"""Parts that are imported when they are first needed, named in a table: commands, flows, kinds.

A command pays at start-up only for what it uses (`python -X importtime -m ksync_tui ...` shows it).
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing alone takes a quarter of the time that `--help` does
if TYPE_CHECKING:
    from typing import Any


def load(reference: str) -> Any:
    """What `package.module:name` names. A wrong reference is a fault of ksync: ImportError, AttributeError."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
