"""Which side of a difference moved since a sync applied it last (needs, row 12). Pure values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Literal, NamedTuple

from ksync_tui.model.kinds.base import Resource

Origin = Literal["files", "live", "both"]
"""The file says something else than was applied, live does, or both do."""
ORIGINS: tuple[Origin, ...] = ("files", "live", "both")


class Stamp(NamedTuple):
    """Which sync applied a resource, and when (unix seconds)."""

    sync: str
    at: float


class Applied:
    """What a sync applied last to a target, from files. The resource is built only when somebody looks at it."""

    __slots__ = ("__dict__", "_build", "fingerprint", "stamp")

    def __init__(self, stamp: Stamp, fingerprint: str, build: Callable[[], Resource]) -> None:
        self.stamp = stamp
        self.fingerprint = fingerprint
        self._build = build

    @cached_property
    def resource(self) -> Resource:
        """The declaration; raises what the engine raises when its record cannot be read."""
        return self._build()


def moved(files: bool, live: bool) -> Origin | None:
    """The origin of a difference by which side moved; None where neither did."""
    if files and live:
        return "both"
    return "files" if files else "live" if live else None


def shared(origins: Iterable[Origin | None]) -> Origin | None:
    """The origin that all have in common, `both` where they differ; None where one is not known, or there is none."""
    found = set(origins)
    if not found or None in found:
        return None
    return found.pop() if len(found) == 1 else "both"
