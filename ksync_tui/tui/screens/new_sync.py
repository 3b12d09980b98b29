"""A new sync from a folder, a file or a git repository: its name, where it reads from, what it may do."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from ksync_tui.errors import KsyncError
from ksync_tui.present.text import listed, neutral
from ksync_tui.session import Sync
from ksync_tui.tui import keymap
from ksync_tui.tui.background import in_thread
from ksync_tui.tui.completion import Completion
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink
from ksync_tui.tui.widgets.switch import Switch

FIELDS = (
    ("name", "what you call it"),
    ("path", "a folder, a .toml file, or a git address: URL#BRANCH"),
    ("tags", "only resources with all of these; none means every resource"),
)
SWITCHES = (
    ("managed", "managed", "live changes may be taken into its file; deletes too"),
    ("delete", "delete", "deletes what is live and not declared"),
    ("include_variables", "variables", "reads variables too"),
    ("include_user_groups", "user groups", "reads user groups too"),
)
"""Config field, name on the screen, meaning."""

NEEDED = {"name": "Give it a name.", "path": "Give it a folder, a file or a git address."}

SETTLE = 0.15
"""Seconds without typing after which name and path are checked."""

MOST_FOUND = 12


class NewSyncScreen(Page[Sync]):
    """Answers with the sync that was stored; nothing when it was left."""

    place = "new"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("new")
    DEFAULT_CSS = """
    NewSyncScreen #form { height: 1fr; overflow-y: auto; scrollbar-size-vertical: 1; padding: 1 0 0 0; }
    NewSyncScreen .row { height: 1; }
    NewSyncScreen .row Static { width: 8; padding: 0 0 0 2; }
    NewSyncScreen .row Input { width: 1fr; }
    NewSyncScreen .problem { height: 1; padding: 0 0 0 8; }
    NewSyncScreen #warning { height: auto; padding: 1 2 0 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.problems: dict[str, str] = {}

    def body(self) -> ComposeResult:
        """The fields, each with room for its problem, then the switches and what they bring about."""
        with Vertical(id="form"):
            for name, meaning in FIELDS:
                with Horizontal(classes="row"):
                    yield Static(ink(name, "bold"))
                    field = Input(placeholder=meaning, id=name, select_on_focus=False, compact=True)
                    field.cursor_blink = False
                    yield field
                yield Static(id=f"{name}-problem", classes="problem")
            for name, words, meaning in SWITCHES:
                yield Switch(words, meaning, id=name)
            yield Static(id="warning")

    def on_mount(self) -> None:
        """The name gets the keys."""
        self.query_one("#name").focus()

    def on_descendant_focus(self) -> None:
        """What the keys do depends on where one is."""
        self.changed()

    def where(self) -> Text:
        """A new sync."""
        return ink("new sync", "head")

    def leaving(self) -> str | None:
        """What was typed would be lost."""
        typed = any(field.value for field in self.query(Input)) or any(switch.on for switch in self.query(Switch))
        return "The new sync is not added. Leave it?" if typed else None

    def cannot(self, command: str) -> str | None:
        """Adding needs a name and a path that are right; switches are turned where they are."""
        if command == "switch" and not isinstance(self.focused, Switch):
            return "Put the cursor on a switch first."
        if command == "add" and self.is_mounted:
            missing = (words for name, words in NEEDED.items() if not self._value(name))
            wrong = (f"The {name} is not right yet: {why}." for name, why in self.problems.items())
            return next(missing, None) or next(wrong, None)
        return None

    def label_of(self, command: str) -> str | None:
        """Only a path is completed; elsewhere the same key goes on."""
        return "next field" if command == "complete" and not self._in_path() else None

    def do_add(self) -> None:
        """Stores the sync."""
        call = partial(self.session.add_sync, self._value("name"), self._fields(), [self._value("path")])
        self.work("Adding the sync", call, self.finish)

    def do_cancel(self) -> None:
        """Leaves; asks when something was typed."""
        if question := self.leaving():
            self.ksync.ask(question, lambda: self.finish(None))
        else:
            self.finish(None)

    def do_switch(self) -> None:
        """Turns the switch that has the keys."""
        if isinstance(self.focused, Switch):
            self.focused.turn()

    def do_complete(self) -> None:
        """Completes the path, or shows what it could become; with nothing to complete the next field gets the keys."""
        if not self._in_path():
            self.focus_next()
            return
        typed = self.query_one("#path", Input).value
        self.work("Looking at the folder", partial(self._look, typed), self._completed)

    def do_down(self) -> None:
        """The next field."""
        self.focus_next()

    def do_up(self) -> None:
        """The field before."""
        self.focus_previous()

    def _look(self, typed: str) -> Completion:
        return Completion(typed, tuple(self.session.paths(typed)))

    def _completed(self, found: Completion) -> None:
        field = self.query_one("#path", Input)
        if field.value != found.typed:
            return
        if found.common != found.typed:
            field.value = found.common
            field.cursor_position = len(found.common)
        elif len(found.found) > 1:
            names = [one.rstrip("/").rpartition("/")[2] + "/" * one.endswith("/") for one in found.found]
            self.tell(listed(names, MOST_FOUND))
        elif found.found or found.typed.endswith("/"):
            self.focus_next()
        else:
            self.tell("No folder or .toml file begins like that.")

    def _in_path(self) -> bool:
        return self.focused is not None and self.focused.id == "path"

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _fields(self) -> dict[str, Any]:
        """The config fields as they stand on the form."""
        switches = {switch.id: switch.on for switch in self.query(Switch) if switch.id and switch.on}
        tags = self._value("tags").replace(",", " ").split()
        return {**switches, **({"match_tags": tags} if tags else {})}

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        name = event.input.id or ""
        self._show_problem(name, None)
        self.run_worker(self._check(), group="check", exclusive=True)
        self._consequences()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.entered("add")

    @on(Switch.Turned)
    def _consequences(self) -> None:
        """A sync that deletes says so before it exists."""
        fields = self._fields()
        self.query_one("#warning", Static).update(ink(_warning(fields), "update"))
        self.changed()

    async def _check(self) -> None:
        await asyncio.sleep(SETTLE)
        for name, problem_of in (("name", self.session.name_problem), ("path", self.session.path_problem)):
            if not self.query(f"#{name}"):
                return  # the screen was left meanwhile
            value = self._value(name)
            self._show_problem(name, await self._asked(partial(problem_of, value)) if value else None)
        self.changed()

    async def _asked(self, call: partial[str | None]) -> str | None:
        try:
            return await in_thread(partial(self.ksync.in_turn, call))
        except KsyncError as error:
            return str(error)

    def _show_problem(self, name: str, problem: str | None) -> None:
        self.problems.pop(name, None)
        if problem:
            self.problems[name] = problem
        words = ink(f"! {neutral(problem)}", "problem") if problem else ""
        for line in self.query(f"#{name}-problem").results(Static):
            line.update(words)


def _warning(fields: dict[str, Any]) -> str:
    """What a sync with these fields would delete, in one sentence, or nothing."""
    if not (fields.get("managed") or fields.get("delete")):
        return ""
    kinds = [word for name, word in (("include_variables", "variable"), ("include_user_groups", "user group"))
             if fields.get(name)]  # fmt: skip
    resources = "resource with these tags" if fields.get("match_tags") else "resource"
    every = " and ".join(f"every {word}" for word in (resources, *kinds))
    return f"Such a sync deletes {every} that it does not declare (after you ticked and confirmed it)."
