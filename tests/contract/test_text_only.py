"""Where only comments or spacing of a text differ, that is one quiet difference: to be taken or left."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import SourceFile, Target
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.unattended import everything
from ksync_tui.present.diff import diff
from ksync_tui.present.ticks import Ticks
from ksync_tui.services.blocks import can_go_to_file
from ksync_tui.source.reader import Reader
from tests.contract.engines import ENGINES, Factory, core, create, nowhere

WEB = Target("stack", "web")
OLD = "# LEVEL is told\nA = 1\n"
NEW = "# LEVEL is loud\nA=1\n"


def text(environment: str, more: str = "") -> str:
    return f'[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n{environment}"""\n{more}'


def plan(engine: object, source: str) -> Plan:
    declarations = Reader().read([SourceFile("a.toml", None, source)])
    return Planner().plan(
        declarations,
        engine.snapshot(),  # type: ignore[attr-defined]
        SyncOptions("x"),
        engine=engine.name,  # type: ignore[attr-defined]
        capabilities=engine.capabilities,  # type: ignore[attr-defined]
        deploy_block=lambda *_: None,
    )


def test_a_text_only_difference_is_shown_quietly_and_gone_once_it_is_taken(tmp_path: Path) -> None:
    with core(tmp_path) as engine:
        engine.apply(create(*WEB, config={"environment": OLD}), nowhere)
        found = plan(engine, text(NEW))
        (action,) = found.actions
        assert (action.verb, action.reason, action.text_only) == ("update", "environment (text only)", True)
        assert (found.pending, found.summary["update"], found.empty) == (0, 0, False)
        assert not any(change.redeploys or change.origin for change in action.changes)
        assert [(row.left, row.right) for row in diff(action) if row.changed]
        ticks = Ticks(found).all()
        assert (ticks.ticked, ticks.note) == (frozenset(), "1 text-only difference left out")
        assert ticks.toggle(action.id).ticked == {action.id}
        assert len(everything(found)) == 0
        assert not can_go_to_file(action)
        engine.apply(action, nowhere)
        assert engine.snapshot().live[WEB].resource.settings.environment == NEW  # type: ignore[attr-defined]
        assert plan(engine, text(NEW)).actions == ()


def test_a_text_that_differs_beside_a_field_comes_with_that_update(tmp_path: Path) -> None:
    with core(tmp_path) as engine:
        engine.apply(create(*WEB, config={"environment": OLD}), nowhere)
        (action,) = plan(engine, text(NEW, 'branch = "next"\n')).actions
        assert (action.text_only, action.reason) == (False, "branch")
        engine.apply(action, nowhere)
        assert plan(engine, text(NEW, 'branch = "next"\n')).actions == ()


@pytest.mark.parametrize("factory", ENGINES[:1])
def test_without_a_sync_of_the_engines_own_it_is_no_difference(tmp_path: Path, factory: Factory) -> None:
    with factory(tmp_path) as engine:
        engine.apply(create(*WEB, config={"environment": OLD}), nowhere)
        assert plan(engine, text(NEW)).actions == ()
