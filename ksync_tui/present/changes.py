"""What happened in a Core as rows: when, how it ended, what, on which target, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Literal

from ksync_tui.model.events import Change
from ksync_tui.present.text import clock, neutral

ChangeState = Literal["ok", "failed", "running", "open", "resolved"]
"""The last two are of alerts: an open one still holds."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change in the history. All text is neutral."""

    when: str
    state: ChangeState
    what: str
    target: str
    who: str

    @property
    def words(self) -> str:
        """What it is found by."""
        return f"{self.state} {self.what} {self.target} {self.who}".casefold()


def is_alert(change: Change) -> bool:
    """Whether it is an alert: those have no log."""
    return not change.id


def state_of(change: Change) -> ChangeState:
    """How a change stands."""
    if is_alert(change):
        return "resolved" if change.over else "open"
    if not change.over:
        return "running"
    return "ok" if change.ok else "failed"


def change_row(change: Change, now: float, zone: tzinfo = UTC) -> ChangeRow:
    """A change as the history shows it. `now` is unix seconds."""
    target = str(change.target) if change.target else ""
    return ChangeRow(
        when=clock(change.at, now, zone),
        state=state_of(change),
        what=neutral(change.what),
        target=neutral(target),
        who=neutral(change.who),
    )


def headline(change: Change, now: float, zone: tzinfo = UTC) -> str:
    """`DeployStack on stack/web by ana, yesterday 22:14: failed`."""
    row = change_row(change, now, zone)
    on = f" on {row.target}" if row.target else ""
    return f"{row.what}{on} by {row.who}, {row.when}: {row.state}"


def change_object(change: Change) -> dict[str, object]:
    """A change as JSON; `at` is unix seconds, `id` null where there is no log."""
    return {
        "id": change.id or None,
        "at": change.at,
        "who": change.who,
        "what": change.what,
        "target": str(change.target) if change.target else None,
        "state": state_of(change),
    }
