"""Differences that a person decided to leave alone: until when, why, and who decided. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ksync_tui.model.resource import Target

Until = date | Literal["change", "forever"]
"""How long a difference is ignored: up to a day, until it changes, or whatever becomes of it."""


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One difference that a sync leaves alone.

    `field` is written as `--only` takes it (`environment.LEVEL`); empty where all that differs of the resource is
    ignored. `value` is the digest of both sides as they were; another value brings the difference back.
    """

    sync: str
    target: Target
    field: str
    until: Until
    value: str = ""
    reason: str = ""
    by: str = ""
    since: float = 0.0
    """When it was decided, in unix seconds."""

    def __str__(self) -> str:
        return f"{self.target}:{self.field}" if self.field else str(self.target)

    @property
    def difference(self) -> tuple[str, Target, str]:
        """What it is about: there is one rule for each."""
        return self.sync, self.target, self.field

    def ended(self, today: date) -> bool:
        """Whether its last day has passed."""
        return isinstance(self.until, date) and today >= self.until

    def holds_for(self, value: str) -> bool:
        """Whether the difference is still the one that was ignored."""
        return self.until == "forever" or not self.value or self.value == value


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    """What the settings say of a sync beside its files.

    `protected` holds patterns of resources that are never deleted: `stack/db-*`, or `tag:prod`.
    """

    ignored: tuple[IgnoreRule, ...] = ()
    protected: tuple[str, ...] = ()
    today: date = date.min
