"""The difference of one step of a confirmation, on the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from ksync_tui.model.secrets import Redactor
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.detail import Detail

if TYPE_CHECKING:
    from ksync_tui.model.plan import Action, Direction


class StepScreen(Page[None]):
    """Opened over a confirmation; nothing can be chosen here any more."""

    place = "step"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("step")

    def __init__(self, action: Action, direction: Direction) -> None:
        super().__init__()
        self.action = action
        self.direction = direction

    def body(self) -> ComposeResult:
        """The difference."""
        yield Detail()

    @property
    def detail(self) -> Detail:
        """The difference."""
        return self.query_one(Detail)

    def on_mount(self) -> None:
        """Shows it."""
        self.detail.view.focus()
        self.work("Reading", self.session.redactor, self._show)

    def where(self) -> Text:
        """What is being confirmed."""
        return Text.assemble(
            ("confirm > step   ", style("dim")), ("to file" if self.direction == "file" else "to live")
        )

    def label_of(self, command: str) -> str | None:
        """What the layout key would give."""
        return ("unified" if self.detail.view.side else "side by side") if command == "layout" else None

    def do_layout(self) -> None:
        """Side by side or unified."""
        self.detail.switch()

    def do_next_change(self) -> None:
        """Next change."""
        self.detail.view.jump(1)

    def do_previous_change(self) -> None:
        """Previous change."""
        self.detail.view.jump(-1)

    def _show(self, redact: Redactor) -> None:
        self.detail.show(self.action, self.direction, Text(), redact)
