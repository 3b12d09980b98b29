"""Cancelling: whoever works asks now and then whether to go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Stop = Callable[[], bool]
"""Whether to give up what is being done at this moment. Cheap, and callable from any thread."""


def never() -> bool:
    """A `Stop` that nobody ever asks for."""
    return False


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Ends a run early: `after_action` lets the current action finish, `now` gives that action up as well."""

    after_action: Stop = never
    now: Stop = never

    def __or__(self, other: Cancellation) -> Cancellation:
        """Cancelled as soon as either is."""
        return Cancellation(
            lambda: self.after_action() or other.after_action(),
            lambda: self.now() or other.now(),
        )


NOT_CANCELLED = Cancellation()
