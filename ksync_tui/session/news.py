"""What is new since something was shown: asked again and again, cheap while nothing moved (needs 43, 44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.source.folder import Folder
from ksync_tui.source.inline import Inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from ksync_tui.model.plan import Action, Plan
    from ksync_tui.session.session import Session
    from ksync_tui.session.syncs import Sync, SyncRow

_AT_HAND = (Folder, Inline)
"""Sources whose mark costs no network: they may be asked every few seconds."""


class News:
    """What is new of a sync; `differs` counts it in a plan made now.

    What runs somewhere is only seen by looking there, so that everything is planned anew each `interval` seconds.
    """

    def __init__(self, session: Session, sync: Sync, differs: Callable[[Plan], int], interval: float) -> None:
        self._session = session
        self._sync = sync
        self._differs = differs
        self._interval = interval
        self._stamp: tuple[object, ...] | None = None
        self._due = 0.0

    def moved(self, now: float) -> bool:
        """Whether it is worth planning again. `now`: seconds of a clock that never goes back. May raise KsyncError."""
        due = now >= self._due
        if not due and not isinstance(self._sync.source, _AT_HAND):
            return False
        stamp = (self._sync.source.mark(), self._session.snapshot().version)
        if stamp == self._stamp and not due:
            return False
        self._stamp, self._due = stamp, now + self._interval
        return True

    def count(self) -> int:
        """How much is new. Reads and plans what changed: never while something else does. May raise KsyncError."""
        return self._differs(self._session.review(self._sync).plan)


def since(shown: Plan, now: Plan) -> int:
    """How many actions and problems came, went or became others."""
    before, after = shown.by_id, now.by_id
    changed = sum(_facts(one) != _facts(after[id_]) for id_, one in before.items() if id_ in after)
    told, tell = (frozenset(str(problem) for problem in plan.problems) for plan in (shown, now))
    return len(before.keys() ^ after.keys()) + changed + len(told ^ tell)


def _facts(action: Action) -> tuple[object, ...]:
    """What a person would read: not its lines in the file, which move with every edit above it."""
    return action.blocked, action.reason, action.fingerprint, action.requires, action.proposed


def row_since(shown: SyncRow, now: Plan) -> int:
    """1 where a row of the list of syncs would read differently."""
    return int((shown.summary, shown.problems) != (now.summary, len(now.problems)))
