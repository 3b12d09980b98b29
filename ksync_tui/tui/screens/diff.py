"""The difference of one action on the whole screen; the list below stays where it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.difference import DifferencePage
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.diff import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ksync_tui.model.secrets import Redactor
    from ksync_tui.tui.screens.review import ReviewScreen


FROM_LIST = ("tick", "to_live", "to_file", "ignore", "container_log", "edit", "editor")
"""Commands that work here where they work in the list."""


class DiffScreen(DifferencePage):
    """Opened over a review; ticking here ticks there."""

    place = "diff"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("diff")

    def __init__(self, review: ReviewScreen) -> None:
        super().__init__()
        self.review = review

    def on_mount(self) -> None:
        """Shows what is under the review's cursor."""
        self.detail.view.focus()
        self._show()

    def where(self) -> Text:
        """The sync, and whether this action is ticked."""
        mark = self.review.mark
        return Text.assemble(
            (neutral(self.review.sync.name), style("head")), (" > review > diff   ", style("dim")), mark
        )

    def counts(self) -> Text:
        """Pending and ticked."""
        return self.review.counts()

    def label_of(self, command: str) -> str | None:
        """What the layout key would give."""
        if command == "ignore":
            return self.review.label_of(command)
        return super().label_of(command)

    def disabled_reason(self, command: str) -> str | None:
        """What cannot be chosen in the list cannot be chosen here."""
        return self.review.disabled_reason(command) if command in FROM_LIST else None

    def do_container_log(self) -> None:
        """Shows the log of the resource's containers."""
        self.review.do_container_log()

    def do_tick(self) -> None:
        """Ticks what is shown."""
        self._choose(self.review.do_tick)

    def do_to_live(self) -> None:
        """Takes the file's side of it."""
        self._choose(self.review.do_to_live)

    def do_to_file(self) -> None:
        """Takes live's side of it."""
        self._choose(self.review.do_to_file)

    def do_secrets(self) -> None:
        """Shows what only looks like a secret, or hides it again."""
        self.review.shows_secrets = not self.review.shows_secrets
        shown = self.review.shows_secrets
        self.tell("Values that look like secrets are shown." if shown else "They are hidden again.")
        self.work("Reading", partial(self.session.redactor, looks=not shown), self._mask)

    def _mask(self, redact: Redactor) -> None:
        self.review.redact = redact
        self._show()

    def do_ignore(self) -> None:
        """Leaves it alone, or no longer; the list shows what came of it."""
        self.finish(None)
        self.review.do_ignore()

    def do_edit(self) -> None:
        """Opens the resource in the editor of the app; the list shows what came of it."""
        self.finish(None)
        self.review.do_edit()

    def do_editor(self) -> None:
        """Opens the file at its line in $EDITOR; the list shows what came of it."""
        self.finish(None)
        self.review.do_editor()

    def _choose(self, choose: Callable[[], None]) -> None:
        choose()
        if self.review.note:
            self.tell(self.review.note)
        self._show()
        self.changed()

    def do_next_line(self) -> None:
        """The next difference of the list."""
        self.review.outline.move_entry(1)
        self._show()
        self.changed()

    def do_previous_line(self) -> None:
        """The difference before it in the list."""
        self.review.outline.move_entry(-1)
        self._show()
        self.changed()

    def do_zoom(self) -> None:
        """Back to list and difference."""
        self.finish(None)

    def do_copy(self) -> None:
        """Copies the difference."""
        self.tell(self.host.copy_text(plain_text(self.detail.view.rows)))

    def _show(self) -> None:
        if self.review.side:
            review = self.review
            self.detail.show(review.here.shown, review.direction, review.words, review.redact)
