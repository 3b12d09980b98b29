"""What is under the cursor: its head, its difference, and in words what it would bring about."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from ksync_tui.model.plan import Action, Direction
from ksync_tui.model.secrets import Redactor
from ksync_tui.present.diff import DiffRow, diff
from ksync_tui.present.text import cut_middle, neutral
from ksync_tui.present.views import TITLES, towards
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.diff import DiffView
from ksync_tui.tui.widgets.lines import Lines

KEPT = 8
"""Differences that are kept."""


class SteadyWords(Lines, can_focus=False):
    """Sentences in a room of a fixed height: only the lines that read differently are painted."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id, pointing=False)
        self._text = Text()

    def update(self, text: Text) -> None:
        """Other sentences."""
        self._text = text
        wrapped = text.wrap(self.app.console, max(self.size.width, 1))
        self.count, self._draw = len(wrapped), lambda line, width: wrapped[line].copy()
        self.measure()
        self.repaint()

    def on_resize(self) -> None:
        """Sentences are broken anew."""
        super().on_resize()
        self.update(self._text)


class Detail(Vertical):
    """The right pane of a wide review, and the whole of a narrow diff.

    A steady one keeps the room of its words, whatever they are: nothing moves, and nothing is laid out again.
    """

    DEFAULT_CSS = """
    Detail { width: 1fr; height: 1fr; }
    Detail #head { height: 1; }
    Detail #titles { height: 1; }
    Detail #words { height: auto; max-height: 40%; padding: 1 0 0 0; }
    Detail.-steady #words { height: 8; }
    """

    def __init__(self, *, steady: bool = False) -> None:
        super().__init__(classes="-steady" if steady else "")
        self.steady = steady
        self.action: Action | None = None
        self.direction: Direction = "live"
        self._said_titles = Text()
        self._kept: deque[tuple[Action, Redactor, Sequence[DiffRow]]] = deque(maxlen=KEPT)

    def compose(self) -> ComposeResult:
        """Head, column titles, difference, words."""
        yield Static(id="head")
        yield Static(id="titles")
        yield DiffView(id="diff")
        yield SteadyWords(id="words") if self.steady else Static(id="words")

    @property
    def view(self) -> DiffView:
        """The difference."""
        return self.query_one(DiffView)

    def show(self, action: Action | None, direction: Direction, words: Text, redact: Redactor) -> None:
        """Shows an action, or only words where there is none."""
        keep = action is not None and self.action is not None and action.id == self.action.id
        self.action, self.direction = action, direction
        self.query_one("#head", Static).update(self._head(), layout=False)
        self.view.show_rows(towards(self._compared(action, redact), direction) if action else (), keep=keep)
        if (titles := self._titles()) != self._said_titles:
            self._said_titles = titles
            self.query_one("#titles", Static).update(titles, layout=False)
        if self.steady:
            self.query_one(SteadyWords).update(words)
        else:
            self.query_one("#words", Static).update(words)

    def _compared(self, action: Action, redact: Redactor) -> Sequence[DiffRow]:
        """The difference; those looked at last are kept, as a large text takes a second to compare."""
        rows = next((rows for one, mask, rows in self._kept if one is action and mask is redact), None)
        if rows is None:
            rows = diff(action, redact)
            self._kept.append((action, redact, rows))
        return rows

    def switch(self) -> None:
        """Side by side or unified."""
        self.view.switch()
        self.query_one("#titles", Static).update(self._titles())

    def on_resize(self) -> None:
        """The titles stand over their columns."""
        self.query_one("#head", Static).update(self._head())
        self.call_after_refresh(lambda: self.query_one("#titles", Static).update(self._titles()))

    def _head(self) -> Text:
        if self.action is None:
            return Text()
        same = self.action.verb == "update" and not self.action.changes
        verb = "as declared" if same else "write" if self.direction == "file" else self.action.verb
        place = self.action.place
        left = Text.assemble(
            (neutral(str(self.action.target)), style("head")), ("  ", ""), (verb, style(self.action.verb))
        )
        where = neutral(f"{place.file}:{place.line}") if place else ""
        where = cut_middle(where, max(self.size.width - left.cell_len - 3, 0))
        return Text.assemble(left, "   ", (where, style("dim")), no_wrap=True)

    def _titles(self) -> Text:
        left, right = TITLES[self.direction]
        if self.action is None:
            return Text()
        if not self.view.side:
            return Text.assemble("  ", (f"- {left}", style("delete")), "   ", (f"+ {right}", style("create")))
        room = self.view.column() + self.view.numbers
        return Text.assemble(
            (f"  {left:<{room}}", style("dim")), (" │ ", style("dim")), (right, style("dim")), no_wrap=True
        )
