"""A sync as it was read and planned: whole, or as one row of the list of syncs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ksync_tui.model.events import RunRecord
    from ksync_tui.model.plan import Plan
    from ksync_tui.model.resource import Declarations, Declared, Target
    from ksync_tui.planner.renaming import Rename
    from ksync_tui.services.file_change import FileChange
    from ksync_tui.services.sync import Sync


@dataclass(frozen=True)
class Review:
    """A sync as it was read and planned at one moment. `uncommitted`: what was written to its files before."""

    sync: Sync
    plan: Plan
    declarations: Declarations
    uncommitted: tuple[FileChange, ...] = ()
    renames: tuple[Rename, ...] = ()
    """The renames that a person chose for it."""

    @cached_property
    def declared(self) -> Mapping[Target, Declared]:
        """What the files declare, by target."""
        return {resource.target: resource for resource in self.declarations.resources}


SyncState = Literal["pending", "in sync", "empty", "problem", "unread"]


@dataclass(frozen=True, slots=True)
class SyncRow:
    """One row of the list of syncs; `summary` counts actions per verb, None while it could not be planned."""

    sync: Sync
    state: SyncState
    summary: Mapping[str, int] | None = None
    problems: int = 0
    problem: str | None = None
    last_run: RunRecord | None = None
    ran: float | None = None
    """When a Core ran it last by itself, in unix seconds."""
    uncommitted: int = 0
    """How many of its files were written and not committed."""
