"""Carrying out a selection: exactly that, round by round, checking each action just before it is done."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import cached_property
from itertools import chain, groupby

from ksync_tui.engine.base import Engine, Log
from ksync_tui.errors import (
    ConflictError,
    CoreError,
    EngineError,
    KsyncError,
    NoAnswerError,
    RateLimitedError,
    StoreError,
    sentences,
)
from ksync_tui.model.events import ActionEnded, ActionLog, ActionStarted, Event, Outcome, RunEnded, RunRecord, RunState
from ksync_tui.model.plan import Action, Selection
from ksync_tui.model.resource import Target
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import Redactor, labelled_secrets
from ksync_tui.run.side_by_side import Say, SideBySide
from ksync_tui.state.journal import Journal
from ksync_tui.system import debug_log
from ksync_tui.system.cancellation import NOT_CANCELLED, Cancellation, Stop

_log = logging.getLogger(__name__)
CHUNK = 500
CHUNK_SECONDS = 0.25
GAP_SECONDS = 0.003
"""Between transactions others get at the database, if only to ask for a stop."""
MOVED = "changed since the plan"
EXISTS = f"{MOVED}: it now exists"

Tell = Callable[[Event], None]


def run(
    run_id: int,
    engine: Engine,
    journal: Journal,
    tell: Tell = lambda _: None,
    cancellation: Cancellation = NOT_CANCELLED,
    *,
    selection: Selection | None = None,
    secrets: Mapping[str, str] | None = None,
    look: SecretLook | None = None,
) -> RunRecord:
    """Carries out a planned run of the journal and returns how it ended.

    `selection` saves reading it back where it is at hand; `tell` hears of every event, of an action's end only when
    that is durable; `cancellation` is asked before each action, and while one goes on outside ksync; `secrets` (label
    to value), those of the selection and what looks like one are masked in logs and messages.

    Raises RunError when the run was started before, StoreError when nothing can be written at all.
    """
    chosen = selection if selection is not None else journal.load(run_id)
    journal.begin(run_id)
    return _Run(run_id, chosen, engine, journal, tell, cancellation, secrets or {}, look or SecretLook()).carry_out()


class _Run:
    """The state of one run while it is carried out."""

    def __init__(
        self,
        run_id: int,
        selection: Selection,
        engine: Engine,
        journal: Journal,
        tell: Tell,
        cancellation: Cancellation,
        secrets: Mapping[str, str],
        look: SecretLook,
    ) -> None:
        self._id = run_id
        self._selection = selection
        self._engine = engine
        self._journal = journal
        self._tell = tell
        self._cancellation = cancellation
        self._secrets = secrets
        self._look = look
        self._outcomes: dict[str, Outcome] = {}
        self._kept: set[str] = set()
        """The ids of those side by side whose end is durable."""
        self._stopped: str | None = None
        self._shared = {target for target, count in Counter(_subjects(selection)).items() if count > 1}
        self._ours: dict[Target, str | None] = {}
        """What this run made of targets that several of its actions touch."""

    def carry_out(self) -> RunRecord:
        """Does all rounds and ends the run."""
        parallel = self._engine.capabilities.parallel
        for chunk in _chunks(self._selection, self._engine.outside):
            if parallel > 1 and self._engine.outside(chunk[0]):
                self._do_side_by_side(chunk, parallel)
                continue
            waiting = list(chunk)
            while waiting:
                waiting = waiting[self._do_some(waiting) :]
                time.sleep(GAP_SECONDS)
        state = self._state()
        over = RunEnded(state, time.time())
        self._journal.write(self._id, over)
        self._tell(over)
        return self._journal.record(self._id)

    def _do_some(self, actions: list[Action]) -> int:
        """Does as many actions as fit one transaction; returns how many that were."""
        ended: list[ActionEnded] = []
        until = time.monotonic() + CHUNK_SECONDS
        together = self._engine.group()
        # What acts outside the database is done by itself, its rows written one by one, the intent ahead (rule 7).
        if self._engine.outside(actions[0]):
            actions, together = actions[:1], nullcontext()
        try:
            with together:
                for action in actions:
                    ended.append(self._untried(action) or self._do(action, self._say, self._cancellation.now))
                    self._journal.write(self._id, ended[-1])
                    if time.monotonic() > until:
                        break
        except StoreError as error:
            ended = self._give_up(actions[: len(ended) + 1], error)
        for event in ended:
            self._tell(event)
        return len(ended)

    def _give_up(self, undone: list[Action], error: StoreError) -> list[ActionEnded]:
        """The transaction of these actions was rolled back; nothing further is tried."""
        self._stopped = f"the run ended early: {error.what}"
        ended = [self._end(action, "failed", _said(error, action)) for action in undone]
        with self._engine.group():
            for event in ended:
                self._journal.write(self._id, event)
        return ended

    # ---------------------------------------------------------- side by side

    def _do_side_by_side(self, actions: list[Action], parallel: int) -> None:
        """Does actions whose effects lie outside the database, several at once, each with its rows in time (rule 7)."""
        side = SideBySide(parallel, self._untried, lambda action, say: self._do_alone(action, say, side), self._keep)
        try:
            side.carry_out(actions)
        except StoreError as error:
            if any(action.id in self._outcomes and action.id not in self._kept for action in actions):
                raise  # how they ended can be written down nowhere
            self._stopped = f"the run ended early: {error.what}"
            self._keep(
                [self._end(action, "stopped", self._stopped) for action in actions if action.id not in self._kept]
            )

    def _do_alone(self, action: Action, say: Say, side: SideBySide) -> ActionEnded:
        try:
            return self._do(action, say, lambda: side.given_up or self._cancellation.now())
        except StoreError as error:
            self._stopped = f"the run ended early: {error.what}"
            return self._end(action, "failed", _said(error, action))

    def _keep(self, events: Sequence[Event]) -> None:
        """Makes events durable together, then tells of them."""
        self._journal.write(self._id, *events)
        self._kept.update(event.action for event in events if isinstance(event, ActionEnded))
        for event in events:
            self._tell(event)

    # ------------------------------------------------------------ one action

    def _untried(self, action: Action) -> ActionEnded | None:
        """How an action ends that is not even tried; None for one that is."""
        if self._stopped is None and self._cancellation.after_action():
            self._stopped = "the run was stopped before it"
        if self._stopped is not None:
            return self._end(action, "stopped", self._stopped)
        missing = self._missing(action)
        return self._end(action, "skipped", missing) if missing else None

    def _do(self, action: Action, say: Say, stop: Stop) -> ActionEnded:
        try:
            moved = self._moved(action)
            if moved:
                return self._end(action, "skipped", moved)
            # Others that go on at the same time may have found out that nothing answers any more.
            if self._stopped is not None or not say(ActionStarted(action.id, time.time())):
                return self._end(action, "stopped", self._stopped or "the run ended early")
            self._engine.apply(action, self._log(action, say), stop)
        except StoreError:
            raise
        except EngineError as error:
            if isinstance(error, ConflictError) and self._was_made(action):
                return self._end(action, "skipped", EXISTS)
            if isinstance(error, NoAnswerError | RateLimitedError):
                # Whatever is left would only wait for nothing as long as this one did.
                self._stopped = f"the run ended early: {error.what}"
            return self._end(action, "failed", _said(error, action))
        self._remember(action)
        return self._end(action, "done")

    def _log(self, action: Action, say: Say) -> Log:
        def log(line: str) -> None:
            say(ActionLog(action.id, self._mask(line)))

        return log

    def _missing(self, action: Action) -> str | None:
        """Which prerequisite is not there; one that is not part of this run was done before it."""
        if action.blocked:
            return action.blocked
        for needed in action.requires:
            outcome = self._outcomes.get(needed)
            if outcome != "done" and needed in self._selection:
                return f"needs {needed}, which {_WORDS[outcome]}"
        return None

    def _moved(self, action: Action) -> str | None:
        """Whether the live resource is another than the plan was made against (architecture rule 6)."""
        subject = action.subject
        planned = self._ours.get(subject, action.fingerprint)
        if planned is None and action.verb == "create" and subject.kind in self._engine.capabilities.refuses_taken:
            return None
        found = self._engine.fingerprint(subject)
        if found == planned:
            return None
        if planned is None:
            return EXISTS
        return f"{MOVED}: it no longer exists" if found is None else MOVED

    def _was_made(self, action: Action) -> bool:
        """Whether a create was refused because somebody was first, as it says."""
        with suppress(CoreError):
            return action.verb == "create" and self._engine.fingerprint(action.target) is not None
        return False

    def _remember(self, action: Action) -> None:
        """Looks at what was made of a target that comes again; what cannot be looked at has moved, for all we know."""
        for target in {action.target, action.subject} & self._shared:
            try:
                self._ours[target] = self._engine.fingerprint(target)
            except StoreError:
                raise
            except EngineError as error:
                _log.debug("%s cannot be looked at after %s: %s", target, action.id, error)

    def _end(self, action: Action, outcome: Outcome, message: str | None = None) -> ActionEnded:
        self._outcomes[action.id] = outcome
        said = self._mask(message) if message else None
        _log.debug("run %d: %s: %s  %s", self._id, action.id, outcome, said or "")
        return ActionEnded(action.id, outcome, time.time(), said)

    def _say(self, event: ActionStarted | ActionLog) -> bool:
        self._journal.write(self._id, event)
        self._tell(event)
        return True

    @cached_property
    def _mask(self) -> Redactor:
        known = dict(chain(self._secrets.items(), _secrets_in(self._selection)))
        debug_log.hide(lambda: known)
        return Redactor(known, self._look)

    def _state(self) -> RunState:
        outcomes = set(self._outcomes.values())
        if outcomes <= {"done"}:
            return "done"
        return "stopped" if "stopped" in outcomes and "failed" not in outcomes else "failed"


_WORDS: Mapping[Outcome | None, str] = {
    "failed": "failed", "skipped": "was skipped", "stopped": "was stopped", None: "was not done",
}  # fmt: skip


def _chunks(selection: Selection, outside: Callable[[Action], bool]) -> Iterator[list[Action]]:
    """Neighbours of one round and kind, which may share a transaction, or go on side by side; of deploys any kind."""
    for actions in selection.rounds:
        for _, alike in groupby(actions, key=lambda action: (_alike(action), outside(action))):
            chunk = list(alike)
            yield from (chunk[start : start + CHUNK] for start in range(0, len(chunk), CHUNK))


def _alike(action: Action) -> str:
    return action.verb if action.verb in ("deploy", "run") else action.target.kind


def _subjects(selection: Selection) -> Iterator[Target]:
    for action in selection:
        yield action.target
        if action.old_name:
            yield action.subject


def _secrets_in(selection: Selection) -> Iterator[tuple[str, str]]:
    for action in selection:
        for resource in (action.current, action.proposed):
            if resource is not None:
                yield from labelled_secrets(action.target, resource)


def _said(error: KsyncError, action: Action) -> str:
    """An error in words, without naming the target that the line is about."""
    where = f"{error.where}: " if error.where and error.where != str(action.target) else ""
    why = f": {error.why}" if error.why else ""
    return sentences(f"{where}{error.what}{why}", error.hint)
