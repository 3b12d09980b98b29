"""What writing would change, before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.patch import PatchView, one_line

if TYPE_CHECKING:
    from ksync_tui.session import FileChange


class PreviewScreen(Page[bool]):
    """The difference of the files; `enter` writes them."""

    place = "preview"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("preview")

    def __init__(self, changes: Sequence[FileChange]) -> None:
        super().__init__()
        self.changes = changes

    def body(self) -> ComposeResult:
        """The difference."""
        yield PatchView(self.changes)

    def where(self) -> Text:
        """What would be written."""
        return Text.assemble(("Write ", style("head")), one_line(self.changes, 60))

    def do_agree(self) -> None:
        """Yes, write it."""
        self.finish(True)

    def do_cancel(self) -> None:
        """No, leave the files as they are."""
        self.finish(False)
