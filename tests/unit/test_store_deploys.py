"""What the store remembers of deploys and builds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Target, fingerprint, redeploy_digest
from ksync_tui.services.home import Home, open_home
from ksync_tui.state.schema import STEPS, statements
from tests.contract.engines import create, delete, make, nowhere, rename, update

WEB = Target("stack", "web")
APP = Target("build", "app")
FILES = {"compose.yaml": "services: {}", ".env": "digest"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with closing(open_home(tmp_path / "home")) as opened:
        yield opened


def web(level: str = "info") -> Resource:
    return make("stack", "web", deploy=True, config={"environment": f"LEVEL = {level}\n", "webhook_secret": "s3cr3t"})


def made(home: Home) -> Resource:
    """A stack that was created and deployed."""
    home.engine.apply(create("stack", "web", **web().model_dump(exclude_unset=True, exclude={"name"})), nowhere)
    home.engine.store.record_deployed(WEB, web(), None, FILES)
    return web()


def test_what_was_deployed_is_remembered_and_owed_no_more(home: Home) -> None:
    made(home)
    record = home.engine.snapshot().deployed[WEB]
    assert (record.redeploy_digest, record.fingerprint) == (redeploy_digest(web()), fingerprint(web()))
    assert (record.outstanding, home.engine.store.deployed(WEB)) == (None, record)
    assert home.engine.store.deployed_resource(WEB) == web()
    assert home.engine.store.deployed_files(WEB) == FILES
    assert home.engine.store.with_files() == {WEB}


def test_a_deploy_of_what_changed_meanwhile_leaves_it_owed(home: Home) -> None:
    made(home)
    home.engine.apply(update(web(), "stack", **web("debug").model_dump(exclude_unset=True, exclude={"name"})), nowhere)
    home.engine.store.record_deployed(WEB, web(), None, FILES)
    assert home.engine.snapshot().deployed[WEB].outstanding == "config has changed"


def test_back_to_what_runs_nothing_is_owed(home: Home) -> None:
    made(home)
    for before, after in (("info", "debug"), ("debug", "info")):
        fields = web(after).model_dump(exclude_unset=True, exclude={"name"})
        home.engine.apply(update(web(before), "stack", **fields), nowhere)
    assert home.engine.snapshot().deployed[WEB].outstanding is None


def test_it_follows_a_rename_and_goes_with_a_delete(home: Home) -> None:
    made(home)
    home.engine.apply(rename(web(), "stack", "site"), nowhere)
    site = Target("stack", "site")
    assert home.engine.store.deployed_files(site) == FILES
    assert home.engine.snapshot().deployed[site].redeploy_digest == redeploy_digest(web())
    renamed = web().model_copy(update={"name": "site"})
    home.engine.apply(delete(renamed, "stack"), nowhere)
    assert home.engine.store.deployed_files(site) == {}


def test_what_is_gone_by_the_end_of_its_deploy_is_not_brought_back(home: Home) -> None:
    home.engine.store.record_deployed(WEB, web(), None, FILES)
    assert (home.engine.snapshot().deployed, home.engine.store.deployed_files(WEB)) == ({}, {})


def test_secrets_of_what_was_deployed_are_kept_until_nothing_holds_them(home: Home) -> None:
    made(home)
    home.engine.store.put(WEB, make("stack", "web"))
    home.secret_store.sweep()
    assert home.engine.store.deployed_resource(WEB) == web()
    assert b"s3cr3t" not in (home.database.home / "ksync.db").read_bytes()


def test_a_build_remembers_its_version_and_shows_it(home: Home) -> None:
    home.engine.apply(create("build", "app"), nowhere)
    assert home.engine.snapshot().built == {}
    counted = make("build", "app", config={"version": "0.0.1"})
    home.engine.store.record_built(APP, counted, "0.0.1", "4f2a91c")
    snapshot = home.engine.snapshot()
    assert (snapshot.built, snapshot.deployed) == ({"app": "0.0.1"}, {})
    assert home.engine.store.last_built(APP) == ("0.0.1", "4f2a91c")
    home.engine.apply(update(counted, "build", description="new"), nowhere)
    assert getattr(home.engine.snapshot().live[APP].resource.settings, "version", None) == "0.0.1"


def test_a_database_from_before_deploys_is_taken_along(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with closing(sqlite3.connect(tmp_path / "home" / "ksync.db")) as old:
        for statement in statements(STEPS[0]):
            old.execute(statement)
        old.execute(
            "INSERT INTO resources (kind, name, fingerprint, tags, updated, spec, outstanding)"
            " VALUES ('stack', 'web', ?, '[]', 0, ?, 'new')",
            (fingerprint(make("stack", "web")), '{"name":"web"}'),
        )
        old.execute("PRAGMA user_version = 1")
        old.commit()
    with closing(open_home(tmp_path / "home")) as home:
        assert home.engine.snapshot().deployed[WEB].outstanding == "new"
        home.engine.store.record_deployed(WEB, make("stack", "web"), None, FILES)
        assert home.engine.snapshot().deployed[WEB].outstanding is None
