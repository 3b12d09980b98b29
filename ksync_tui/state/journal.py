"""The journal of runs: the frozen plan first, then each action before and after (architecture rule 7).

It is the only channel between a run and whoever watches it. It shares the embedded engine's database, so a change of
state and the row that tells of it are one transaction.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ksync_tui.errors import RunError
from ksync_tui.model.events import (
    ActionEnded,
    ActionLog,
    ActionRecord,
    ActionStarted,
    Event,
    Outcome,
    RunEnded,
    RunRecord,
    RunState,
)
from ksync_tui.model.plan import Action, Plan, Selection
from ksync_tui.state.action_codec import (
    EncodedAction,
    SecretExtractor,
    decode_action,
    decode_options,
    encode_action,
    encode_options,
)
from ksync_tui.system.cancellation import Cancellation
from ksync_tui.system.process import identity, is_gone

if TYPE_CHECKING:
    from ksync_tui.state.database import Database

KEPT_RUNS = 200
OPEN: tuple[RunState, ...] = ("planned", "running")
_RUN = "SELECT id, sync, engine, state, created, ended, who, place FROM runs"


class Journal:
    """All runs, past and running. Every method may raise StoreError; those that take a run's id raise RunError."""

    def __init__(self, database: Database, extractor: SecretExtractor, place: str = "local") -> None:
        """The journal in an open database; `extractor` keeps secrets out of it. New runs act in the profile `place`."""
        self._database = database
        self._extractor = extractor
        self._place = place

    def create(self, selection: Selection, who: str) -> int:
        """Writes down a selection as a new run, frozen as it is, and returns its id. `who` is a person, for history.

        Secrets go to the secret store. Raises StoreError.
        """
        plan = selection.plan
        self._prune()
        with self._database.transaction():
            run = self._database.execute(
                "INSERT INTO runs (sync, engine, state, created, who, options, place, pid, process)"
                " VALUES (?, ?, 'planned', ?, ?, ?, ?, ?, ?)",
                (plan.sync, plan.engine, time.time(), who, encode_options(plan.options), self._place, *_this_process()),
            )
            rows = (
                (run, seq, action.id, action.round, title(action), *encode_action(action, needed_by, self._extractor))
                for seq, (action, needed_by) in enumerate(_in_order(selection), start=1)
            )
            self._database.execute_many(
                "INSERT INTO actions (run, seq, action, round, title, frozen, current, proposed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        return run

    def hand_over(self, run: int, pid: int) -> None:
        """Says which process is going to carry out a planned run, so that it is not taken for lost."""
        self._database.execute(
            "UPDATE runs SET pid = ?, process = ? WHERE id = ? AND state = 'planned'", (pid, identity(pid), run)
        )

    def begin(self, run: int) -> None:
        """This process starts to carry out a planned run. Raises RunError when it was started before."""
        touched = self._database.changed(
            "UPDATE runs SET state = 'running', pid = ?, process = ? WHERE id = ? AND state = 'planned'",
            (*_this_process(), run),
        )
        if not touched:
            state = self.record(run).state
            raise RunError("the run cannot be started", where=f"run {run}", why=f"it is {state}", hint="Plan again")

    def write(self, run: int, *events: Event) -> None:
        """Writes down what happened, as one; joins the transaction it is called in."""
        with self._database.transaction():
            for event in events:
                self._write(run, event)

    def _write(self, run: int, event: Event) -> None:
        self._database.execute(
            "INSERT INTO events (run, what, action, at, outcome, text) VALUES (?, ?, ?, ?, ?, ?)",
            (run, *_event_row(event)),
        )
        match event:
            case ActionStarted(action, at):
                sql = "UPDATE actions SET started = ? WHERE run = ? AND action = ?"
                self._database.execute(sql, (at, run, action))
            case ActionEnded(action, outcome, at, message):
                sql = "UPDATE actions SET outcome = ?, ended = ?, message = ? WHERE run = ? AND action = ?"
                self._database.execute(sql, (outcome, at, message, run, action))
            case RunEnded(state, at):
                self._database.execute("UPDATE runs SET state = ?, ended = ? WHERE id = ?", (state, at, run))

    def events_after(self, run: int, cursor: int, limit: int = 1000) -> tuple[list[Event], int]:
        """What happened in a run after a cursor (0 at first), and the cursor to ask with next time. Cheap to poll."""
        rows = self._database.rows(
            "SELECT id, what, action, at, outcome, text FROM events WHERE run = ? AND id > ? ORDER BY id LIMIT ?",
            (run, cursor, limit),
        )
        return [_event(row[1:]) for row in rows], rows[-1][0] if rows else cursor

    def log(self, run: int, action: str | None = None) -> list[str]:
        """The lines of output of a run, or of one of its actions."""
        rows = self._database.rows(
            "SELECT text FROM events WHERE run = ? AND what = 'log' AND (? IS NULL OR action = ?) ORDER BY id",
            (run, action, action),
        )
        return [row[0] for row in rows]

    def record(self, run: int) -> RunRecord:
        """A run with its actions as they are now; one whose process is gone is marked `lost` first."""
        self._mark_lost()
        with self._database.reading():
            found = self._database.row(f"{_RUN} WHERE id = ?", (run,))
            if found is None:
                raise RunError("no such run", where=f"run {run}", hint="`ksync runs` lists them")
            return _record(found, self._actions((run,)))

    def records(self, limit: int = 50, sync: str | None = None) -> list[RunRecord]:
        """The newest runs, newest first, of all, or of one sync in this place; lost ones are marked first."""
        self._mark_lost()
        with self._database.reading():
            sql = f"{_RUN} WHERE ? IS NULL OR (sync = ? AND place = ?) ORDER BY id DESC LIMIT ?"
            rows = self._database.rows(sql, (sync, sync, self._place, limit))
            actions = self._actions([row[0] for row in rows])
            return [_record(row, actions) for row in rows]

    def load(self, run: int, *, only_left: bool = False) -> Selection:
        """The selection of a run as it was frozen, to carry it out here; `only_left` leaves out what was done.

        An action whose secret is no longer stored is blocked. Raises RunError for a run that is not there, StoreError.
        """
        found = self._database.row("SELECT engine, options FROM runs WHERE id = ?", (run,))
        if found is None:
            raise RunError("no such run", where=f"run {run}", hint="`ksync runs` lists them")
        left = " AND (outcome IS NULL OR outcome <> 'done')" if only_left else ""
        sql = f"SELECT frozen, current, proposed FROM actions WHERE run = ?{left} ORDER BY seq"  # noqa: S608 - a constant
        decoded = [decode_action(EncodedAction(*row), self._extractor) for row in self._database.rows(sql, (run,))]
        plan = Plan(decode_options(found[1]), found[0], tuple(action for action, _ in decoded))
        added = {action.id: needed_by for action, needed_by in decoded if needed_by}
        return Selection(plan, frozenset(action.id for action, by in decoded if not by), added)

    def rename_sync(self, name: str, new: str) -> None:
        """Gives the runs of a sync its new name."""
        self._database.execute(
            "UPDATE runs SET sync = ?1, options = json_set(options, '$.name', ?1) WHERE sync = ?2 AND place = ?3",
            (new, name, self._place),
        )

    def request_stop(self, run: int, *, now: bool = False) -> None:
        """Asks whoever carries out a run to stop after the current action; `now`: to give that one up as well."""
        self._database.execute("UPDATE runs SET stop = max(stop, ?) WHERE id = ?", (2 if now else 1, run))

    def cancellation(self, run: int) -> Cancellation:
        """What others ask of a run while it is carried out."""
        return Cancellation(partial(self.stop_requested, run), partial(self.stop_requested, run, now=True))

    def stop_requested(self, run: int, *, now: bool = False) -> bool:
        """Whether somebody asked a run to stop; `now`: at once."""
        found = self._database.row("SELECT stop FROM runs WHERE id = ?", (run,))
        return bool(found and found[0] >= (2 if now else 1))

    def _actions(self, runs: Iterable[int]) -> Mapping[int, tuple[ActionRecord, ...]]:
        sql = "SELECT action, round, title, outcome, started, ended, message FROM actions WHERE run = ? ORDER BY seq"
        return {run: tuple(ActionRecord(*row) for row in self._database.rows(sql, (run,))) for run in runs}

    def _mark_lost(self) -> None:
        rows = self._database.rows("SELECT id, pid, process FROM runs WHERE state IN (?, ?)", OPEN)
        gone = [run for run, pid, process in rows if is_gone(pid, process)]
        for run in gone:
            self._database.execute("UPDATE runs SET state = 'lost' WHERE id = ? AND state IN (?, ?)", (run, *OPEN))

    def _prune(self) -> None:
        """Forgets the oldest runs, and the secrets that only they held."""
        self._database.execute(
            "DELETE FROM runs WHERE state NOT IN (?, ?) AND id NOT IN (SELECT id FROM runs ORDER BY id DESC LIMIT ?)",
            (*OPEN, KEPT_RUNS - 1),
        )
        self._extractor.sweep()


def _record(row: tuple[Any, ...], actions: Mapping[int, tuple[ActionRecord, ...]]) -> RunRecord:
    run, sync, engine, state, created, ended, who, place = row
    return RunRecord(run, sync, engine, cast(RunState, state), created, ended, who, actions[run], place)


def title(action: Action) -> str:
    """An action in a line: `~ stack/web`, `> stack/old -> new`."""
    if action.old_name:
        return f"{action.sign} {action.target.kind}/{action.old_name} -> {action.target.name}"
    return f"{action.sign} {action.target}"


def _in_order(selection: Selection) -> Iterable[tuple[Action, str | None]]:
    return ((action, selection.added.get(action.id)) for round_ in selection.rounds for action in round_)


def _this_process() -> tuple[int, str]:
    return os.getpid(), identity(os.getpid())


def _event_row(event: Event) -> tuple[Any, ...]:
    match event:
        case ActionStarted(action, at):
            return "started", action, at, None, None
        case ActionLog(action, line):
            return "log", action, time.time(), None, line
        case ActionEnded(action, outcome, at, message):
            return "ended", action, at, outcome, message
        case RunEnded(state, at):
            return "over", None, at, state, None


def _event(row: tuple[Any, ...]) -> Event:
    what, action, at, outcome, text = row
    if what == "started":
        return ActionStarted(action, at)
    if what == "log":
        return ActionLog(action, text)
    if what == "ended":
        return ActionEnded(action, cast(Outcome, outcome), at, text)
    return RunEnded(cast(RunState, outcome), at)
