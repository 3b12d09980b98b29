"""What every engine promises (engine/base.py): one suite for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.base import Engine
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange
from ksync_tui.model.resource import Target, canonical_of, fingerprint
from tests.contract.engines import ENGINES, create, delete, emptied, make, nowhere, rename, update

WEB = Target("stack", "web")
CONFIG = {"server_id": "edge-1", "environment": "LEVEL = info\n", "file_contents": "services: {}\n"}


EDGE = Target("server", "edge-1")
"""The server that the config names: not every engine stores a reference to nothing."""


@pytest.fixture(params=ENGINES, ids=lambda factory: factory.__name__)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with request.param(tmp_path) as opened:
        # What is there afterwards is deleted: nobody's Core may be mistaken for one made for tests.
        assert not opened.snapshot().live, "the tests run only against an empty Core"
        try:
            yield opened
        finally:
            emptied(opened)


@pytest.fixture
def engine(empty: Engine) -> Engine:
    empty.apply(create(*EDGE), nowhere)
    return empty


def targets(engine: Engine) -> set[Target]:
    return set(engine.snapshot().live) - {EDGE}


def records(engine: Engine) -> dict[Target, str]:
    return {target: last for target, last in engine.snapshot().applied.items() if target != EDGE}


def test_a_new_engine_holds_nothing(empty: Engine) -> None:
    assert not empty.snapshot().live
    assert empty.fingerprint(WEB) is None


def test_what_was_created_is_live_as_declared(engine: Engine) -> None:
    action = create("stack", "web", tags=["home"], config=CONFIG)
    engine.apply(action, nowhere)
    live = engine.snapshot().live[WEB]
    assert action.proposed is not None
    assert canonical_of(live.resource) == canonical_of(action.proposed)
    assert live.tags == ("home",)
    assert engine.fingerprint(WEB) == live.fingerprint == fingerprint(live.resource)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_kept(engine: Engine, kind: str) -> None:
    engine.apply(create(kind, "thing"), nowhere)
    live = engine.snapshot().live[Target(kind, "thing")]
    assert canonical_of(live.resource) == {"name": "thing"}


def test_applying_what_is_declared_leaves_no_difference(engine: Engine) -> None:
    before = make("stack", "web", config=CONFIG)
    engine.apply(create("stack", "web", config=CONFIG), nowhere)
    change = update(before, "stack", tags=["home"], config={"environment": "LEVEL = debug\n"})
    engine.apply(change, nowhere)
    assert change.proposed is not None
    assert engine.snapshot().live[WEB].fingerprint == fingerprint(change.proposed)
    assert engine.snapshot().live[WEB].tags == ("home",)
    assert engine.snapshot().live[WEB].resource.settings.model_fields_set == {"environment"}


def test_snapshots_tell_whether_anything_changed(engine: Engine) -> None:
    first = engine.snapshot()
    assert engine.snapshot().version == first.version
    engine.apply(create("server", "edge-2"), nowhere)
    assert engine.snapshot().version != first.version
    assert Target("server", "edge-2") not in first.live


def test_deleted_is_gone(engine: Engine) -> None:
    engine.apply(create("stack", "web"), nowhere)
    engine.apply(delete(make("stack", "web"), "stack"), nowhere)
    assert targets(engine) == set()
    assert records(engine) == {}


def test_renamed_keeps_everything_but_the_name(engine: Engine) -> None:
    engine.apply(create("stack", "web", tags=["home"], config=CONFIG), nowhere)
    applied = records(engine)[WEB]
    engine.apply(rename(make("stack", "web", tags=["home"], config=CONFIG), "stack", "site"), nowhere)
    snapshot = engine.snapshot()
    site = Target("stack", "site")
    assert targets(engine) == {site}
    assert canonical_of(snapshot.live[site].resource) == canonical_of(
        make("stack", "site", tags=["home"], config=CONFIG)
    )
    assert records(engine) == {site: applied}


def test_names_of_different_kinds_do_not_meet(engine: Engine) -> None:
    engine.apply(create("stack", "web"), nowhere)
    engine.apply(create("deployment", "web"), nowhere)
    engine.apply(delete(make("stack", "web"), "stack"), nowhere)
    assert targets(engine) == {Target("deployment", "web")}


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (create("stack", "taken"), "exists already"),
        (update(make("stack", "gone"), "stack"), "no longer exists"),
        (delete(make("stack", "gone"), "stack"), "no longer exists"),
        (rename(make("stack", "gone"), "stack", "new"), "no longer exists"),
        (rename(make("stack", "other"), "stack", "taken"), "exists already"),
    ],
    ids=["create", "update", "delete", "rename", "rename onto another"],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(engine: Engine, action: Action, said: str) -> None:
    for name in ("taken", "other"):
        engine.apply(create("stack", name), nowhere)
    before = engine.snapshot()
    with pytest.raises(EngineError, match=said) as refused:
        engine.apply(action, nowhere)
    assert refused.value.hint
    assert engine.snapshot().version == before.version


def test_the_applied_declaration_is_remembered(engine: Engine) -> None:
    action = create("stack", "web", config=CONFIG)
    engine.apply(action, nowhere)
    assert action.proposed is not None
    assert records(engine) == {WEB: fingerprint(action.proposed)}


def test_a_secret_that_the_file_leaves_out_stays(engine: Engine) -> None:
    token = make("variable", "TOKEN", is_secret=True, value="s3cr3t-value")
    engine.apply(create("variable", "TOKEN", is_secret=True, value="s3cr3t-value"), nowhere)
    engine.apply(update(token, "variable", is_secret=True, description="for the registry"), nowhere)
    kept = engine.snapshot().live[Target("variable", "TOKEN")].resource
    assert kept == make("variable", "TOKEN", is_secret=True, value="s3cr3t-value", description="for the registry")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("variable", {"is_secret": True, "value": "s3cr3t-value"}),
        ("stack", {"config": {"webhook_secret": "s3cr3t-value"}}),
        ("build", {"config": {"secret_args": "A = s3cr3t-value\nB = [[NAME]]\n"}}),
        ("alerter", {"config": {"endpoint": {"type": "Slack", "params": {"url": "https://hooks/s3cr3t-value"}}}}),
        ("builder", {"config": {"type": "Url", "params": {"passkey": "s3cr3t-value"}}}),
    ],
    ids=["variable", "field", "environment", "endpoint", "choice"],
)
def test_secrets_come_back(
    request: pytest.FixtureRequest, engine: Engine, tmp_path: Path, kind: str, fields: dict[str, object]
) -> None:
    action = create(kind, "thing", **fields)
    engine.apply(action, nowhere)
    with request.node.callspec.params["empty"](tmp_path) as again:
        live = again.snapshot().live[action.target]
        assert action.proposed is not None
        assert canonical_of(live.resource) == canonical_of(action.proposed)
        assert live.fingerprint == fingerprint(live.resource)
        assert "s3cr3t-value" in "".join(again.known_secrets().values())


def test_what_cannot_be_deployed_is_blocked_and_says_what_to_do(engine: Engine) -> None:
    assert "set `server`" in str(engine.deploy_block(make("stack", "web"), lambda _: None))


def test_a_deploy_that_cannot_be_is_never_pretended(engine: Engine) -> None:
    action = create("stack", "web", deploy=True)
    engine.apply(action, nowhere)
    before = engine.snapshot()
    with pytest.raises(EngineError):
        engine.apply(replace(action, verb="deploy"), nowhere)
    assert engine.snapshot().version == before.version
    assert engine.snapshot().deployed[WEB].outstanding == "deploy on creation"


def test_a_deploy_that_is_owed_is_not_forgotten(engine: Engine) -> None:
    before = make("stack", "web", deploy=True, config=CONFIG)
    engine.apply(create("stack", "web", deploy=True, config=CONFIG), nowhere)
    assert engine.snapshot().deployed[WEB].outstanding == "deploy on creation"
    change = FieldChange("config.environment", CONFIG["environment"], "", redeploys=True)
    engine.apply(update(before, "stack", change, deploy=True, config={"server_id": "edge-1"}), nowhere)
    assert engine.snapshot().deployed[WEB].outstanding == "deploy on creation"


def test_what_a_sync_does_not_deploy_owes_no_deploy(engine: Engine) -> None:
    engine.apply(create("stack", "web", config=CONFIG), nowhere)
    assert WEB not in engine.snapshot().deployed or engine.snapshot().deployed[WEB].outstanding is None
    change = FieldChange("config.run_build", False, True, redeploys=True)
    config = {**CONFIG, "run_build": True}
    engine.apply(update(make("stack", "web", config=CONFIG), "stack", change, deploy=True, config=config), nowhere)
    assert engine.snapshot().deployed[WEB].outstanding == "deploy was turned on"


def test_who_may_do_everything_is_refused_nothing(engine: Engine) -> None:
    assert engine.refused([create("stack", "web"), create("user_group", "ops"), create("variable", "DOMAIN")]) == {}


def _on_record(engine: Engine) -> list[object]:
    """What was applied last to WEB, the newest first."""
    last_applied = engine.snapshot().last_applied
    assert last_applied is not None
    return [one.resource for one in last_applied(WEB)]


def test_what_was_applied_last_can_be_looked_up(engine: Engine) -> None:
    first = create("stack", "web", config=CONFIG)
    engine.apply(first, nowhere)
    assert _on_record(engine) == [first.proposed]
    second = update(make("stack", "web", config=CONFIG), "stack", tags=["home"])
    engine.apply(second, nowhere)
    assert _on_record(engine) == [second.proposed]
    assert second.proposed is not None
    engine.apply(delete(second.proposed, "stack"), nowhere)
    assert _on_record(engine) == []


def test_what_a_file_took_over_from_live_counts_as_applied(engine: Engine) -> None:
    engine.apply(create("stack", "web", config=CONFIG), nowhere)
    live = make("stack", "web", tags=["home"], config=CONFIG)
    before = engine.snapshot()
    engine.agree(WEB, live)
    assert _on_record(engine) == [live]
    assert engine.snapshot().live[WEB].resource == before.live[WEB].resource
    engine.agree(WEB, None)
    assert _on_record(engine) == []


TEXTS = {
    "environment": "# LEVEL=debug\n# PORT=80\n",
    "file_contents": "# services:\n",
    "pre_deploy": {"path": "", "command": "# nothing yet"},
}


def test_a_text_of_comments_alone_is_kept_as_it_is_written(engine: Engine) -> None:
    engine.apply(create("stack", "web", description="  spaced  ", config=TEXTS), nowhere)
    kept = live_of(engine, WEB).config
    wanted = make("stack", "web", config=TEXTS).config
    assert kept.environment == wanted.environment
    assert kept.file_contents == wanted.file_contents
    assert kept.pre_deploy == wanted.pre_deploy


@pytest.mark.parametrize("field", ["environment", "volumes", "ports", "labels"])
def test_a_text_that_is_written_in_another_way_is_sent(engine: Engine, field: str) -> None:
    engine.apply(create("deployment", "web", config={field: "A = 1\n"}), nowhere)
    live = live_of(engine, Target("deployment", "web"))
    engine.apply(update(live, "deployment", config={field: "# why\nA=1\n"}), nowhere)
    assert getattr(live_of(engine, Target("deployment", "web")).config, field) == "# why\nA=1\n"


def live_of(engine: Engine, target: Target) -> Any:
    return engine.snapshot().live[target].resource
