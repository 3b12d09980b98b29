"""A form: fields to type in, each with what is wrong about it, and switches to turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from ksync_tui.errors import KsyncError
from ksync_tui.present.text import neutral
from ksync_tui.tui.background import in_thread, start
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink
from ksync_tui.tui.widgets.switch import Switch

Result = TypeVar("Result")

SETTLE = 0.15
"""Seconds without typing after which what was typed is checked."""

InputField = tuple[str, str]
"""What is typed, and what it means."""


class Form(Page[Result], Generic[Result]):
    """Fields and switches. `saves` is the command that takes them."""

    saves: ClassVar[str] = ""
    switches: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """Id, name on the screen, meaning."""
    DEFAULT_CSS = """
    Form #form { height: 1fr; overflow-y: auto; scrollbar-size-vertical: 1; padding: 1 0 0 0; }
    Form .row { height: 1; }
    Form .row Static { width: 8; padding: 0 0 0 2; }
    Form .row Input { width: 1fr; }
    Form .problem { height: 1; padding: 0 0 0 8; }
    Form #warning { height: auto; padding: 1 2 0 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.problems: dict[str, str] = {}
        self._settling: Timer | None = None

    def typed(self) -> tuple[InputField, ...]:
        """What is typed; the first field has the keys at first."""
        return ()

    def first(self) -> Mapping[str, Any]:
        """What stands in the fields and switches at first."""
        return {}

    def checks(self) -> Mapping[str, Callable[[str], str | None]]:
        """What tells why a field is not right, by the field."""
        return {}

    def consequence(self) -> str:
        """What follows from the fields and switches as they are, in a sentence, or nothing."""
        return ""

    def body(self) -> ComposeResult:
        """The fields, each with room for its problem, then the switches and what they bring about."""
        first = self.first()
        with Vertical(id="form"):
            for name, meaning in self.typed():
                with Horizontal(classes="row"):
                    yield Static(ink(name.replace("_", " "), "bold"))
                    yield _field(name, meaning, first.get(name, ""))
                yield Static(id=f"{name}-problem", classes="problem")
            for name, words, meaning in self.switches:
                yield Switch(words, meaning, id=name, on=bool(first.get(name)))
            yield Static(id="warning")

    def on_mount(self) -> None:
        """The first field gets the keys."""
        self.query(Input).first().focus()

    def on_descendant_focus(self) -> None:
        """What the keys do depends on where one is."""
        self.changed()

    def disabled_reason(self, command: str) -> str | None:
        """Switches are turned where they are; what is not right is not saved."""
        if command == "switch" and not isinstance(self.focused, Switch):
            return "Move the cursor to a switch first."
        if command == self.saves and self.problems:
            name, why = next(iter(self.problems.items()))
            return f"The {name} is not valid yet: {why}."
        return None

    def do_cancel(self) -> None:
        """Leaves; asks when something would be lost."""
        if loss := self.loss():
            self.host.ask(f"{loss}\n\nDiscard it?", lambda: self.finish(None))
        else:
            self.finish(None)

    def do_switch(self) -> None:
        """Turns the switch that has the keys."""
        if isinstance(self.focused, Switch):
            self.focused.turn()

    def do_down(self) -> None:
        """The next field."""
        self.focus_next()

    def do_up(self) -> None:
        """The field before."""
        self.focus_previous()

    def value(self, name: str) -> str:
        """What is typed in a field."""
        return next((field.value.strip() for field in self.query(Input) if field.id == name), "")

    def turned(self) -> dict[str, bool]:
        """The switches by their ids."""
        return {switch.id: switch.on for switch in self.query(Switch) if switch.id}

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show_problem(event.input.id or "", None)
        self.workers.cancel_group(self, "check")
        if self._settling:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE, self._settled)
        self._show_consequence()

    def _settled(self) -> None:
        start(self, self._check, group="check", exclusive=True)

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.entered(self.saves)

    @on(Switch.Turned)
    def _show_consequence(self) -> None:
        self.query_one("#warning", Static).update(ink(self.consequence(), "update"))
        self.changed()

    @on(Switch.Turned)
    def _turned(self) -> None:
        self._settled()

    async def _check(self) -> None:
        for name, problem_of in self.checks().items():
            value = self.value(name)
            self._show_problem(name, await self._asked(partial(problem_of, value)) if value else None)
        self.changed()

    async def _asked(self, call: Callable[[], str | None]) -> str | None:
        try:
            return await in_thread(partial(self.host.in_turn, call))
        except KsyncError as error:
            return str(error)

    def _show_problem(self, name: str, problem: str | None) -> None:
        self.problems.pop(name, None)
        if problem:
            self.problems[name] = problem
        words = ink(f"! {neutral(problem)}", "problem") if problem else ""
        for line in self.query(f"#{name}-problem").results(Static):  # none when the form was left meanwhile
            line.update(words)


def _field(name: str, meaning: str, value: str) -> Input:
    field = Input(value, placeholder=meaning, id=name, select_on_focus=False, compact=True)
    field.cursor_blink = False
    return field
