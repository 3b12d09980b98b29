"""What blocks of files meant, kept from one command to the next (see `source.memory`). A cache: it may be lost."""

from __future__ import annotations

from contextlib import suppress

from ksync_tui.errors import StoreError
from ksync_tui.state.database import Database


class ParseCacheTable:
    """Keeps one text per file in the database. Where that cannot be written, nothing is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read_cached(self, file: str) -> str | None:
        """The text last kept for a file."""
        found = self._database.row("SELECT text FROM parse_cache WHERE file = ?", (file,))
        return str(found[0]) if found else None

    def write_cached(self, file: str, text: str) -> None:
        """Keeps a text for a file."""
        with suppress(StoreError):
            self._database.execute("INSERT OR REPLACE INTO parse_cache (file, text) VALUES (?, ?)", (file, text))
