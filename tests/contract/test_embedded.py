"""What only the embedded engine promises: one database for state and journal, Docker hosts by server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ksync_tui.engine.base import Engine
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target
from tests.contract.engines import create, delete, embedded, make, nowhere, update

WEB = Target("stack", "web")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with embedded(tmp_path) as opened:
        yield opened


def test_a_group_is_kept_as_a_whole_or_not_at_all(engine: Engine) -> None:
    engine.apply(create("server", "edge-1"), nowhere)
    before = engine.snapshot()
    again = [create("server", "edge-2"), delete(make("server", "edge-1"), "server"), create("server", "edge-2")]
    with pytest.raises(EngineError, match="exists already"), engine.group():
        _apply_all(engine, again)
    assert set(engine.snapshot().live) == set(before.live)
    with engine.group():
        _apply_all(engine, again[:1])
    assert len(engine.snapshot().live) == 2


def _apply_all(engine: Engine, actions: list[Action]) -> None:
    for action in actions:
        engine.apply(action, nowhere)


NEVER_BUILT = {"server_id": "edge-1", "image": {"type": "Build", "params": {"build_id": "app"}}}


@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("stack", {}, "set `server`"),
        ("stack", {"server_id": "attic"}, "'attic'"),
        ("stack", {"server_id": "attic"}, "`ksync hosts add attic ADDRESS` maps one"),
        ("stack", {"server_id": "edge-1", "swarm_id": "fleet"}, "Komodo Core"),
        ("deployment", NEVER_BUILT, "`ksync run build/app`"),
    ],
)
def test_what_cannot_be_deployed_is_blocked_and_says_what_to_do(
    engine: Engine, kind: str, config: dict[str, object], said: str
) -> None:
    assert said in str(engine.deploy_block(make(kind, "web", config=config), lambda _: None))


def test_what_has_a_docker_host_is_not_blocked(engine: Engine) -> None:
    assert engine.deploy_block(make("stack", "web", config={"server_id": "edge-1"}), lambda _: None) is None


def test_only_what_acts_elsewhere_is_done_by_itself(engine: Engine) -> None:
    inside = [create("stack", "web"), update(make("stack", "web"), "stack"), delete(make("stack", "web"), "stack")]
    assert not any(map(engine.outside, inside))
    assert engine.outside(replace(inside[0], verb="deploy"))
    assert engine.outside(replace(inside[2], removal="down"))
    assert not engine.outside(replace(inside[2], removal="forget"))


def test_where_nothing_can_be_deployed_nothing_is_looked_at(engine: Engine) -> None:
    engine.apply(create("stack", "web", deploy=True, config={"server_id": "attic"}), nowhere)
    snapshot = engine.snapshot()
    seen = engine.observed(snapshot, {WEB, Target("stack", "gone")})
    assert (seen.states, seen.unreachable) == ({}, {})


def test_a_deploy_that_cannot_be_is_never_pretended(engine: Engine) -> None:
    action = create("stack", "web", deploy=True, config={"server_id": "attic"})
    engine.apply(action, nowhere)
    before = engine.snapshot()
    with pytest.raises(NotPossibleError, match="attic"):
        engine.apply(replace(action, verb="deploy"), nowhere)
    assert engine.snapshot().version == before.version
