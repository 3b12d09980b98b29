"""A difference on the whole screen, whatever it is opened from."""

from __future__ import annotations

from textual.app import ComposeResult

from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.widgets.detail import Detail


class DifferencePage(Page[None]):
    """Shows one difference, and moves in it."""

    def body(self) -> ComposeResult:
        """The difference and its words."""
        yield Detail()

    @property
    def detail(self) -> Detail:
        """The difference and its words."""
        return self.query_one(Detail)

    def label_of(self, command: str) -> str | None:
        """What the layout key would give."""
        return ("unified" if self.detail.view.side else "side by side") if command == "layout" else None

    def do_layout(self) -> None:
        """Side by side or unified."""
        self.detail.switch()

    def do_next_change(self) -> None:
        """Next change."""
        if not self.detail.view.jump(1):
            self.tell("No further change below.")

    def do_previous_change(self) -> None:
        """Previous change."""
        if not self.detail.view.jump(-1):
            self.tell("No further change above.")
