"""A rename keeps what it renames, and those that name it follow: on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.engine.base import Engine
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import Declarations, SourceFile, Target
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.renaming import Rename
from ksync_tui.planner.undo import undo
from ksync_tui.source.reader import Reader
from tests.contract.engines import ENGINES, Factory, nowhere

LAB = SyncOptions("lab", delete=True)
FILES = """
[[server]]
name = "{server}"

[[stack]]
name = "{stack}"
description = "{words}"
[stack.config]
server = "{server}"

[[deployment]]
name = "app"
after = ["{stack}"]
[deployment.config]
server = "{server}"

[[procedure]]
name = "nightly"
[[procedure.config.stage]]
name = "all"
executions = [{{ execution.type = "DeployStack", execution.params.stack = "{stack}" }}]
"""
BEFORE = FILES.format(server="edge", stack="web", words="as it was")
AFTER = FILES.format(server="rim", stack="site", words="as it is")
RENAMES = (
    Rename(Target("server", "edge"), Target("server", "rim")),
    Rename(Target("stack", "web"), Target("stack", "site")),
)


def plan(engine: Engine, text: str, *renames: Rename) -> Plan:
    declarations: Declarations = Reader().read([SourceFile("a.toml", None, text)])
    return Planner().plan(
        declarations, engine.snapshot(), LAB, engine=engine.name, capabilities=engine.capabilities,
        deploy_block=lambda *_: None, renames=renames,
    )  # fmt: skip


def carry_out(engine: Engine, found: Plan) -> list[str]:
    for action in found.actions:
        assert engine.fingerprint(action.subject) == action.fingerprint or action.verb == "create", action.id
        engine.acting_for("lab").apply(action, nowhere)
    return [action.id for action in found.actions]


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_whoever_names_it_follows_and_the_plan_is_empty_after(factory: Factory, tmp_path: Path) -> None:
    with factory(tmp_path) as engine:
        carry_out(engine, plan(engine, BEFORE))
        found = plan(engine, AFTER, *RENAMES)
        assert [action.id for action in found.actions[:2]] == ["rename:server/rim", "rename:stack/site"]
        assert found.by_id["rename:stack/site"].requires == ("rename:server/rim",)
        assert {action.verb for action in found.actions} == {"rename", "update"}
        described = found.by_id["update:stack/site"]
        assert [change.field for change in described.changes] == ["description"]
        assert "rename:stack/site" in described.requires
        carry_out(engine, found)
        assert plan(engine, AFTER).actions == ()


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_a_rename_is_undone_by_a_rename(factory: Factory, tmp_path: Path) -> None:
    with factory(tmp_path) as engine:
        carry_out(engine, plan(engine, BEFORE))
        found = plan(engine, AFTER, *RENAMES)
        selection = found.select([action.id for action in found.actions])
        carry_out(engine, found)
        keeps = engine.capabilities.keeps_deploy
        back = undo(selection, [action.id for action in selection], engine.snapshot(), keeps_deploy=keeps)
        assert [action.blocked for action in back.actions] == [None] * len(back.actions)
        for action in back.actions:
            engine.acting_for("lab").apply(action, nowhere)
        assert plan(engine, BEFORE).actions == ()
