"""The confirmation: the very steps of the run and the commit, and what must be typed where something is lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from ksync_tui.errors import KsyncError
from ksync_tui.model.plan import Action, Selection
from ksync_tui.present.confirm import Confirm, Step, confirm, file_step
from ksync_tui.present.text import cell_width, cut_end, cut_middle, neutral, pad
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import SIGN_LOOK, ink, style
from ksync_tui.tui.widgets.lines import Lines
from ksync_tui.tui.widgets.patch import one_line, push_line

if TYPE_CHECKING:
    from ksync_tui.services import Confirmation, FileChange
    from ksync_tui.services.commits import WriteDraft

BEFORE_NAME = 8
LEAST_REASON = 16


@dataclass(frozen=True, slots=True)
class Writes:
    """What goes into the files with the run: as it is written and committed, and of which actions it is."""

    draft: WriteDraft
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """What was begun: the number of the run, if any, what was written and committed, and why that was not done."""

    run: int | None
    written: str = ""
    refused: KsyncError | None = None


class ConfirmScreen(Page[Started]):
    """Shows a frozen selection, and what goes into the files; answers with what was begun."""

    place = "confirm"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("confirm")
    DEFAULT_CSS = """
    ConfirmScreen #title { height: 2; padding: 0 1; }
    ConfirmScreen #commit { height: auto; padding: 1 1 0 1; }
    ConfirmScreen #message { height: 1; padding: 0 1; }
    ConfirmScreen #message Static { width: auto; }
    ConfirmScreen #message Input { width: 1fr; margin: 0 1; }
    ConfirmScreen #deletes { height: auto; max-height: 40%; padding: 1 1 0 1; }
    ConfirmScreen #typed { margin: 0 2 1 2; }
    """

    def __init__(self, name: str, selection: Selection, note: str = "", writes: Writes | None = None) -> None:
        """`name` is what the selection is of; `note` says what the steps alone do not."""
        super().__init__()
        self.name_of = name
        self.selection = selection
        self.note = note
        self.writes = writes
        self.push = False
        self.opened = monotonic()
        self.confirmation: Confirmation
        self.shown: Confirm

    def body(self) -> ComposeResult:
        """Title, steps, the commit, what is deleted, where to type."""
        confirmation = self.confirmation = self.session.runs.confirmation(self.selection)
        shown = self.shown = self._said()
        yield Static(ink(shown.title, "bold"), id="title")
        yield Lines(id="steps")
        if self.writes:
            yield Static(self._commit(), id="commit")
        if self.writes and self.writes.draft.commit:
            with Horizontal(id="message"):
                yield Static(ink("message", "dim"))
                first = self.writes.draft.commit.message.partition("\n")[0]
                yield _field("commit-message", first)
        if shown.deletes or shown.question or self.note:
            yield Static(self._below(), id="deletes")
        if shown.question:
            yield _field("typed", placeholder=neutral(confirmation.expected))

    def _commit(self) -> Text:
        """Where the commit goes and what it holds, or why there is none."""
        if self.writes is None:
            return Text()
        draft = self.writes.draft
        files = one_line(draft.changes, 60)
        if draft.refused:
            why = neutral(str(draft.refused.why or draft.refused))
            return Text.assemble(("will be written, not committed  ", style("problem")), files, f"\n{why}")
        if draft.commit is None:
            return Text.assemble(("written, in no git repository  ", style("bold")), files)
        where, author = neutral(draft.commit.where), neutral(draft.commit.author)
        lines = [Text.assemble(("commit to ", style("bold")), (where, style("accent")), "   ", files)]
        lines.append(ink(f"author  {author}", "dim"))
        lines += [ink(neutral(note), "dim") for note in (*draft.commit.notes, *filter(None, [draft.commit.consent]))]
        lines += [ink(neutral(note), "dim") for change in draft.changes for note in change.notes]
        if draft.commit.upstream:
            lines.append(push_line(draft.commit, self.push))
        return Text("\n").join(lines)

    def _below(self) -> Text:
        """What is lost, and what the steps alone do not say."""
        ends = self.disabled_reason("removal") or f"{self.key_of('removal')} changes that."
        lines = [*_deletes(self.shown, ends), *([Text(neutral(self.note))] if self.note else [])]
        return Text("\n").join(lines)

    def _said(self) -> Confirm:
        where, asked = f"{self.session.engine} · {self.session.profile}", self.confirmation
        return confirm(self.selection, where, asked.kind, asked.expected, asked.why, self._written())

    def _written(self) -> list[tuple[str, Action]]:
        """What goes into the files, each with the file that it goes into."""
        if self.writes is None:
            return []
        files = {agreed.target: change.file for change in self.writes.draft.changes for agreed in change.agreed}
        return [(files.get(action.target, ""), action) for action in self.writes.actions]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All that is listed: what runs, what is written, the files that are committed."""
        return (*self.shown.steps, *self.shown.writes, *self._file_steps)

    @property
    def files(self) -> tuple[FileChange, ...]:
        """The files as they are committed, or written where there is no commit."""
        if self.writes is None:
            return ()
        draft = self.writes.draft
        return draft.commit.files if draft.commit else draft.changes

    @cached_property
    def _file_steps(self) -> tuple[Step, ...]:
        return tuple(file_step(change.file, change.added, change.removed) for change in self.files)

    def on_mount(self) -> None:
        """The typed word gets the keys where one is needed."""
        self.opened = monotonic()
        steps = self.steps
        names = min(max((cell_width(step.target) for step in steps), default=0), 60)
        self.query_one(Lines).show(len(steps), lambda line, width: _step(steps[line], names, width))
        self.query_one(Lines).focus()
        for field in self.query("#typed"):
            field.focus()

    def where(self) -> Text:
        """The sync."""
        return Text.assemble((neutral(self.name_of), style("head")), (" > confirm", style("dim")))

    def counts(self) -> Text:
        """How many run, and how many are written."""
        runs = [f"{len(self.selection):,} to run"] if self.selection else []
        written = [f"{len(self.shown.writes):,} to file"] if self.shown.writes else []
        return ink(" · ".join((*runs, *written)), "bold")

    def label_of(self, command: str) -> str | None:
        """What enter does where nothing runs."""
        if command != "confirm" or self.selection or self.writes is None:
            return None
        return "commit" if self.writes.draft.commit else "write"

    def disabled_reason(self, command: str) -> str | None:
        """Nothing destructive runs before the name or count is typed."""
        if command == "confirm" and not self._typed_right():
            typed = self.query_one("#typed", Input).value.strip() if self.is_mounted else ""
            return f"That is not {self.confirmation.expected}." if typed else self.shown.question
        if command == "confirm" and self._needs_message():
            return "Write a message first."
        if command == "removal" and self.selection.removal is None:
            return "Nothing that was deployed is deleted."
        if command == "removal" and len(self.session.runs.removals) < 2:
            return f"The {self.session.engine} engine has no other way."
        if command == "push" and not (self.writes and self.writes.draft.commit and self.writes.draft.commit.upstream):
            return "No remote to push to."
        if command == "step" and not self.steps:
            return "There are no steps to look at."
        return None

    def action_command(self, name: str) -> None:
        """Keys that were already held down when this opened are dropped for a moment."""
        if self._held() and name == "confirm":
            self.opened = self.host.type_ahead.typed_at
            return
        super().action_command(name)

    def do_step(self) -> None:
        """Shows the difference that the step under the cursor makes."""
        at = self.query_one(Lines).cursor
        if at < len(self.shown.steps):
            action = self.selection.plan.by_id[self.steps[at].id]
            self.request(requests.ShowStep(action, "live"))
            return
        actions = self.writes.actions if self.writes else ()
        at -= len(self.shown.steps)
        if at < len(actions):
            self.request(requests.ShowStep(actions[at], "file"))
        else:
            self.request(requests.ShowPatch(self.files[at - len(actions)]))

    def do_push(self) -> None:
        """Pushes after the commit, or not."""
        self.push = not self.push
        self.query_one("#commit", Static).update(self._commit())

    def do_removal(self) -> None:
        """Another end for the containers of what is deleted: the next one in turn."""
        turn = self.session.runs.removals
        now = self.selection.removal
        if now is not None:
            self.selection = self.selection.removing(turn[(turn.index(now) + 1) % len(turn)])
            self.shown = self._said()
            self.query_one("#deletes", Static).update(self._below())

    def do_confirm(self) -> None:
        """Freezes the selection into a run and starts it, then writes and commits; asks where the commit needs it."""
        commit = self.writes.draft.commit if self.writes else None
        if commit and commit.consent:
            self.host.ask(f"Commit all that is shown?\n\n{commit.consent}", self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        typed = "".join(field.value.strip() for field in self.query("#commit-message").results(Input))
        commit = self.writes.draft.commit if self.writes else None
        rest = commit.message.partition("\n")[2] if commit else ""
        message = "\n".join(filter(None, (typed, rest)))
        self.work("Starting", partial(self._start, message), self.finish)

    def _start(self, message: str) -> Started:
        """The run goes on whatever becomes of the commit, and the other way round."""
        run = self.session.runs.start(self.selection) if self.selection else None
        if self.writes is None:
            return Started(run)
        try:
            said = self.session.files.write_and_commit(self.writes.draft, message, push=self.push)
        except KsyncError as error:
            return Started(run, refused=error)
        return Started(run, said)

    def _held(self) -> bool:
        return self.host.type_ahead.typed_at - self.opened < self.host.held_keys

    def _typed_right(self) -> bool:
        if self.shown.question is None:
            return True
        return self.query_one("#typed", Input).value.strip() == self.confirmation.expected

    def _needs_message(self) -> bool:
        return any(not field.value.strip() for field in self.query("#commit-message").results(Input))

    @on(Input.Changed)
    def _typing(self) -> None:
        self.changed()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.entered("confirm")


def _field(name: str, value: str = "", placeholder: str = "") -> Input:
    field = Input(value, id=name, placeholder=placeholder, select_on_focus=False, compact=True)
    field.cursor_blink = False
    return field


def _step(step: Step, names: int, width: int) -> Text:
    """A step; its name is cut only where there is no room for it beside the beginning of its reason."""
    room = min(names, max(width - BEFORE_NAME - LEAST_REASON, 10))
    line = ink(f"{step.number or '':>3}  ", "dim")
    line.append(f"{step.sign} ", style(SIGN_LOOK.get(step.sign, "plain")))
    line.append(pad(cut_middle(step.target, room), room)).append("  ")
    return line.append(cut_end(step.reason, max(width - room - BEFORE_NAME - 2, 0)), style("dim"))


def _deletes(shown: Confirm, ends: str) -> list[Text]:
    """What is lost, what becomes of its containers, what is to be typed. `ends` says how that could be different."""
    lines = [Text.assemble(("- ", style("delete")), delete) for delete in shown.deletes]
    if shown.removal:
        lines.append(Text.assemble((shown.removal, style("bold")), (f" {ends}", style("dim"))))
    if shown.why:
        lines.append(Text(f"{shown.why}."))
    if shown.question:
        lines.append(ink(shown.question, "problem"))
    return lines
