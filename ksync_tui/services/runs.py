"""Runs of one place: started here or in the background, watched, stopped, and only where they belong."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import RunError
from ksync_tui.model.events import ActionLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ksync_tui.engine.base import Engine
    from ksync_tui.model.events import Event, RunRecord
    from ksync_tui.model.plan import Selection
    from ksync_tui.services.core import CoreSide
    from ksync_tui.state.journal import Journal
    from ksync_tui.system.cancellation import Cancellation


@dataclass(frozen=True, slots=True)
class Watch:
    """What a watcher sees of a run: its newest state, what was logged after a cursor, and the cursor to go on with.

    `lines` holds the id of an action and a line of its output.
    """

    record: RunRecord
    lines: tuple[tuple[str, str], ...]
    cursor: int


@dataclass(frozen=True, slots=True)
class Acting:
    """What carries out selections in one profile. `home` is the folder of both state and settings, if it is one."""

    engine: Engine
    journal: Journal
    profile: str
    read_only: str | None
    home: Path | None
    core: CoreSide | None

    def start(self, selection: Selection) -> int:
        """Freezes a selection and carries it out in a process of its own; answers the number of the run."""
        from ksync_tui.run.detached import spawn

        self.ensure_writable()
        run = self.journal.create(selection, _who())
        handed_down = self.core.handed_down(self.profile) if self.core else {}
        self.journal.hand_over(run, spawn(run, self.home, self.profile, handed_down))
        return run

    def run(
        self, selection: Selection, tell: Callable[[Event], None], cancellation: Cancellation, who: str | None
    ) -> RunRecord:
        """Carries out a selection here and now. Raises RunError where nothing may be changed."""
        self.ensure_writable()
        return self.carry_out(self.journal.create(selection, who or _who()), tell, cancellation, selection)

    def carry_out(
        self, run: int, tell: Callable[[Event], None], cancellation: Cancellation, selection: Selection | None
    ) -> RunRecord:
        """Carries out a run that was frozen before; a stop that somebody asks for is heeded too."""
        from ksync_tui.run.runner import run as carry_out

        engine = self.here(run)
        chosen = selection or self.journal.load(run)
        return carry_out(
            run,
            engine.acting_for(chosen.plan.sync),
            self.journal,
            tell,
            cancellation | self.journal.cancellation(run),
            selection=chosen,
            secrets=engine.known_secrets(),
        )

    def here(self, run: int) -> Engine:
        """The engine, for a run that acts in this profile. Raises RunError for one of another."""
        place = self.journal.record(run).place
        if place != self.profile:
            why = f"the run belongs to profile {place}; the current profile is {self.profile}"
            raise RunError("the run belongs elsewhere", where=f"run {run}", why=why, hint=f"Give --profile {place}.")
        return self.engine

    def ensure_writable(self) -> None:
        """Raises RunError in a profile that only looks."""
        if self.read_only:
            hint = "Take `read_only` out of the profile, or use another one."
            raise RunError("nothing can be changed here", why=self.read_only, hint=hint)

    def watch(self, run: int, after: int) -> Watch:
        """What a run did after a cursor. Raises RunError for an unknown run."""
        record = self.journal.record(run)
        lines: list[tuple[str, str]] = []
        cursor = after
        while True:
            events, cursor = self.journal.events_after(run, cursor)
            if not events:
                return Watch(record, tuple(lines), cursor)
            lines += [(event.action, event.line) for event in events if isinstance(event, ActionLog)]


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
