"""Which Docker host stands for a server: the server's name, and the host's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import BindingType

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.form import Form, InputField
from ksync_tui.tui.theme import ink, style

FIELDS = (
    ("server", "the name of a declared server, such as attic"),
    ("address", "ssh://me@host, tcp://, unix://, a socket's path, or a docker context"),
)


class HostForm(Form[str]):
    """Answers with the server when its host was written; nothing when it was left."""

    place = "host"
    saves = "add_host"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("host")
    DEFAULT_CSS = """
    HostForm .row Static { width: 10; }
    HostForm .problem { padding: 0 0 0 10; }
    """

    def __init__(self, server: str = "", address: str = "") -> None:
        super().__init__()
        self.known = {"server": server, "address": address}

    def typed(self) -> tuple[InputField, ...]:
        """Its fields; the server of a host that is there stays."""
        return FIELDS[1:] if self.known["server"] else FIELDS

    def first(self) -> Mapping[str, Any]:
        """As it is now."""
        return self.known

    def checks(self) -> Mapping[str, Callable[[str], str | None]]:
        """A server is no address."""
        return {"server": self.session.hosts.server_problem}

    def where(self) -> Text:
        """Which server."""
        if not self.known["server"]:
            return ink("new host", "head")
        return Text.assemble(("host of ", style("dim")), (neutral(self.known["server"]), style("head")))

    def loss(self) -> str | None:
        """What was typed would be lost."""
        return "The host is not written down." if self._changed else None

    def disabled_reason(self, command: str) -> str | None:
        """Writing needs a server, and an address that is another."""
        if command == self.saves and self.is_mounted:
            if not self._server:
                return "Give it the name of a server."
            if not self.value("address"):
                return "Give it an address."
            if not self._changed:
                return "No changes to save."
        return super().disabled_reason(command)

    def do_add_host(self) -> None:
        """Writes it into the settings."""
        server = self._server
        add = partial(self.session.hosts.add, server, self.value("address"))
        self.work("Writing the settings", add, lambda _: self.finish(server), turn=False)

    @property
    def _server(self) -> str:
        return self.known["server"] or self.value("server")

    @property
    def _changed(self) -> bool:
        return any(self.value(name) != self.known[name] for name, _ in self.typed())
