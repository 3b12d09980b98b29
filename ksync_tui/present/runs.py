"""A run as lines: its progress, its actions, its end, and its place in the history. Times are unix seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Literal

from ksync_tui.model.events import ActionRecord, Outcome, RunRecord
from ksync_tui.present.text import clock, count, duration, neutral, stopwatch

ActionState = Literal["done", "failed", "skipped", "stopped", "running", "waiting"]
_BAR = 12
FEW = 3
"""So many actions that were not done for the same reason are still told of one by one."""
_ORDER: tuple[Outcome, ...] = ("done", "failed", "skipped", "stopped")


@dataclass(frozen=True, slots=True)
class RunLine:
    """An action of a run; `title` begins with its sign. All text is neutral."""

    id: str
    state: ActionState
    title: str
    message: str
    time: str


def state_of(action: ActionRecord, run: RunRecord) -> ActionState:
    """How an action stands: what did not end in a run that is over was stopped."""
    if action.outcome is not None:
        return action.outcome
    if run.state not in ("planned", "running"):
        return "stopped"
    return "running" if action.started is not None else "waiting"


def run_lines(run: RunRecord, now: float) -> list[RunLine]:
    """One line per action in order of the run."""
    return [_line(action, run, now) for action in run.actions]


def _line(action: ActionRecord, run: RunRecord, now: float) -> RunLine:
    state = state_of(action, run)
    end = action.ended if action.ended is not None else now if state == "running" else None
    time = duration(end - action.started) if end is not None and action.started is not None else ""
    return RunLine(action.action, state, neutral(action.title), neutral(action.message or ""), time)


def title(run: RunRecord) -> str:
    """`Run 17 · homelab`."""
    return f"Run {run.id} · {neutral(run.sync)}"


def ended(run: RunRecord) -> int:
    """How many actions are over, however they ended."""
    return sum(action.outcome is not None for action in run.actions)


def progress(run: RunRecord, now: float) -> str:
    """`3 of 7 · 00:12`."""
    until = now if run.ended is None else run.ended
    return f"{ended(run)} of {len(run.actions)} · {stopwatch(until - run.created)}"


def under_way(run: RunRecord | None) -> str:
    """What a run is at, in words: `this action`, or `these 8 actions` where several go on at the same time."""
    running = sum(state_of(action, run) == "running" for action in run.actions) if run else 0
    return "this action" if running < 2 else f"these {running} actions"


def bar(part: int, whole: int, width: int = _BAR) -> str:
    """`########....`; full only when all is done."""
    full = width if part >= whole else min(part * width // max(whole, 1), width - 1)
    return "#" * full + "." * (width - full)


def counts(run: RunRecord) -> str:
    """`5 done, 1 failed, 1 skipped`, zeros left out."""
    found: dict[str, int] = {}
    for action in run.actions:
        state = state_of(action, run)
        found[state] = found.get(state, 0) + 1
    return ", ".join(f"{found[state]:,} {state}" for state in (*_ORDER, "running", "waiting") if state in found)


def closing(run: RunRecord) -> Iterator[str]:
    """The end of a run: how it ended, then each action that was not done, with why; many with one reason together."""
    took = f" in {duration(run.ended - run.created)}" if run.ended is not None else ""
    yield f"{_STATES[run.state]}{took}: {counts(run) or count(0, 'action')}"
    alike: dict[tuple[str, str], list[str]] = {}
    for action in run.actions:
        if (state := state_of(action, run)) in ("failed", "skipped"):
            alike.setdefault((state, neutral(action.message or "")), []).append(neutral(action.title))
    for (how, message), titles in alike.items():
        why = f": {message}" if message else ""
        if len(titles) > FEW:
            yield f"{how}  {count(len(titles), 'action')}{why}"
            yield f"        {', '.join(titles)}"
        else:
            yield from (f"{how}  {title}{why}" for title in titles)


_STATES = {
    "planned": "Not started",
    "running": "Running",
    "done": "Done",
    "failed": "Ended with failures",
    "stopped": "Stopped",
    "lost": "Lost: its process ended; plan again to see what is left",
}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A run in the history. All text is neutral."""

    id: int
    sync: str
    state: str
    counts: str
    when: str
    took: str
    who: str
    place: str
    """The profile in which it acts."""


def history_row(run: RunRecord, now: float, zone: tzinfo = UTC) -> HistoryRow:
    """A run as `ksync runs` and the history screen show it."""
    until = run.ended if run.ended is not None else now if run.state == "running" else None
    return HistoryRow(
        id=run.id,
        sync=neutral(run.sync),
        state=run.state,
        counts=counts(run),
        when=clock(run.created, now, zone),
        took=duration(until - run.created) if until is not None else "",
        who=neutral(run.who),
        place=neutral(run.place),
    )
