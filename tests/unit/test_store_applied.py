"""What each sync applied last, as the embedded engine keeps it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ksync_tui.errors import StoreError
from ksync_tui.model.resource import Target, fingerprint
from ksync_tui.services.home import Home, open_home
from ksync_tui.state.deploy_records import DeployRecords
from ksync_tui.state.schema import STEPS, statements
from tests.contract.engines import create, delete, make, nowhere, rename, update

EDGE = Target("server", "edge")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with closing(open_home(tmp_path)) as opened:
        yield opened


def syncs(home: Home, target: Target = EDGE) -> list[str]:
    """Which syncs applied a target, the newest first."""
    last_applied = home.engine.snapshot().last_applied
    assert last_applied is not None
    return [one.stamp.sync for one in last_applied(target)]


def test_each_sync_has_its_own_record_the_newest_first(home: Home) -> None:
    first = create("server", "edge", description="one")
    home.engine.acting_for("lab").apply(first, nowhere)
    second = update(make("server", "edge", description="one"), "server", description="two")
    home.engine.acting_for("media").apply(second, nowhere)
    last_applied = home.engine.snapshot().last_applied
    assert last_applied is not None
    newest, oldest = last_applied(EDGE)
    assert (newest.stamp.sync, newest.resource, oldest.stamp.sync, oldest.resource) == (
        "media", second.proposed, "lab", first.proposed,
    )  # fmt: skip
    assert newest.stamp.at >= oldest.stamp.at
    assert oldest.fingerprint == fingerprint(make("server", "edge", description="one"))


def test_a_sync_forgets_what_it_deletes_and_another_remembers_that_it_was_there(home: Home) -> None:
    home.engine.acting_for("lab").apply(create("server", "edge"), nowhere)
    home.engine.acting_for("media").apply(delete(make("server", "edge"), "server"), nowhere)
    assert syncs(home) == ["lab"]
    home.engine.acting_for("lab").apply(create("server", "edge"), nowhere)
    home.engine.acting_for("lab").apply(delete(make("server", "edge"), "server"), nowhere)
    assert syncs(home) == []


def test_of_what_is_deleted_no_secret_stays(home: Home) -> None:
    token = {"is_secret": True, "value": "hunter2-hunter2"}
    home.engine.acting_for("lab").apply(create("variable", "TOKEN", **token), nowhere)
    home.engine.acting_for("media").apply(delete(make("variable", "TOKEN", **token), "variable"), nowhere)
    last_applied = home.engine.snapshot().last_applied
    assert last_applied is not None
    (gone,) = last_applied(Target("variable", "TOKEN"))
    with pytest.raises(StoreError, match="no longer kept"):
        _ = gone.resource
    assert home.secret_store.sweep() == 1


def test_a_secret_that_was_applied_is_kept_while_the_record_is(home: Home) -> None:
    before = make("variable", "TOKEN", is_secret=True, value="hunter2-hunter2")
    home.engine.acting_for("lab").apply(create("variable", "TOKEN", is_secret=True, value="hunter2-hunter2"), nowhere)
    home.engine.acting_for("media").apply(update(before, "variable", is_secret=True, value="other-other"), nowhere)
    home.secret_store.sweep()
    last_applied = home.engine.snapshot().last_applied
    assert last_applied is not None
    assert [one.resource for one in last_applied(Target("variable", "TOKEN"))][1] == before


def test_a_renamed_resource_keeps_its_record(home: Home) -> None:
    home.engine.acting_for("lab").apply(create("server", "edge"), nowhere)
    home.engine.acting_for("lab").apply(rename(make("server", "edge"), "server", "rim"), nowhere)
    assert (syncs(home), syncs(home, Target("server", "rim"))) == ([], ["lab"])


def test_a_renamed_sync_keeps_what_it_applied(home: Home) -> None:
    home.engine.apply(create("resource_sync", "lab"), nowhere)
    home.engine.acting_for("lab").apply(create("server", "edge"), nowhere)
    home.engine.apply(rename(make("resource_sync", "lab"), "resource_sync", "homelab"), nowhere)
    assert syncs(home) == ["homelab"]


def test_what_an_older_ksync_remembered_is_taken_over(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ksync.db")) as old:
        for step in STEPS[:3]:
            for statement in statements(step):
                old.execute(statement)
        spec = '{"name": "edge", "description": "as applied"}'
        old.execute(
            "INSERT INTO resources (kind, name, fingerprint, tags, updated, spec, applied, applied_by, applied_at,"
            " applied_spec) VALUES ('server', 'edge', 'f', '[]', 1.0, ?, 'a', 'lab', 7.0, ?)",
            (spec, spec),
        )
        old.execute(
            "INSERT INTO elsewhere (place, kind, name, applied, applied_by, applied_at, applied_spec)"
            " VALUES ('https://core', 'server', 'edge', 'b', 'lab', 8.0, ?)",
            (spec,),
        )
        old.execute("PRAGMA user_version = 3")
        old.commit()
    with closing(open_home(tmp_path)) as home:
        last_applied = home.engine.snapshot().last_applied
        assert last_applied is not None
        (one,) = last_applied(EDGE)
        assert (one.stamp, one.fingerprint) == (("lab", 7.0), "a")
        assert one.resource == make("server", "edge", description="as applied")
        (other,) = DeployRecords(home.database, home.secret_store, "https://core").last_applied(EDGE)
        assert (other.stamp, other.fingerprint, other.resource) == (("lab", 8.0), "b", one.resource)
