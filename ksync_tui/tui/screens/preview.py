"""What writing would change, before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.patch import PatchView, one_line

if TYPE_CHECKING:
    from ksync_tui.services import FileChange


class PreviewScreen(Page[bool]):
    """The difference of the files; `enter` writes them."""

    place = "preview"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("preview")
    DEFAULT_CSS = "PreviewScreen #notes { height: auto; max-height: 30%; padding: 1 1 0 1; }"

    def __init__(self, changes: Sequence[FileChange]) -> None:
        super().__init__()
        self.changes = changes

    def body(self) -> ComposeResult:
        """The difference."""
        yield PatchView(self.changes)
        if notes := [note for change in self.changes for note in change.notes]:
            yield Static(Text("\n").join(ink(neutral(note), "dim") for note in notes), id="notes")

    def where(self) -> Text:
        """What would be written."""
        return Text.assemble(("Write ", style("head")), one_line(self.changes, 60))

    def do_agree(self) -> None:
        """Yes, write it."""
        self.finish(True)

    def do_cancel(self) -> None:
        """No, leave the files as they are."""
        self.finish(False)
