"""Secrets at rest: never in the database, always back where they were."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings

from ksync_tui.errors import EngineError, StoreError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.model.secrets import secrets_of
from ksync_tui.services.home import Home, open_home
from ksync_tui.state.journal import Journal
from ksync_tui.state.secret_extraction import extract_secrets, restore_secrets, tokens
from tests.contract.engines import create, delete, make, nowhere, update
from tests.property.strategies import any_resource

VALUE = "s3cr3t-value"
TOKEN = Target("variable", "TOKEN")
SECRET = {"is_secret": True, "value": VALUE}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with closing(open_home(tmp_path / "home")) as opened:
        yield opened


def stored_bytes(home: Home) -> bytes:
    """All that the database has on disk."""
    return b"".join(file.read_bytes() for file in sorted(home.database.home.glob("ksync.db*")))


def kept(home: Home) -> set[str]:
    """The values in the file of secrets."""
    return set(json.loads(home.secret_store.path.read_text())["values"].values())


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("variable", SECRET),
        ("server", {"config": {"passkey": VALUE}}),
        ("stack", {"config": {"webhook_secret": VALUE}}),
        ("build", {"config": {"secret_args": f"A = {VALUE}\n"}}),
        ("alerter", {"config": {"endpoint": {"type": "Custom", "params": {"url": f"http://x/{VALUE}"}}}}),
        (
            "builder",
            {
                "config": {
                    "type": "Aws",
                    "params": {
                        "git_providers": [{"domain": "x", "accounts": [{"username": "ana", "token": VALUE}]}],
                    },
                }
            },
        ),
        (
            "procedure",
            {
                "config": {
                    "stages": [
                        {
                            "name": "one",
                            "executions": [
                                {
                                    "execution": {
                                        "type": "CreateSwarmSecret",
                                        "params": {"swarm": "s", "name": "n", "data": VALUE},
                                    }
                                }
                            ],
                        }
                    ]
                }
            },
        ),
    ],
    ids=["variable", "server", "stack", "build", "alerter", "builder", "procedure"],
)
def test_neither_state_nor_journal_holds_a_secret(home: Home, kind: str, fields: dict[str, object]) -> None:
    action = create(kind, "THING", **fields)
    plan = Plan(SyncOptions("homelab"), "embedded", (action,))
    journal = Journal(home.database, home.secret_store)
    run = journal.create(plan.select([action.id]), "ana")
    home.engine.apply(action, nowhere)
    assert VALUE.encode() not in stored_bytes(home)
    assert home.engine.snapshot().live[action.target].resource == action.proposed
    assert next(iter(journal.load(run))).proposed == action.proposed
    assert any(VALUE in value for value in home.engine.known_secrets().values())


@pytest.mark.parametrize("value", ["[[TOKEN]]", " [[A]][[B]] ", ""])
def test_the_name_of_a_secret_is_none(home: Home, value: str) -> None:
    home.engine.apply(create("stack", "web", config={"webhook_secret": value}), nowhere)
    assert home.engine.known_secrets() == {}
    assert not home.secret_store.path.exists()


def test_defaults_are_no_secrets(home: Home) -> None:
    home.engine.apply(create("alerter", "quiet", config={"endpoint": {"type": "Slack", "params": {}}}), nowhere)
    given_ = {"type": "Custom", "params": {"url": "http://localhost:7000"}}
    home.engine.apply(create("alerter", "loud", config={"endpoint": given_}), nowhere)
    assert home.engine.known_secrets() == {}


def test_known_secrets_have_names_for_people(home: Home) -> None:
    home.engine.apply(create("variable", "TOKEN", **SECRET), nowhere)
    home.engine.apply(create("variable", "PLAIN", value="not secret"), nowhere)
    home.engine.apply(create("build", "site", config={"secret_args": "A = first\nB = [[X]]\nC = third\n"}), nowhere)
    assert home.engine.known_secrets() == {
        "variable/TOKEN": VALUE,
        "build/site config.secret_args.A": "first",
        "build/site config.secret_args.C": "third",
    }


def test_one_home_cannot_tell_the_secrets_of_another(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        with closing(open_home(tmp_path / name)) as home:
            home.engine.apply(create("variable", "TOKEN", **SECRET), nowhere)
            found.append(next(iter(json.loads(home.secret_store.path.read_text())["values"])))
    assert found[0] != found[1]


def test_a_lost_secret_is_empty_and_named(home: Home) -> None:
    home.engine.apply(create("variable", "TOKEN", **SECRET), nowhere)
    home.secret_store.path.unlink()
    with closing(open_home(home.database.home)) as again:
        assert again.engine.snapshot().live[TOKEN].resource == make("variable", "TOKEN", is_secret=True, value="")
        assert again.engine.store.unavailable() == (TOKEN,)
        keep = update(make("variable", "TOKEN", **SECRET), "variable", is_secret=True, description="new")
        with pytest.raises(EngineError, match="no longer exists"):
            again.engine.apply(keep, nowhere)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b'{"values": []}'])
def test_a_damaged_file_of_secrets_is_told_and_left_alone(home: Home, data: bytes) -> None:
    home.engine.apply(create("variable", "TOKEN", **SECRET), nowhere)
    home.secret_store.path.write_bytes(data)
    with pytest.raises(StoreError, match="file of secrets") as refused:
        open_home(home.database.home)
    assert refused.value.hint
    assert home.secret_store.path.read_bytes() == data


def test_secrets_that_cannot_be_written_take_the_state_back(home: Home) -> None:
    home.secret_store.path.mkdir()
    with pytest.raises(StoreError, match="secrets"):
        home.engine.apply(create("variable", "TOKEN", **SECRET), nowhere)
    assert home.engine.snapshot().live == {}
    assert sorted(file.name for file in home.database.home.iterdir() if file.name.startswith(".")) == []


def test_two_processes_keep_each_others_secrets(home: Home) -> None:
    with closing(open_home(home.database.home)) as other:
        home.engine.apply(create("variable", "ONE", is_secret=True, value="first-value"), nowhere)
        other.engine.apply(create("variable", "TWO", is_secret=True, value="second-value"), nowhere)
        assert other.engine.known_secrets() == home.engine.known_secrets()
    assert kept(home) == {"first-value", "second-value"}


def test_what_nothing_refers_to_is_dropped(home: Home) -> None:
    home.engine.apply(create("variable", "TOKEN", **SECRET), nowhere)
    home.engine.apply(create("variable", "OTHER", is_secret=True, value="other-value"), nowhere)
    home.engine.apply(delete(make("variable", "TOKEN", **SECRET), "variable"), nowhere)
    assert home.secret_store.sweep() == 1
    assert kept(home) == {"other-value"}
    assert home.secret_store.sweep() == 0


def test_a_dropped_secret_can_come_back(home: Home) -> None:
    with closing(open_home(home.database.home)) as other:
        home.engine.apply(create("variable", "TOKEN", **SECRET), nowhere)
        other.engine.apply(delete(make("variable", "TOKEN", **SECRET), "variable"), nowhere)
        other.secret_store.sweep()
        home.engine.apply(create("variable", "AGAIN", **SECRET), nowhere)
        assert other.engine.known_secrets() == {"variable/AGAIN": VALUE}


def test_a_variable_that_becomes_secret_leaves_no_trace(home: Home) -> None:
    home.engine.apply(create("variable", "TOKEN", value=VALUE), nowhere)
    home.engine.apply(update(make("variable", "TOKEN", value=VALUE), "variable", **SECRET), nowhere)
    home.database.row("PRAGMA wal_checkpoint(TRUNCATE)")
    assert VALUE.encode() not in stored_bytes(home)


@settings(max_examples=200)
@given(any_resource())
def test_sealed_resources_open_as_they_were(declared: tuple[Target, Resource]) -> None:
    _, resource = declared
    values: dict[str, str] = {}

    def keep(value: str) -> str:
        token = f"{len(values):040x}"
        values[token] = value
        return token

    sealed = extract_secrets(resource, keep)
    assert restore_secrets(type(resource), sealed, values.__getitem__) == resource
    assert sorted(tokens(sealed)) == sorted(values)
    assert not re.search(r"\$secret", sealed) or values
    assert bool(values) == any(True for _ in secrets_of(resource))
