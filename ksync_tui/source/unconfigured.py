"""The source of a sync that cannot be read from anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from ksync_tui.model.resource import Problem, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.source.base import SourceContents


@dataclass(frozen=True, slots=True)
class UnconfiguredSource:
    """The source of a sync that was not set up, or not rightly: says so as a problem."""

    name: str
    reason: str
    hint: str

    def read(self) -> SourceContents:
        """See `Source.read`."""
        place = SourceLocation(self.name, 1)
        return SourceContents((), (Problem(Rule.UNCONFIGURED, "error", place, self.reason, self.hint or None),))

    def version(self) -> str:
        """See `Source.version`."""
        return self.reason

    def describe(self) -> str:
        """See `Source.describe`."""
        return self.reason
