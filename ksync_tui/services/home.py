"""Opening all that a home folder holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ksync_tui.engine.embedded.engine import EmbeddedEngine
from ksync_tui.engine.embedded.secret_values import SecretValues
from ksync_tui.state.database import Database
from ksync_tui.state.secret_store import SecretStore


@dataclass(frozen=True, slots=True)
class Home:
    """An open home folder: the database, the store of secrets and the engine on them."""

    database: Database
    secret_store: SecretStore
    engine: EmbeddedEngine

    def close(self) -> None:
        """Closes the database."""
        self.database.close()


def open_home(
    path: Path,
    hosts: Mapping[str, str] | None = None,
    config: Path | None = None,
    docker: tuple[str, ...] = ("docker",),
    secrets: Mapping[str, Callable[[], str]] | None = None,
) -> Home:
    """Opens a home folder, making it where it is missing. The other arguments: see EmbeddedEngine.

    Raises StoreError: locked, damaged, read-only, of a newer ksync, or no folder can be made there.
    """
    database = Database(path)
    try:
        secret_store = SecretStore(database)
    except BaseException:
        database.close()
        raise
    engine = EmbeddedEngine(database, secret_store, hosts, config, docker=docker, secrets=SecretValues(secrets or {}))
    return Home(database, secret_store, engine)
