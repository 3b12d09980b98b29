"""What is new since something was shown: checked again and again, cheap while nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.services.review import SyncRow
from ksync_tui.source.folder import Folder
from ksync_tui.source.inline import Inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from ksync_tui.engine.base import Engine
    from ksync_tui.model.plan import Action, Plan
    from ksync_tui.services.sync import Sync

_AT_HAND = (Folder, Inline)
"""Sources whose version costs no network: they may be asked every few seconds."""


class ChangeDetector:
    """What is new of a sync; `differs` plans it now and counts.

    What runs somewhere is only seen by looking there, so that everything is planned anew each `interval` seconds.
    """

    def __init__(self, engine: Engine, sync: Sync, differs: Callable[[], int], interval: float) -> None:
        """`interval`: seconds between two plans of what cannot be watched more cheaply."""
        self._engine = engine
        self._source = sync.source
        self._at_hand = not engine.capabilities.remote and isinstance(sync.source, _AT_HAND)
        self._interval = interval
        self._stamp: tuple[object, ...] = ()
        self._due = 0.0
        self.count = differs
        """How much is new. Reads what changed: never while something else does. May raise KsyncError."""

    def moved(self, now: float) -> bool:
        """Whether it is worth planning again. `now`: seconds of a clock that never goes back. May raise KsyncError."""
        if now >= self._due:
            self._due = now + self._interval
            self._stamp = self._stamped()
            return True
        before, self._stamp = self._stamp, self._stamped()
        return self._stamp != before

    def _stamped(self) -> tuple[object, ...]:
        """Another one where something may have moved; of what is elsewhere only the interval tells."""
        return (self._source.version(), self._engine.snapshot().version) if self._at_hand else ()


def changes_between(shown: Plan, now: Plan) -> int:
    """How many actions and problems came, went or became others."""
    before, after = shown.by_id, now.by_id
    changed = sum(_facts(item) != _facts(after[id_]) for id_, item in before.items() if id_ in after)
    was, is_now = (frozenset(str(problem) for problem in plan.problems) for plan in (shown, now))
    return len(before.keys() ^ after.keys()) + changed + len(was ^ is_now)


def _facts(action: Action) -> tuple[object, ...]:
    """What a person would read: not its lines in the file, which move with every edit above it."""
    return action.blocked, action.reason, action.fingerprint, action.requires, action.proposed


def row_changes(shown: SyncRow, now: SyncRow) -> int:
    """1 where a row of the list of syncs reads differently."""
    return int(_row_facts(shown) != _row_facts(now))


def _row_facts(row: SyncRow) -> tuple[object, ...]:
    return row.state, row.summary, row.problems, row.problem
