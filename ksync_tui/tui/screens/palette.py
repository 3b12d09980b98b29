"""All commands of a screen, to find one by its words."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.screens.find import FindScreen
from ksync_tui.tui.theme import style

LEFT_OUT = ("down", "up", "top", "bottom", "page_down", "page_up", "next_pane", "previous_pane", "palette", "open")


class PaletteScreen(FindScreen[keymap.Command, str]):
    """Only what works now is offered."""

    asks = "command"
    none = "No command matches."

    def __init__(self, page: Page[Any]) -> None:
        super().__init__()
        self.page = page

    def where(self) -> Text:
        """Commands of which screen."""
        return Text.assemble(("commands", style("head")), (f" > {self.page.place}", style("dim")))

    def entries(self) -> list[keymap.Command]:
        """The commands that work on that screen now."""
        every = self.keys.on(self.page.place)
        return [item for item in every if item.id not in LEFT_OUT and self.page.disabled_reason(item.id) is None]

    def words_of(self, entry: keymap.Command) -> str:
        """Label and help."""
        return f"{entry.label} {entry.help}"

    def drawn(self, entry: keymap.Command) -> Text:
        """Key and help."""
        return Text.assemble((f"{entry.key:<8}", style("accent")), entry.help)

    def answer(self, entry: keymap.Command) -> str:
        """Its id."""
        return entry.id
