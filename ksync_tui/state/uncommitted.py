"""Blocks that ksync wrote into files of git work trees and did not commit yet."""

from __future__ import annotations

from collections.abc import Iterable

from ksync_tui.model.resource import Target
from ksync_tui.state.database import Database


class UncommittedTable:
    """The resources whose blocks were written, by file. Changes join the transaction they are called in.

    Methods may raise StoreError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, path: str, targets: Iterable[Target]) -> None:
        """Remembers that the blocks of these resources were written to a file."""
        sql = "INSERT OR REPLACE INTO uncommitted (path, kind, name) VALUES (?, ?, ?)"
        for target in targets:
            self._database.execute(sql, (path, *target))

    def forget(self, path: str, targets: Iterable[Target]) -> None:
        """Forgets blocks: they were committed or put back."""
        sql = "DELETE FROM uncommitted WHERE path = ? AND kind = ? AND name = ?"
        for target in targets:
            self._database.execute(sql, (path, *target))

    def targets(self) -> dict[str, set[Target]]:
        """The resources of all files."""
        found: dict[str, set[Target]] = {}
        for path, kind, name in self._database.rows("SELECT path, kind, name FROM uncommitted ORDER BY rowid", ()):
            found.setdefault(path, set()).add(Target(kind, name))
        return found
