"""The source of a sync that cannot be read from anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from ksync_tui.model.resource import Place, Problem
from ksync_tui.source.base import Gathered


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The source of a sync that was not set up, or not rightly: says so as a problem."""

    name: str
    reason: str
    hint: str

    def gather(self) -> Gathered:
        """See `Source.gather`."""
        return Gathered((), (Problem("error", Place(self.name, 1), self.reason, self.hint or None),))

    def mark(self) -> str:
        """See `Source.mark`."""
        return self.reason

    def describe(self) -> str:
        """See `Source.describe`."""
        return self.reason
