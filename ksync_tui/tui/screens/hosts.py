"""The Docker hosts: which stands for which server, and whether it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.present.hosts import HostRow, State, host_rows
from ksync_tui.present.text import cell_width, count, cut_end, cut_middle, pad
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.screens.listing import Listing
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.filter import FilterLine
from ksync_tui.tui.widgets.lines import Lines

EMPTY = """
No Docker hosts yet: {new} names one.

A server whose address is this machine needs none."""
MOST_SERVER = 20
MOST_ADDRESS = 32

Found = tuple[Mapping[str, str], Sequence[State] | None]


class HostsScreen(Listing[None]):
    """Each host is asked who it is when the list is read."""

    place = "hosts"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("hosts")
    DEFAULT_CSS = "HostsScreen #said { height: auto; max-height: 50%; padding: 0 2 1 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[HostRow] = []
        self.shown: list[HostRow] = []

    def body(self) -> ComposeResult:
        """The list, and below it all that the host under the cursor says."""
        yield Lines(id="list")
        yield Static(id="said")
        yield FilterLine()

    def on_mount(self) -> None:
        """Shows which there are, and asks them."""
        self.rows = host_rows(self.session.hosts.all(), None)
        self.fill()
        self.do_refresh()

    def where(self) -> Text:
        """Docker hosts."""
        return ink("docker hosts", "head")

    def counts(self) -> Text:
        """How many."""
        return ink(count(len(self.rows), "host"), "bold")

    def disabled_reason(self, command: str) -> str | None:
        """Only what the settings say can be changed there."""
        if command not in ("open", "remove_host"):
            return None
        if not self.shown:
            return "No host to choose."
        if not self.here.mapped:
            return f"No line of the settings names a host for {self.here.server}."
        return None

    def label_of(self, command: str) -> str | None:
        """Opening one means changing where it is; reading again asks them all."""
        return {"open": "change", "other_settings": "profiles", "refresh": "ask again"}.get(command)

    @property
    def here(self) -> HostRow:
        """The host under the cursor; only where one is shown."""
        return self.shown[self.items.cursor]

    def do_refresh(self) -> None:
        """Asks every host who it is."""
        self.work("Asking the hosts", self._look, self._read, background=True)

    def do_open(self) -> None:
        """Changes where the host under the cursor is."""
        self.request(requests.SetHost(self.here.key, self.session.hosts.all().get(self.here.key, "")))

    def do_new_host(self) -> None:
        """Names a host for a server."""
        self.request(requests.SetHost())

    def do_remove_host(self) -> None:
        """Lets none stand for the server under the cursor."""
        self.request(requests.RemoveHost(self.here.key))

    def do_other_settings(self) -> None:
        """The profiles."""
        self.request(requests.SwitchSettings())

    def fill(self) -> None:
        """Shows those that pass the filter."""
        words = self.words.casefold().split()
        self.shown = [row for row in self.rows if all(word in row.words for word in words)]
        if not self.rows:
            self.items.say_empty(EMPTY.format(new=self.key_of("new_host")))
        self.items.show(len(self.shown), self._draw, key=lambda line: self.shown[line].key)
        self.changed()

    def changed(self) -> None:
        """What the host under the cursor says fits no line of a list."""
        super().changed()
        trouble = self.shown and self.here.works is False
        self.query_one("#said", Static).update(ink(f"! {self.here.said}", "problem") if trouble else "")

    def _look(self) -> Found:
        session = self.session  # where a Core deploys, the hosts are for another profile
        return session.hosts.all(), None if session.capabilities.remote else session.look_at_hosts()

    def _read(self, found: Found) -> None:
        self.rows = host_rows(*found)
        self.fill()

    def _draw(self, line: int, width: int) -> Text:
        row = self.shown[line]
        server = min(max(cell_width(row.server) for row in self.rows), MOST_SERVER)
        address = min(max(cell_width(row.address) for row in self.rows), MOST_ADDRESS, max(width - server - 24, 0))
        text = ink("! " if row.works is False else "  ", "problem")
        text.append(pad(row.server, server), style("bold")).append("  ")
        text.append(pad(cut_middle(row.address, address), address)).append("  ")
        look = "problem" if row.works is False else "dim"
        return text.append(cut_end(row.said, max(width - text.cell_len, 0)), style(look))
