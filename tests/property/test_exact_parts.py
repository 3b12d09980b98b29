"""Whatever is chosen of whatever differs, on either engine: that is what changes, and the rest is still pending."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ksync_tui.engine.base import Engine
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import Declarations, Declared, SourceLocation, Target
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.selection import narrowed, parts_of
from tests.contract.engines import ENGINES, Factory, create, emptied, nowhere
from tests.property.strategies import resources

KINDS_WITH_PARTS = ("stack", "deployment", "build", "repo", "procedure", "server")


def plan_of(engine: Engine, target: Target, declared: Resource) -> Plan:
    return Planner().plan(
        Declarations((Declared(target, declared, SourceLocation("a.toml", 1)),)), engine.snapshot(), SyncOptions("lab"),
        engine=engine.name, capabilities=engine.capabilities, deploy_block=lambda *_: None,
    )  # fmt: skip


def update_parts(plan: Plan, action_id: str) -> set[str]:
    return set(parts_of(plan.by_id[action_id])) if action_id in plan.by_id else set()


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, Resource, Resource]:
    """A kind, and two resources of it under one name, which refer to nothing."""
    kind = draw(st.sampled_from(KINDS_WITH_PARTS))
    live, declared = (draw(resources(kind)).model_copy(update={"name": "thing"}) for _ in range(2))
    return kind, live, declared


@contextmanager
def refusals_left_out() -> Iterator[None]:
    """A Core takes no reference to what is not there: such an example says nothing."""
    try:
        yield
    except EngineError:
        assume(False)


@pytest.mark.parametrize("factory", ENGINES[:2], ids=lambda factory: factory.__name__)
def test_the_chosen_parts_are_the_executed_ones(factory: Factory, tmp_path: Path) -> None:
    checked: list[set[str]] = []
    with factory(tmp_path) as opened:
        engine = opened.acting_for("lab")

        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        @given(pairs(), st.data())
        def check(drawn: tuple[str, Resource, Resource], data: st.DataObject) -> None:
            kind, live, declared = drawn
            target, action_id = Target(kind, "thing"), f"update:{kind}/thing"
            emptied(opened)
            try:
                engine.apply(
                    create(kind, "thing", **live.model_dump(mode="json", exclude={"name"}, exclude_unset=True)), nowhere
                )
            except Exception:  # noqa: BLE001 - a Core takes no reference to what is not there
                assume(False)
            before = plan_of(engine, target, declared)
            every = update_parts(before, action_id)
            assume(every)
            chosen = data.draw(st.sets(st.sampled_from(sorted(every)), min_size=1))
            narrow = narrowed(before, {action_id: chosen}).by_id[action_id]
            assume(not narrow.blocked)
            with refusals_left_out():
                engine.apply(narrow, nowhere)
            checked.append(chosen)
            assert update_parts(plan_of(engine, target, declared), action_id) == every - chosen

        check()
    assert len(checked) >= 5, "hardly anything was tried"
