"""What a run tells whoever watches. Events are read back from the journal, so they hold plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ksync_tui.model.resource import Target

Outcome = Literal["done", "failed", "skipped", "stopped"]
"""done: the effect was seen; failed: it was tried; skipped: it changed nothing (moved, or a prerequisite failed);
stopped: the run was stopped before it."""

RunState = Literal["planned", "running", "done", "failed", "stopped", "lost"]
"""lost: the process that carried it out is gone without saying how it ended."""


@dataclass(frozen=True, slots=True)
class ActionStarted:
    """An action begins. `at` is unix seconds."""

    action: str
    at: float


@dataclass(frozen=True, slots=True)
class ActionLog:
    """A line of output of an action, secrets already replaced."""

    action: str
    line: str


@dataclass(frozen=True, slots=True)
class ActionEnded:
    """An action ended; `message` says why when it was not done."""

    action: str
    outcome: Outcome
    at: float
    message: str | None = None


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over."""

    state: RunState
    at: float


Event = ActionStarted | ActionLog | ActionEnded | RunEnded


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action of a run as the journal has it. Times are unix seconds."""

    action: str
    round: int
    title: str
    outcome: Outcome | None = None
    started: float | None = None
    ended: float | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened where the live resources are, whoever did it. `at` is unix seconds.

    `id` finds its log ("" where there is none); `over` is false for what still goes on or holds.
    """

    id: str
    at: float
    who: str
    what: str
    target: Target | None
    ok: bool
    over: bool


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the journal has it, newest state. Times are unix seconds."""

    id: int
    sync: str
    engine: str
    state: RunState
    created: float
    ended: float | None
    who: str
    actions: tuple[ActionRecord, ...] = ()
    place: str = "local"
    """The profile in which it acts."""

    @property
    def counts(self) -> dict[str, int]:
        """How many actions ended how; `waiting` for those that did not yet."""
        found: dict[str, int] = {}
        for action in self.actions:
            outcome = action.outcome or "waiting"
            found[outcome] = found.get(outcome, 0) + 1
        return found
