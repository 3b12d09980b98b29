"""What is wrong in a source: file, line, message, hint; from here into the file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.model.resource import Problem, Target
from ksync_tui.present.plain import problem_count
from ksync_tui.present.text import cut_end, cut_middle, neutral, pad
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.review_sides import path_of
from ksync_tui.tui.screens.listing import Listing
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.filter import FilterLine
from ksync_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from ksync_tui.services import Review

LOOKS = {"error": "problem", "warning": "update"}
MOST_PLACE = 40


class ProblemsScreen(Listing[bool]):
    """Answers whether the sources may have changed meanwhile."""

    place = "problems"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("problems")
    empty = "\nNo problems: everything in this source was understood."
    DEFAULT_CSS = "ProblemsScreen #more { height: auto; max-height: 40%; padding: 1 1 1 1; }"

    def __init__(self, review: Review) -> None:
        super().__init__()
        self.review = review
        self.problems: tuple[Problem, ...] = review.plan.problems
        self.shown = list(self.problems)
        self.edited = False

    def body(self) -> ComposeResult:
        """The list, and below it all about the one under the cursor."""
        yield Lines(id="list", empty=self.empty)
        yield Static(id="more")
        yield FilterLine()

    def on_mount(self) -> None:
        """Shows them."""
        self.fill()

    def where(self) -> Text:
        """The sync."""
        return Text.assemble((neutral(self.review.sync.name), style("head")), (" > problems", style("dim")))

    def counts(self) -> Text:
        """How many of which severity."""
        return ink(problem_count(self.problems), "bold")

    def disabled_reason(self, command: str) -> str | None:
        """The files are opened where they are files."""
        if command in ("open", "editor") and self._path() is None:
            return "This is not in a file on this machine."
        if command == "edit" and not (self._problem and self._problem.target):
            return "This problem belongs to no resource: open the file with E."
        return "No problems." if command == "filter" and not self.problems else None

    def do_open(self) -> None:
        """Opens the file at the line."""
        self.do_editor()

    def do_editor(self) -> None:
        """Opens the file at the line in $EDITOR."""
        path, problem = self._path(), self._problem
        if path and problem:
            self.edited = True
            self.edit_file(path, problem.place.line)

    def do_edit(self) -> None:
        """Edits the resource here, where the session allows it."""
        if self._problem and self._problem.target:
            self.request(requests.EditBlock(self.review, self._problem.target))

    def do_refresh(self) -> None:
        """Reads the source again."""
        self.work("Reading", partial(self.session.reviews.create, self.review.sync), self._read, background=True)

    def leave(self) -> None:
        """Back, with word whether to read again."""
        self.finish(self.edited)

    def fill(self) -> None:
        """Shows the problems that pass the filter."""
        words = self.words.casefold().split()
        self.shown = [problem for problem in self.problems if all(word in str(problem).casefold() for word in words)]
        self.items.show(len(self.shown), self._draw, key=self._key)
        self._more()

    @property
    def _problem(self) -> Problem | None:
        return self.shown[self.items.cursor] if self.items.cursor < len(self.shown) else None

    def _path(self) -> str | None:
        return path_of(self.review, self._problem.place.file) if self._problem else None

    def _key(self, line: int) -> tuple[str, Target | None, str]:
        problem = self.shown[line]
        return problem.place.file, problem.target, problem.message

    def _read(self, review: Review) -> None:
        self.review, self.problems, self.edited = review, review.plan.problems, True
        self.fill()

    def _more(self) -> None:
        problem = self._problem
        text = Text()
        if problem:
            text = Text.assemble((neutral(str(problem.place)), style("bold")), "\n", neutral(problem.message))
            if problem.hint:
                text.append(f"\n{neutral(problem.hint)}", style("accent"))
            if problem.places:
                text.append("\n" + neutral("  ".join(map(str, problem.places))), style("dim"))
        self.query_one("#more", Static).update(text)

    @on(Lines.Moved)
    def _pointed(self) -> None:
        self._more()

    def _draw(self, line: int, width: int) -> Text:
        problem = self.shown[line]
        room = min(MOST_PLACE, width // 2)
        place = pad(cut_middle(neutral(str(problem.place)), room), room)
        text = Text.assemble((f"! {problem.severity:<8} ", style(LOOKS[problem.severity])), (place, style("dim")), "  ")
        text.append(cut_end(neutral(problem.message), max(width - room - 13, 0)))
        return text
