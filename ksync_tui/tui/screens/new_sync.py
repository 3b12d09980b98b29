"""A new sync from a folder, a file or a git repository: its name, where it reads from, what it may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import Input

from ksync_tui.present.text import listed
from ksync_tui.services import Sync
from ksync_tui.tui import keymap
from ksync_tui.tui.completion import Completion
from ksync_tui.tui.screens.form import InputField
from ksync_tui.tui.screens.sync_form import NAME, TAGS, SyncForm
from ksync_tui.tui.theme import ink
from ksync_tui.tui.widgets.switch import Switch

HERE = "a folder, a .toml file, or a git address: URL#BRANCH"
AT_CORE = "a folder or a .toml file where Core runs, not on this machine"
NO_NAME = "Give it a name."
NO_PATH = "Give it a folder, a file or a git address."
NO_PATH_AT_CORE = "Give it a folder or a file where Core runs."
MOST_FOUND = 12


class NewSyncScreen(SyncForm[Sync]):
    """Answers with the sync that was stored; nothing when it was left."""

    place = "new"
    saves = "add"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("new")

    def typed(self) -> tuple[InputField, ...]:
        """Name, path and tags; the files of a Core's sync are where Core is."""
        return (NAME, ("path", AT_CORE if self.session.capabilities.remote else HERE), TAGS)

    def checks(self) -> Mapping[str, Callable[[str], str | None]]:
        """Name and path are checked while they are typed."""
        return {**super().checks(), "path": partial(self.session.syncs.path_problem, managed=self.turned()["managed"])}

    def where(self) -> Text:
        """A new sync."""
        return ink("new sync", "head")

    def loss(self) -> str | None:
        """What was typed would be lost."""
        typed = any(field.value for field in self.query(Input)) or any(switch.on for switch in self.query(Switch))
        return "The new sync is not added." if typed else None

    def disabled_reason(self, command: str) -> str | None:
        """Adding needs a name and a path that are right."""
        if command == "add" and self.is_mounted:
            needed = {"name": NO_NAME, "path": NO_PATH_AT_CORE if self.session.capabilities.remote else NO_PATH}
            missing = next((words for name, words in needed.items() if not self.value(name)), None)
            return missing or super().disabled_reason(command)
        return super().disabled_reason(command)

    def label_of(self, command: str) -> str | None:
        """Only a path on this machine is completed; elsewhere the same key goes on."""
        return "next field" if command == "complete" and not self._completes() else None

    def do_add(self) -> None:
        """Stores the sync."""
        call = partial(self.session.syncs.add, self.value("name"), self._fields(), [self.value("path")])
        self.work("Adding the sync", call, self.finish)

    def do_complete(self) -> None:
        """Completes the path, or shows what it could become; with nothing to complete the next field gets the keys."""
        if not self._completes():
            self.focus_next()
            return
        typed = self.query_one("#path", Input).value
        self.work("Reading the folder", partial(self._look, typed), self._completed)

    def _look(self, typed: str) -> Completion:
        return Completion(typed, tuple(self.session.syncs.path_completions(typed)))

    def _completed(self, found: Completion) -> None:
        field = self.query_one("#path", Input)
        if field.value != found.typed:
            return
        if found.common != found.typed:
            field.value = found.common
            field.cursor_position = len(found.common)
        elif len(found.found) > 1:
            names = [item.rstrip("/").rpartition("/")[2] + "/" * item.endswith("/") for item in found.found]
            self.tell(listed(names, MOST_FOUND))
        elif found.found or found.typed.endswith("/"):
            self.focus_next()
        else:
            self.tell("No folder or .toml file begins like that.")

    def _completes(self) -> bool:
        return not self.session.capabilities.remote and self.focused is not None and self.focused.id == "path"

    def _fields(self) -> dict[str, Any]:
        """The config fields as they stand on the form."""
        tags = self.tags()
        turned = {name: on for name, on in self.turned().items() if on}
        return {**turned, **({"match_tags": tags} if tags else {})}
