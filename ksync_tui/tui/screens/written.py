"""What becomes of files that were written when their commit is not made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.present.text import count, listed, neutral, sentence
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page, error_text
from ksync_tui.tui.theme import style

if TYPE_CHECKING:
    from ksync_tui.errors import KsyncError
    from ksync_tui.services import FileChange


class WrittenScreen(Page[str]):
    """Both ways on: leave the files written, or put them back. Answers with what was done; with nothing on `esc`."""

    place = "written"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("written")
    DEFAULT_CSS = "WrittenScreen Static { padding: 2 2; height: 1fr; }"

    def __init__(self, changes: Sequence[FileChange], refused: KsyncError | None = None) -> None:
        """`refused` is why no commit can be made now."""
        super().__init__()
        self.changes = changes
        self.refused = refused

    def body(self) -> ComposeResult:
        """The state of the files, and the two ways on."""
        names = listed([neutral(change.file) for change in self.changes])
        leave, back, cancel = map(self.key_of, ("leave_written", "put_back", "cancel"))
        commit = self.key_of("commit_written")
        refused = Text.assemble(error_text(self.refused), "\n\n") if self.refused else Text()
        yield Static(
            Text.assemble(
                refused,
                (f"Written, not committed: {names}", style("bold")),
                f"\n\n{leave:<5}  leave it written; {commit} in the review or the list of syncs commits it later"
                f"\n{back:<5}  put it back as it was before"
                f"\n{cancel:<5}  {'leave it written' if self.refused else 'back to the commit'}",
            )
        )

    def where(self) -> Text:
        """What this is about."""
        return Text("Commit", style("head"))

    def do_leave_written(self) -> None:
        """Leaves the files as they are."""
        self.finish(
            f"{count(len(self.changes), 'file')} written, not committed: {self.key_of('commit_written')} commits."
        )

    def do_put_back(self) -> None:
        """Makes the files what they were."""
        put_back = partial(self.session.files.put_back, self.changes)
        self.work("Putting back", put_back, lambda said: self.finish(sentence(said)))
