"""The editor of one resource's block; the rest of the file stays in sight, dimmed."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static, TextArea

from ksync_tui.errors import KsyncError
from ksync_tui.model.resource import Problem
from ksync_tui.model.text import lines_of
from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.background import in_thread, start
from ksync_tui.tui.completion import Completion, complete
from ksync_tui.tui.screens.base import Page, error_text
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.block import BlockArea
from ksync_tui.tui.widgets.frame import KeyLine, Notice, TopLine

if TYPE_CHECKING:
    from ksync_tui.services import Review
    from ksync_tui.services.blocks import BlockDraft

AROUND = 3
"""Lines of the file shown above and below the block."""

SETTLE = 0.3
"""Seconds without typing after which the block is checked."""

MOST_PROBLEMS = 4
MOST_FOUND = 12


class EditorScreen(Page[str]):
    """Answers with a sentence when something was written."""

    place = "editor"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("editor")
    DEFAULT_CSS = """
    EditorScreen .around { height: auto; }
    EditorScreen #problems { height: auto; max-height: 40%; padding: 0 1; }
    """

    def __init__(self, review: Review, draft: BlockDraft) -> None:
        super().__init__()
        self.review = review
        self.draft = draft
        self.problems: tuple[Problem, ...] = ()

    def body(self) -> ComposeResult:
        """The lines above, the block, the lines below, the problems."""
        yield Static(id="above", classes="around")
        yield BlockArea(self.draft.text, self.draft.first_line)
        yield Static(id="below", classes="around")
        yield Static(id="problems")

    def on_mount(self) -> None:
        """The block gets the keys, and is checked as it stands."""
        self.area.focus()
        self._fit()
        self._check_soon()

    @property
    def area(self) -> BlockArea:
        """The block."""
        return self.query_one(BlockArea)

    @property
    def dirty(self) -> bool:
        """Whether something would be lost."""
        return bool(self.area.text != self.draft.text)

    def where(self) -> Text:
        """Which resource, in which file."""
        return Text.assemble(
            ("edit ", style("dim")), (neutral(str(self.draft.target)), style("head")),
            (f"   {neutral(self.draft.file)}:{self.draft.first_line}", style("dim")),
        )  # fmt: skip

    def counts(self) -> Text:
        """Whether it differs from the file."""
        return ink("changed", "update") if self.is_mounted and self.dirty else Text()

    def loss(self) -> str | None:
        """An edit that is not saved would be lost."""
        return f"The edit of {self.draft.target} is not saved." if self.dirty else None

    def disabled_reason(self, command: str) -> str | None:
        """Saving needs a change."""
        if command == "save" and self.is_mounted and not self.dirty:
            return "No changes to save."
        return None

    def do_save(self) -> None:
        """Shows what saving would change in the file, then writes it."""
        call = partial(self.session.files.edits_of, self.review, self.draft, self.area.text)
        self.work("Comparing", call, lambda change: self.request(requests.SaveBlock(change)))

    def do_cancel(self) -> None:
        """Leaves; asks when something would be lost."""
        if loss := self.loss():
            self.host.ask(f"{loss}\n\nDiscard it?", lambda: self.finish(None))
        else:
            self.finish(None)

    def do_complete(self) -> None:
        """Completes the key or name before the cursor, or shows what it could become."""
        kind, before = self.draft.target.kind, self.area.before_cursor()
        session = self.session
        self.work(
            "Looking up names",
            lambda: complete(kind, before, session.files.names, session.files.keys(kind)),
            self._completed,
        )

    def _completed(self, found: Completion) -> None:
        if not found.found:
            self.area.insert("  " if not found.typed else "")
            return
        self.area.insert(found.common[len(found.typed) :])
        if len(found.found) > 1:
            more = f"  and {len(found.found) - MOST_FOUND} more" if len(found.found) > MOST_FOUND else ""
            self.tell("  ".join(found.found[:MOST_FOUND]) + more)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self.changed()
        self._fit()
        self._check_soon()

    def on_resize(self, event: events.Resize) -> None:
        """More or less of the rest of the file fits."""
        super().on_resize(event)
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """The block takes the lines it has, so that the rest of the file follows right below.

        What does not fit beside it is not shown: the first line below must be the one after the block's last.
        """
        lines = self.area.document.line_count
        self.area.styles.max_height = lines + 1
        others = (self.query_one(kind) for kind in (TopLine, Notice, KeyLine, "#problems"))
        room = self.size.height - sum(other.size.height for other in others) - (lines + 1)
        below = min(max(room, 0), AROUND)
        above = min(max(room - below, 0), AROUND)
        digits = len(str(self.draft.first_line + lines - 1))
        self.query_one("#above", Static).update(_around(_above(self.draft, above), digits))
        self.query_one("#below", Static).update(_around(_below(self.draft, lines)[:below], digits))

    def _check_soon(self) -> None:
        start(self, self._check, group="check", exclusive=True)

    async def _check(self) -> None:
        await asyncio.sleep(SETTLE)
        if not self.query(BlockArea):
            return  # the screen is being left
        try:
            call = partial(self.session.files.check, self.review, self.draft, self.area.text)
            self.problems = await in_thread(partial(self.host.in_turn, call))
        except KsyncError as error:
            shown = error_text(error)
        else:
            shown = _problem_lines(self.problems)
        for below in self.query("#problems").results(Static):
            below.update(shown)
            self.call_after_refresh(self._fit)


def _above(draft: BlockDraft, most: int) -> list[tuple[int, str]]:
    """The last lines before the block, with their numbers in the file."""
    found = [*enumerate(lines_of(draft.above), 1)]
    return found[len(found) - most :] if most < len(found) else found


def _below(draft: BlockDraft, lines: int) -> list[tuple[int, str]]:
    """The first lines after the block, which has so many; its own last line ends at the first line break."""
    return [*enumerate(lines_of(draft.below)[1:], draft.first_line + lines)][:AROUND]


def _around(lines: list[tuple[int, str]], width: int) -> Text:
    """Lines of the rest of the file; their numbers take as many cells as the block's."""
    texts = (f"{number:>{width}}  {neutral(line)}" for number, line in lines)
    return Text("\n").join(ink(line, "dim") for line in texts)


def _problem_lines(problems: tuple[Problem, ...]) -> Text:
    lines = []
    for problem in problems[:MOST_PROBLEMS]:
        hint = f" ({problem.hint})" if problem.hint else ""
        words = neutral(f"{problem.place.line}: {problem.message}{hint}")
        look = "problem" if problem.severity == "error" else "update"
        lines.append(Text.assemble(("! ", style(look)), words))
    if len(problems) > MOST_PROBLEMS:
        lines.append(ink(f"  and {len(problems) - MOST_PROBLEMS} more", "dim"))
    return Text("\n").join(lines)
