"""A run as it happens: its actions, its log, its end, and what is left afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.errors import KsyncError
from ksync_tui.present.runs import RunLine, closing, progress, run_lines, title, under_way
from ksync_tui.present.summaries import summary_of
from ksync_tui.present.text import cut_end, cut_middle, listed, neutral, pad
from ksync_tui.present.ticks import short
from ksync_tui.tui import keymap
from ksync_tui.tui.background import in_thread, start
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import SIGN_LOOK, ink, style
from ksync_tui.tui.widgets.lines import Lines
from ksync_tui.tui.widgets.wrap import broken

if TYPE_CHECKING:
    from ksync_tui.model.events import RunRecord
    from ksync_tui.services import Review, RunProgress, Sync

POLL = 0.15
"""Seconds between two looks at a run."""

STATE_LOOK = {"done": "create", "failed": "problem", "skipped": "update", "stopped": "update", "running": "accent"}
MOST_LOG = 5_000
WHOSE = 14
"""Cells of the name of whose a line of the log is."""


class RunScreen(Page[str]):
    """Watches a run through the journal only; leaving does not end it."""

    place = "run"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("run")
    DEFAULT_CSS = """
    RunScreen #actions { height: 1fr; }
    RunScreen #rule { height: 1; color: ansi_bright_black; }
    RunScreen #log { height: 1fr; }
    RunScreen #end { height: auto; max-height: 40%; padding: 0 1; }
    """

    def __init__(self, run: int, sync: Sync | None = None, written: Text | None = None) -> None:
        """`written` says what was written and committed meanwhile."""
        super().__init__()
        self.written = written
        self.run_id = run
        self.sync = sync
        self.record: RunRecord | None = None
        self.rows: list[RunLine] = []
        self.log_lines: list[tuple[str, str]] = []
        self.log_rows: list[tuple[str, str]] = []
        """The same as they fit: whose a line is stands before its first part only."""
        self.following = True
        self.stopping = 0
        self.after = ""

    def body(self) -> ComposeResult:
        """Actions above, log below, the end between them and the keys."""
        yield Lines(id="actions", pointing=False)
        yield Static(id="rule")
        yield Lines(id="log", pointing=False, empty="No output yet.")
        yield Static(id="end")

    def on_mount(self) -> None:
        """Watches from the beginning."""
        self.query_one("#actions").focus()
        if self.written:
            self.query_one("#end", Static).update(self.written)
        start(self, self._watch, group="watch", exclusive=True)

    def on_descendant_focus(self) -> None:
        """The rule above the log is heavy while that has the keys."""
        heavy = any(log.has_focus for log in self.query("#log"))
        for rule in self.query("#rule").results(Static):
            rule.update(Text(("━" if heavy else "─") * 400, no_wrap=True))

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.record is not None and self.record.state not in ("planned", "running")

    def where(self) -> Text:
        """`Run 17 · homelab`."""
        return ink(title(self.record) if self.record else f"Run {self.run_id}", "head")

    def counts(self) -> Text:
        """`3 of 7 · 00:12`."""
        return ink(progress(self.record, time.time()), "bold") if self.record else Text()

    def disabled_reason(self, command: str) -> str | None:
        """Stopping and leaving alone need a run that goes on."""
        if command in ("stop", "detach") and self.over:
            return "The run is over."
        if command == "stop" and self.stopping > 1:
            return f"It aborts {under_way(self.record)}."
        if command == "back" and not self.over:
            detach, stop = self.key_of("detach"), self.key_of("stop")
            return f"The run continues: {detach} leaves it running, {stop} stops it after {under_way(self.record)}."
        return None

    def label_of(self, command: str) -> str | None:
        """What a second `esc` does."""
        return "stop at once" if command == "stop" and self.stopping else None

    def action_command(self, name: str) -> None:
        """After the end `esc` means back, like everywhere."""
        super().action_command("back" if name == "stop" and self.over else name)

    def do_stop(self) -> None:
        """Stops the run after the action it is at; a second time, gives that one up as well."""
        self.stopping += 1
        now = self.stopping > 1
        self.work("Stopping", partial(self.session.runs.stop, self.run_id, now=now), lambda _: None, background=True)
        these = under_way(self.record)
        again = f"Stopping after {these}; {self.key_of('stop')} again aborts it."
        self.tell(f"Aborting {these}." if now else again)

    def do_follow(self) -> None:
        """Keeps the newest line of the log in sight, or lets it go."""
        self.following = not self.following
        self._follow()

    def do_detach(self) -> None:
        """Leaves; the run goes on by itself."""
        self.finish(
            f"Run {self.run_id} continues in the background: see it with H or `ksync runs watch {self.run_id}`."
        )

    def do_copy(self) -> None:
        """Copies the summary."""
        if self.record:
            words = [title(self.record), *closing(self.record), self.after]
            self.tell(self.host.copy_text("\n".join(filter(None, words))))

    async def _watch(self) -> None:
        cursor = 0
        while True:
            try:
                seen = await in_thread(partial(self.session.runs.watch, self.run_id, cursor))
            except KsyncError as error:
                self.tell_error(error)
                return
            if self not in self.app.screen_stack:  # it was left meanwhile
                return
            cursor = seen.cursor
            self._show(seen)
            if self.over:
                break
            await asyncio.sleep(POLL)
        self._ended()

    def _show(self, seen: RunProgress) -> None:
        self.record = seen.record
        self.rows = run_lines(seen.record, time.time())
        self.query_one("#actions", Lines).show(len(self.rows), self._draw_action)
        if seen.lines:
            self.log_lines = [*self.log_lines, *seen.lines][-MOST_LOG:]
            self._show_log(self._log_rows(seen.lines))
        self._follow()
        self.changed()

    def on_resize(self, event: events.Resize) -> None:
        """Long lines are broken anew; nothing of the log is cut off."""
        super().on_resize(event)
        self.call_after_refresh(self._break_log)

    def _break_log(self) -> None:
        self.log_rows = []
        self._show_log(self._log_rows(self.log_lines))

    def _show_log(self, more: Iterable[tuple[str, str]]) -> None:
        self.log_rows = [*self.log_rows, *more][-MOST_LOG:]
        self.query_one("#log", Lines).show(len(self.log_rows), self._draw_log)

    def _log_rows(self, lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        room = max(self.query_one("#log", Lines).size.width - WHOSE - 3, 10)
        for action, words in lines:
            whose = neutral(action.partition("/")[2])
            for part in broken(neutral(words), room):
                yield whose, part
                whose = ""

    def _follow(self) -> None:
        if not self.following:
            return
        self.query_one("#log", Lines).move_to(-1)
        at = next((at for at, row in enumerate(self.rows) if row.state == "running"), None)
        if at is not None:
            self.query_one("#actions", Lines).reveal(at)

    def _ended(self) -> None:
        if self.record is None:
            return
        self.query_one("#log", Lines).say_empty("No output.")
        self._show_end()
        if self.sync is not None:
            self.work("Planning again", partial(self._plan_again, self.sync), self._planned_again, background=True)

    def _plan_again(self, sync: Sync) -> tuple[Review, list[str]]:
        review = self.session.reviews.create(sync)
        return review, self.session.runs.came_back(self.run_id, review.plan)

    def _planned_again(self, found: tuple[Review, list[str]]) -> None:
        if self not in self.app.screen_stack:
            return
        review, back = found
        left = review.plan.pending
        self.after = f"planned again: {summary_of(review.plan) if left else 'nothing left'}"
        if back:
            self.after += f"\ndiffers again: {listed(list(map(short, back)))}"
        self._show_end()

    def _show_end(self) -> None:
        if self.record:
            lines = [_end(self.record, self.after), *([self.written] if self.written else [])]
            self.query_one("#end", Static).update(Text("\n").join(lines))

    def _draw_action(self, line: int, width: int) -> Text:
        row = self.rows[line]
        here = row.state == "running"
        head = ink("> " if here else "  ", "accent")
        head.append(f"{row.state:<9}", style(STATE_LOOK.get(row.state, "dim")))
        room = max(width - 11 - 12, 10)
        sign, _, rest = row.title.partition(" ")
        words = cut_middle(rest, room if not row.message else room // 2)
        head.append(f"{sign} ", style(SIGN_LOOK.get(sign, "plain"))).append(words)
        if row.message:
            head.append("  ").append(cut_end(row.message, room - len(words) - 4), style("dim"))
        head.append(" " * max(width - 11 - head.cell_len + 1, 1))
        return head.append(f"{row.time:>8}", style("dim"))

    def _draw_log(self, line: int, width: int) -> Text:
        whose, words = self.log_rows[line]
        return Text.assemble((f"  {pad(whose, WHOSE)} ", style("dim")), words)


def _end(record: RunRecord, after: str) -> Text:
    first, *rest = closing(record)
    look = style("bold" if record.state == "done" else "problem")
    lines = [Text(first, look), *(Text(text) for text in rest)]
    if after:
        lines.append(ink(after, "accent"))
    return Text("\n").join(lines)
