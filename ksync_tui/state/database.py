"""The file `ksync.db`: opening it, its schema, transactions, and SQLite's errors in ksync's words."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ksync_tui.errors import StoreError
from ksync_tui.state.schema import STEPS, statements

FILE = "ksync.db"
BUSY_SECONDS = 5.0
_ASK_SECONDS = 0.001
_PRIMARY = 0xFF
"""SQLite's extended error codes hold the primary code in their low byte."""


class Database:
    """One connection to `ksync.db`, usable from any thread; whoever is in a transaction has it alone.

    Committed means fsynced (architecture rule 7). Every method may raise StoreError.
    """

    def __init__(self, home: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Opens the database of a home folder, making folder (0700) and file (0600) where they are missing."""
        self.home = home
        self.path = home / FILE
        self.before_commit: list[Callable[[], None]] = []
        """Called before each commit, to bring to disk what the transaction refers to; may raise StoreError."""
        self._busy_seconds = busy_seconds
        self._lock = threading.RLock()
        self._depth = 0
        _make_private(self.path)
        with self._explained("open"):
            self._connection = sqlite3.connect(
                self.path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Closes the connection; the write-ahead log goes into the file when this was the last one."""
        with self._lock:
            self._connection.close()

    @property
    def in_transaction(self) -> bool:
        """Whether the calling thread is inside `transaction()` (others would wait here)."""
        with self._lock:
            return self._depth > 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside becomes durable together or not at all; a transaction inside another joins it."""
        with self._lock, self._explained("write"):
            if self._depth:
                yield
                return
            self._begin()
            self._depth = 1
            try:
                yield
                for prepare in self.before_commit:
                    prepare()
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._depth = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read inside is of one moment."""
        with self._lock, self._explained("read"):
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._roll_back()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one statement; returns the id of the row it inserted."""
        with self.transaction():
            return self._connection.execute(sql, values).lastrowid or 0

    def changed(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one statement; returns how many rows it touched."""
        with self.transaction():
            return self._connection.execute(sql, values).rowcount

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs one statement per row of values."""
        with self.transaction():
            self._connection.executemany(sql, rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, self._explained("read"):
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        with self._lock, self._explained("read"):
            found: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return found

    def _prepare(self) -> None:
        version = self._version()
        if version > len(STEPS):
            raise StoreError(
                "the database was written by a newer ksync",
                where=str(self.path),
                why=f"its format is {version}, this ksync knows up to {len(STEPS)}",
                hint="Update ksync, or move KSYNC_HOME elsewhere",
            )
        if self._connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            self._connection.execute("PRAGMA journal_mode = WAL")
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        if version < len(STEPS):
            self._migrate()

    def _migrate(self) -> None:
        with self.transaction():
            # Read again: another process may have migrated while this one waited.
            for number, step in enumerate(STEPS[self._version() :], start=self._version() + 1):
                for statement in statements(step):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _begin(self) -> None:
        """Takes the write lock. Asks often, as a bulk run gives it away only for moments."""
        until = time.monotonic() + self._busy_seconds
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    self._connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                        raise
                    time.sleep(_ASK_SECONDS)
                else:
                    return
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")

    def _roll_back(self) -> None:
        # SQLite may have rolled back by itself, after a full disk for one.
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explain(error, doing, self.path) from error


_HINT = "Check that the folder exists, is writable and has space, or set KSYNC_HOME to another folder"
_CORRUPT_HINT = "Move it and its -wal file away, or restore a backup; without one ksync starts empty"
_CAUSES: dict[int, tuple[str, str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "the database is locked", "another program is writing to it", "Wait for the other run to finish and try again"
    ),
    sqlite3.SQLITE_LOCKED: (
        "the database is locked", "another program is writing to it", "Wait for the other run to finish and try again"
    ),
    sqlite3.SQLITE_NOTADB: ("the database cannot be read", "it is not a ksync database, or damaged", _CORRUPT_HINT),
    sqlite3.SQLITE_CORRUPT: ("the database cannot be read", "it is damaged", _CORRUPT_HINT),
    sqlite3.SQLITE_FULL: ("the disk is full", "nothing of this step was written", "Free some space and run it again"),
    sqlite3.SQLITE_READONLY: ("the database is read-only", "file or folder cannot be written", _HINT),
    sqlite3.SQLITE_PERM: ("the database cannot be opened", "permission denied", _HINT),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", "file or folder cannot be used", _HINT),
}  # fmt: skip


def _explain(error: sqlite3.Error, doing: str, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    what, why, hint = _CAUSES.get(code, (f"cannot {doing} the database", str(error), _HINT))
    return StoreError(what, where=str(path), why=why, hint=hint)


def _make_private(path: Path) -> None:
    try:
        if not path.parent.is_dir():
            path.parent.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
        # Made before SQLite does: its -wal and -shm files take over the file's mode.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if path.is_file() and path.stat().st_mode & 0o077:
            with suppress(PermissionError):
                path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            "the database cannot be opened", where=str(path), why=error.strerror or str(error), hint=_HINT
        ) from error
