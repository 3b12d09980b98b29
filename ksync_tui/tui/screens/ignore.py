"""Why a difference is left alone, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from ksync_tui.present.ignored import until_of, until_words
from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink

if TYPE_CHECKING:
    from ksync_tui.model.ignored import Until
    from ksync_tui.model.resource import Target

ENDS = ("change", "7d", "forever")
"""What the key turns through."""
HOW = "change, a date such as 2026-03-01, 3d, 2w, or forever"


class Decision(NamedTuple):
    """Until when, and why."""

    until: Until
    reason: str


class IgnoreScreen(Page[Decision]):
    """Answers with the decision; nothing when it was left."""

    place = "ignore"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("ignore")
    DEFAULT_CSS = """
    IgnoreScreen #question { padding: 1 2; height: auto; }
    IgnoreScreen .row { height: 1; }
    IgnoreScreen .row Static { width: 10; padding: 0 0 0 2; }
    IgnoreScreen .row Input { width: 1fr; }
    IgnoreScreen #means { padding: 1 2; height: auto; }
    """

    def __init__(self, target: Target, field: str) -> None:
        super().__init__()
        self.target = target
        self.field = field

    def body(self) -> ComposeResult:
        """What it is about, the two fields, what they mean."""
        what = f"{self.field} of {self.target}" if self.field else f"every difference of {self.target}"
        yield Static(Text(f"Leave {neutral(what)} as it is on both sides?"), id="question")
        for name, value, meaning in (("reason", "", "why, for whoever reads it later"), ("until", ENDS[0], HOW)):
            with Horizontal(classes="row"):
                yield Static(ink(name, "bold"))
                field = Input(value, placeholder=meaning, id=name, select_on_focus=False, compact=True)
                field.cursor_blink = False
                yield field
        yield Static(id="means")

    def on_mount(self) -> None:
        """The reason gets the keys."""
        self.query_one("#reason").focus()
        self._show_meaning()

    def where(self) -> Text:
        """What is being decided."""
        return ink("ignore a difference", "head")

    @property
    def until(self) -> Until | None:
        """The end that is typed; None where it is none."""
        return until_of(self.query_one("#until", Input).value, date.today())  # noqa: DTZ011 - a person's own day

    def disabled_reason(self, command: str) -> str | None:
        """An end needs to be one."""
        if command != "leave_alone" or not self.query("#until"):
            return None
        return None if self.until else f"Write {HOW}."

    def do_leave_alone(self) -> None:
        """Takes the decision."""
        if until := self.until:
            self.finish(Decision(until, self.query_one("#reason", Input).value))

    def do_turn_until(self) -> None:
        """The next of the usual ends."""
        field = self.query_one("#until", Input)
        at = ENDS.index(field.value) + 1 if field.value in ENDS else 0
        field.value = ENDS[at % len(ENDS)]

    @on(Input.Changed)
    def _show_meaning(self) -> None:
        until = self.until
        said = f"It is hidden {until_words(until)}, counted, and listed by `ksync ignored`." if until else ""
        self.query_one("#means", Static).update(ink(said or f"Write {HOW}.", "dim" if until else "problem"))
        self.changed()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.entered("leave_alone")
