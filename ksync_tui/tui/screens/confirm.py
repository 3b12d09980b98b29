"""The confirmation: the very steps of the run, and what must be typed where something is lost."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from ksync_tui.model.plan import Selection
from ksync_tui.present.confirm import Confirm, Step, confirm
from ksync_tui.present.text import cut_end, cut_middle, neutral, pad
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from ksync_tui.services import Confirmation

SIGN_LOOK = {"+": "create", "~": "update", "-": "delete", ">": "rename", "*": "deploy", "$": "deploy"}
MOST_TARGET = 36


class ConfirmScreen(Page[int]):
    """Shows a frozen selection; answers with the number of the run that was started."""

    place = "confirm"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("confirm")
    DEFAULT_CSS = """
    ConfirmScreen #title { height: 2; padding: 0 1; }
    ConfirmScreen #deletes { height: auto; max-height: 40%; padding: 1 1 0 1; }
    ConfirmScreen #ask { height: 1; padding: 0 1; layout: horizontal; }
    ConfirmScreen Input { margin: 0 2 1 2; }
    """

    def __init__(self, name: str, selection: Selection, note: str = "") -> None:
        """`name` is what the selection is of; `note` says what the steps alone do not."""
        super().__init__()
        self.name_of = name
        self.selection = selection
        self.note = note
        self.opened = monotonic()
        self.confirmation: Confirmation
        self.shown: Confirm

    def body(self) -> ComposeResult:
        """Title, steps, what is deleted, where to type."""
        confirmation = self.confirmation = self.session.runs.confirmation(self.selection)
        shown = self.shown = self._said()
        yield Static(ink(shown.title, "bold"), id="title")
        yield Lines(id="steps", pointing=False)
        if shown.deletes or shown.question or self.note:
            yield Static(self._below(), id="deletes")
        if shown.question:
            field = Input(id="typed", placeholder=neutral(confirmation.expected), compact=True)
            field.cursor_blink = False
            yield field

    def _below(self) -> Text:
        """What is lost, and what the steps alone do not say."""
        ends = self.disabled_reason("removal") or f"{self.key_of('removal')} changes that."
        lines = [*_deletes(self.shown, ends), *([Text(neutral(self.note))] if self.note else [])]
        return Text("\n").join(lines)

    def _said(self) -> Confirm:
        where = f"{self.session.engine} · {self.session.profile}"
        return confirm(self.selection, where, self.confirmation.kind, self.confirmation.expected, self.confirmation.why)

    def on_mount(self) -> None:
        """The typed word gets the keys where one is needed."""
        self.opened = monotonic()
        steps = self.shown.steps
        self.query_one(Lines).show(len(steps), lambda line, width: _step(steps[line], width))
        self.query_one(Lines).focus()
        for field in self.query(Input):
            field.focus()

    def where(self) -> Text:
        """The sync."""
        return Text.assemble((neutral(self.name_of), style("head")), (" > confirm", style("dim")))

    def counts(self) -> Text:
        """How many run."""
        return ink(f"{len(self.selection):,} to run", "bold")

    def disabled_reason(self, command: str) -> str | None:
        """Nothing destructive runs before the name or count is typed."""
        if command == "confirm" and not self._typed_right():
            return self.shown.question
        if command == "removal" and self.selection.removal is None:
            return "Nothing that was deployed is deleted."
        if command == "removal" and len(self.session.runs.removals) < 2:
            return f"The {self.session.engine} engine has no other way."
        return None

    def action_command(self, name: str) -> None:
        """Keys that were already held down when this opened are dropped for a moment."""
        if self._held() and name == "confirm":
            self.opened = self.host.type_ahead.typed_at
            return
        super().action_command(name)

    def do_removal(self) -> None:
        """Another end for the containers of what is deleted: the next one in turn."""
        turn = self.session.runs.removals
        now = self.selection.removal
        if now is not None:
            self.selection = self.selection.removing(turn[(turn.index(now) + 1) % len(turn)])
            self.shown = self._said()
            self.query_one("#deletes", Static).update(self._below())

    def do_confirm(self) -> None:
        """Freezes the selection into a run and starts it."""
        self.work("Starting the run", partial(self.session.runs.start, self.selection), self.finish)

    def _held(self) -> bool:
        return self.host.type_ahead.typed_at - self.opened < self.host.held_keys

    def _typed_right(self) -> bool:
        if self.shown.question is None:
            return True
        return self.query_one(Input).value.strip() == self.confirmation.expected

    @on(Input.Changed)
    def _typing(self) -> None:
        self.changed()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.entered("confirm")


def _step(step: Step, width: int) -> Text:
    look = style(SIGN_LOOK.get(step.sign, "plain"))
    room = min(MOST_TARGET, max(width - 20, 10))
    line = ink(f" {step.number or '':>3}  ", "dim")
    line.append(f"{step.sign} ", look).append(pad(cut_middle(step.target, room), room)).append("  ")
    return line.append(cut_end(step.reason, max(width - room - 10, 0)), style("dim"))


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
