"""The difference of one step of a confirmation, on the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from ksync_tui.model.secrets import Redactor
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.difference import DifferencePage
from ksync_tui.tui.theme import style

if TYPE_CHECKING:
    from ksync_tui.model.plan import Action, Direction


class StepScreen(DifferencePage):
    """Opened over a confirmation; nothing can be chosen here any more."""

    place = "step"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("step")

    def __init__(self, action: Action, direction: Direction) -> None:
        super().__init__()
        self.action = action
        self.direction = direction

    def on_mount(self) -> None:
        """Shows it."""
        self.detail.view.focus()
        self.work("Reading", self.session.redactor, self._show)

    def where(self) -> Text:
        """What is being confirmed."""
        return Text.assemble(
            ("confirm > step   ", style("dim")), ("to file" if self.direction == "file" else "to live")
        )

    def _show(self, redact: Redactor) -> None:
        self.detail.show(self.action, self.direction, Text(), redact)
