"""How a Core says no: a status and `{"error", "trace"}` (semantics a.4), and the HTML in its texts (semantics a.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

RED = '<span style="color: var(--mantine-color-red-6)">'
GREEN = '<span style="color: var(--mantine-color-green-6)">'
BLUE = '<span style="color: var(--mantine-color-blue-6)">'
DIM = '<span style="color: var(--mantine-color-dimmed)">'
BOLD = '<span style="font-weight: bolder">'
END = "</span>"


@dataclass
class RefusedError(Exception):
    """An answer that is not 200."""

    status: int
    error: str
    trace: list[str] = field(default_factory=list)
    limited: bool = False
    """Whether it counts as a failed attempt of the caller's address (semantics a.2)."""


@dataclass
class UnreadableError(Exception):
    """A value serde would not take: where in the params, and its message."""

    path: str
    message: str


def failed(error: str, *trace: str) -> RefusedError:
    """The 500 that stands for everything without a status of its own."""
    return RefusedError(500, error, list(trace))


def red(text: str) -> str:
    """A text as Core colours it."""
    return f"{RED}{text}{END}"


def bold(text: str) -> str:
    """A text as Core emphasises it."""
    return f"{BOLD}{text}{END}"


def formatted(error: str, trace: Iterable[str] = ()) -> str:
    """An error as it stands in logs and syncs: `ERROR: msg`, then the numbered causes."""
    lines = [f"\t{DIM}{number}{END}: {cause}" for number, cause in enumerate(trace, 1)]
    head = f"{red('ERROR')}: {error}"
    return head if not lines else f"{head}\n\n{DIM}TRACE{END}:\n" + "\n".join(lines)
