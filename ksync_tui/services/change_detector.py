"""What is new since something was shown: asked again and again, cheap while nothing moved (needs 43, 44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.services.syncs import SyncRow
from ksync_tui.source.folder import Folder
from ksync_tui.source.inline import Inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from ksync_tui.model.plan import Action, Plan
    from ksync_tui.services.session import Session
    from ksync_tui.services.syncs import Review, Sync

_AT_HAND = (Folder, Inline)
"""Sources whose mark costs no network: they may be asked every few seconds."""


class News:
    """What is new of a sync; `differs` plans it now and counts.

    What runs somewhere is only seen by looking there, so that everything is planned anew each `interval` seconds.
    """

    def __init__(self, session: Session, sync: Sync, differs: Callable[[], int], interval: float) -> None:
        self._session = session
        self._source = sync.source
        self._at_hand = session.core is None and isinstance(sync.source, _AT_HAND)
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
        return (self._source.mark(), self._session.snapshot().version) if self._at_hand else ()


def news_of(session: Session, shown: Review | SyncRow) -> News:
    """What is new since a review, or a row of the list of syncs, was shown."""
    sync, interval = shown.sync, session.settings.watch.interval_seconds
    if isinstance(shown, SyncRow):
        return News(session, sync, lambda: row_since(shown, session.row(sync)), interval)
    return News(session, sync, lambda: since(shown.plan, session.review(sync).plan), interval)


def since(shown: Plan, now: Plan) -> int:
    """How many actions and problems came, went or became others."""
    before, after = shown.by_id, now.by_id
    changed = sum(_facts(one) != _facts(after[id_]) for id_, one in before.items() if id_ in after)
    told, tell = (frozenset(str(problem) for problem in plan.problems) for plan in (shown, now))
    return len(before.keys() ^ after.keys()) + changed + len(told ^ tell)


def _facts(action: Action) -> tuple[object, ...]:
    """What a person would read: not its lines in the file, which move with every edit above it."""
    return action.blocked, action.reason, action.fingerprint, action.requires, action.proposed


def row_since(shown: SyncRow, now: SyncRow) -> int:
    """1 where a row of the list of syncs reads differently."""
    return int(_row_facts(shown) != _row_facts(now))


def _row_facts(row: SyncRow) -> tuple[object, ...]:
    return row.state, row.summary, row.problems, row.problem
