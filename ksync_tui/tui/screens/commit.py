"""The commit of what was written: message, author, difference."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.patch import PatchView, one_line, push_line

if TYPE_CHECKING:
    from ksync_tui.services.commits import CommitDraft


class CommitScreen(Page[str]):
    """Answers with the sentence that says what was committed; nothing when it was left."""

    place = "commit"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("commit")
    DEFAULT_CSS = """
    CommitScreen #row { height: 1; margin: 0 0 1 0; }
    CommitScreen #row Static { width: auto; }
    CommitScreen #row Input { width: 1fr; }
    CommitScreen #push { height: 1; margin: 1 0 0 0; }
    CommitScreen #notes { height: auto; max-height: 30%; padding: 1 1 0 1; }
    """

    def __init__(self, draft: CommitDraft, written: str) -> None:
        super().__init__()
        self.draft = draft
        self.written = written
        self.push = False

    def body(self) -> ComposeResult:
        """Message, author, difference, notes."""
        first, _, self.rest = self.draft.message.partition("\n")
        yield Static(ink(f" author   {neutral(self.draft.author)}", "dim"), id="author")
        with Horizontal(id="row"):
            yield Static(ink(" message  ", "dim"))
            field = Input(first, select_on_focus=False, compact=True)
            field.cursor_blink = False
            yield field
        yield PatchView(self.draft.files)
        notes = [*self.draft.notes, *([self.draft.consent] if self.draft.consent else [])]
        if self.draft.upstream:
            yield Static(id="push")
        if notes:
            yield Static(Text("\n").join(ink(neutral(note), "dim") for note in notes), id="notes")

    def on_mount(self) -> None:
        """The message gets the keys; what was written is said."""
        self.query_one(Input).focus()
        self._show_push()
        self.tell(self.written)

    def where(self) -> Text:
        """Where the commit goes, and what is in it."""
        return Text.assemble(("Commit to ", style("head")), (neutral(self.draft.where), style("accent")))

    def counts(self) -> Text:
        """Files and lines."""
        return ink(one_line(self.draft.files, 40), "bold")

    def disabled_reason(self, command: str) -> str | None:
        """A commit needs a message."""
        if command == "commit" and not self.query_one(Input).value.strip():
            return "Write a message first."
        if command == "push" and not self.draft.upstream:
            return "This sync always pushes." if self.draft.goes_elsewhere else "No remote to push to."
        return None

    def do_push(self) -> None:
        """Pushes after the commit, or not."""
        self.push = not self.push
        self._show_push()

    def _show_push(self) -> None:
        if self.draft.upstream:
            self.query_one("#push", Static).update(Text.assemble(" ", push_line(self.draft, self.push)))

    def do_commit(self) -> None:
        """Makes the commit, after consent where it is asked for."""
        if self.draft.consent:
            self.host.ask(f"Commit all that is shown?\n\n{self.draft.consent}", self._commit)
        else:
            self._commit()

    def do_cancel(self) -> None:
        """Leaves; where files were written, asks what is to become of them."""
        if self.draft.goes_elsewhere:
            self.finish(None)
        else:
            self.request(requests.SettleUncommitted(self.draft.changes))

    def _commit(self) -> None:
        message = "\n".join(filter(None, (self.query_one(Input).value.strip(), self.rest)))
        self.work("Committing", partial(self.session.files.commit, self.draft, message, push=self.push), self.finish)

    @on(Input.Changed)
    def _typing(self) -> None:
        self.changed()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.entered("commit")
