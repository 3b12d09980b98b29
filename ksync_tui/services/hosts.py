"""Which Docker host stands for which server, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts of the settings file. What is changed counts at once. Methods raise ConfigError."""

    file: Path
    mapped: dict[str, str]
    """The address of each server's host; the engine has the same."""

    def all(self) -> Mapping[str, str]:
        """The address of each server's host."""
        return dict(self.mapped)

    def server_problem(self, server: str) -> str | None:
        """Why a server cannot be called that, or None."""
        from ksync_tui.config import edits  # noqa: PLC0415 - only writing needs it

        return edits.server_problem(server)

    def add(self, server: str, address: str) -> None:
        """Lets a host stand for a server: an address that DOCKER_HOST takes, a socket's path, or a docker context."""
        from ksync_tui.config import edits  # noqa: PLC0415 - only writing needs it

        edits.set_host(self.file, server, address)
        self.mapped[server] = address

    def remove(self, server: str) -> None:
        """Lets none stand for it any more."""
        from ksync_tui.config import edits  # noqa: PLC0415 - only writing needs it

        edits.remove_host(self.file, server)
        self.mapped.pop(server, None)
