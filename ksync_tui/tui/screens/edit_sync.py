"""A stored sync: its name and what it may do, to be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import Input

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.sync_form import SWITCHES, SyncForm
from ksync_tui.tui.theme import style

if TYPE_CHECKING:
    from ksync_tui.model.kinds.resource_sync import ResourceSyncConfig

ALERTS = ("pending_alert", "alerts", "alerts while changes are pending")


class EditSyncScreen(SyncForm[str]):
    """Answers with the sync's name when it was changed; nothing when it was left."""

    place = "sync"
    saves = "keep"
    switches = (*SWITCHES, ALERTS)
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("sync")

    def __init__(self, name: str, config: ResourceSyncConfig) -> None:
        super().__init__()
        self.name_of = name
        self.config = config

    def first(self) -> Mapping[str, Any]:
        """As the sync is now."""
        turned = {name: getattr(self.config, name) for name, _, _ in self.switches}
        return {"name": self.name_of, "tags": ", ".join(self.config.match_tags), **turned}

    def checks(self) -> Mapping[str, Callable[[str], str | None]]:
        """Its own name is not taken."""
        return {"name": lambda name: None if name == self.name_of else self.session.syncs.name_problem(name)}

    def where(self) -> Text:
        """Which sync."""
        return Text.assemble(("edit ", style("dim")), (neutral(self.name_of), style("head")))

    def loss(self) -> str | None:
        """What was changed would be lost."""
        return f"The changes of {self.name_of} are not saved." if self._changes() else None

    def disabled_reason(self, command: str) -> str | None:
        """Saving needs a change, and a name."""
        if command == "keep" and self.query(Input):
            if not self.value("name"):
                return "Give it a name."
            if not self._changes():
                return "No changes to save."
        return super().disabled_reason(command)

    def do_keep(self) -> None:
        """Saves what was changed: what it may do first, then its name."""
        name = self.value("name")
        self.work(f"Saving {self.name_of}", partial(self._save, name, self._fields()), lambda _: self.finish(name))

    def _save(self, name: str, fields: Mapping[str, Any]) -> None:
        if fields:
            self.session.syncs.edit(self.name_of, fields)
        if name != self.name_of:
            self.session.syncs.rename(self.name_of, name)

    def _changes(self) -> bool:
        return bool(self._fields()) or self.value("name") != self.name_of

    def _fields(self) -> dict[str, Any]:
        """The config fields that are not as they were."""
        now: dict[str, Any] = {**self.turned(), "match_tags": self.tags()}
        return {name: value for name, value in now.items() if value != getattr(self.config, name)}
