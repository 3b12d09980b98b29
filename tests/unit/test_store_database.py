"""The database file: private, durable, and clear about what is wrong with it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ksync_tui.errors import StoreError
from ksync_tui.model.resource import Target
from ksync_tui.services.home import open_home
from ksync_tui.state.database import Database
from ksync_tui.state.schema import STEPS
from tests.contract.engines import create, make, nowhere


def refusal(home: Path) -> StoreError:
    """The error of opening a home."""
    with pytest.raises(StoreError) as refused:
        open_home(home)
    assert refused.value.where
    assert refused.value.why
    assert refused.value.hint
    return refused.value


def test_the_home_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    with closing(open_home(home)) as opened:
        opened.engine.apply(create("variable", "TOKEN", is_secret=True, value="s3cr3t-value"), nowhere)
        assert home.stat().st_mode & 0o777 == 0o700
        assert {file.name: file.stat().st_mode & 0o777 for file in home.iterdir()} == {
            "ksync.db": 0o600,
            "ksync.db-wal": 0o600,
            "ksync.db-shm": 0o600,
            "secrets.json": 0o600,
        }


def test_a_database_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    open_home(tmp_path).close()
    (tmp_path / "ksync.db").chmod(0o644)
    open_home(tmp_path).close()
    assert (tmp_path / "ksync.db").stat().st_mode & 0o777 == 0o600


def test_commits_are_on_disk_before_they_count(tmp_path: Path) -> None:
    with closing(Database(tmp_path)) as database:
        settings = {name: database.row(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": ("wal",), "synchronous": (2,), "foreign_keys": (1,)}


def test_not_a_database(tmp_path: Path) -> None:
    bytes_ = b"certainly not a database " * 100
    (tmp_path / "ksync.db").write_bytes(bytes_)
    assert "cannot be read" in refusal(tmp_path).what
    assert (tmp_path / "ksync.db").read_bytes() == bytes_


def test_a_damaged_database(tmp_path: Path) -> None:
    with closing(open_home(tmp_path)) as home:
        for number in range(50):
            home.engine.apply(create("server", f"edge-{number}", description="x" * 500), nowhere)
    file = tmp_path / "ksync.db"
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), closing(open_home(tmp_path)) as home:
        home.engine.snapshot()


def test_a_database_of_a_newer_ksync(tmp_path: Path) -> None:
    open_home(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "ksync.db")) as connection:
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    error = refusal(tmp_path)
    assert "newer" in error.what
    assert "Update" in str(error.hint)


@pytest.mark.parametrize("home", ["file", "file/below", "folder"])
def test_a_place_where_no_database_can_be(tmp_path: Path, home: str) -> None:
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder" / "ksync.db").mkdir(parents=True)
    refusal(tmp_path / home)
    assert (tmp_path / "file").read_text() == "a file"


def test_another_writer(tmp_path: Path) -> None:
    open_home(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "ksync.db")) as other, closing(Database(tmp_path, busy_seconds=0)) as own:
        other.execute("BEGIN IMMEDIATE")
        assert own.row("SELECT count(*) FROM resources") == (0,)
        with pytest.raises(StoreError, match="locked") as refused, own.transaction():
            pass
        assert refused.value.hint
        other.execute("COMMIT")
        with own.transaction():
            own.execute("UPDATE state SET version = 7")
    assert refused.value.where == str(tmp_path / "ksync.db")


def test_a_full_disk_leaves_the_state_before(tmp_path: Path) -> None:
    with closing(open_home(tmp_path)) as home:
        home.engine.apply(create("server", "edge-1"), nowhere)
        pages = home.database.row("PRAGMA page_count")
        home.database.execute(f"PRAGMA max_page_count = {pages[0] if pages else 0}")
        with pytest.raises(StoreError, match="full"):
            home.engine.apply(create("stack", "big", config={"file_contents": "x" * 100_000}), nowhere)
        home.database.execute("PRAGMA max_page_count = 10000")
        assert set(home.engine.snapshot().live) == {Target("server", "edge-1")}
        home.engine.apply(create("stack", "big", config={"file_contents": "x" * 100_000}), nowhere)


def test_a_read_only_database_can_be_read(tmp_path: Path) -> None:
    with closing(open_home(tmp_path)) as home:
        home.engine.apply(create("server", "edge-1"), nowhere)
        home.database.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="read-only"):
            home.engine.apply(create("server", "edge-2"), nowhere)
        assert len(home.engine.snapshot().live) == 1


def test_a_transaction_inside_another_belongs_to_it(tmp_path: Path) -> None:
    with closing(Database(tmp_path)) as database:

        def fail_late() -> None:
            with database.transaction():
                database.execute("UPDATE state SET version = 1")
            raise StoreError("later")

        with pytest.raises(StoreError, match="later"), database.transaction():
            fail_late()
        assert database.row("SELECT version FROM state") == (0,)


def test_what_must_be_on_disk_first_can_stop_a_commit(tmp_path: Path) -> None:
    def refuse() -> None:
        raise StoreError("no room for secrets")

    with closing(Database(tmp_path)) as database:
        database.before_commit.append(refuse)
        with pytest.raises(StoreError, match="no room"), database.transaction():
            database.execute("UPDATE state SET version = 1")
        assert database.row("SELECT version FROM state") == (0,)


def test_threads_take_turns(tmp_path: Path) -> None:
    with closing(Database(tmp_path)) as database:

        def count() -> None:
            for _ in range(20):
                with database.transaction():
                    found = database.row("SELECT version FROM state") or (0,)
                    database.execute("UPDATE state SET version = ?", (found[0] + 1,))

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert database.row("SELECT version FROM state") == (80,)


def test_two_openings_see_each_other(tmp_path: Path) -> None:
    with closing(open_home(tmp_path)) as one, closing(open_home(tmp_path)) as other:
        assert other.engine.snapshot().live == {}
        one.engine.apply(create("server", "edge-1"), nowhere)
        first = other.engine.snapshot()
        assert first.live[Target("server", "edge-1")].resource == make("server", "edge-1")
        assert other.engine.snapshot() is first


def test_what_did_not_change_is_not_built_again(tmp_path: Path) -> None:
    with closing(open_home(tmp_path)) as home:
        home.engine.apply(create("server", "edge-1"), nowhere)
        before = home.engine.snapshot().live[Target("server", "edge-1")]
        home.engine.apply(create("server", "edge-2"), nowhere)
        assert home.engine.snapshot().live[Target("server", "edge-1")] is before


def test_which_sync_applied_what_is_remembered(tmp_path: Path) -> None:
    action = create("server", "edge-1", tags=["home"])
    with closing(open_home(tmp_path)) as home:
        home.engine.acting_for("homelab").apply(action, nowhere)
        last_applied = home.engine.snapshot().last_applied
        assert last_applied is not None
        (applied,) = last_applied(action.target)
        assert (applied.stamp.sync, applied.resource) == ("homelab", action.proposed)
        assert list(last_applied(Target("server", "edge-2"))) == []


def test_a_row_that_no_longer_fits_names_its_target(tmp_path: Path) -> None:
    with closing(open_home(tmp_path)) as home:
        home.engine.apply(create("server", "edge-1"), nowhere)
        home.database.execute("UPDATE resources SET spec = '{\"name\": 7}'")
        live = home.engine.snapshot().live[Target("server", "edge-1")]
        with pytest.raises(StoreError, match="server/edge-1"):
            _ = live.resource
