"""Of three entries that differ one goes to live, one into the file, one is left: on every engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ksync_tui.engine.base import Engine
from ksync_tui.model.ignored import IgnoreRule, SyncPolicy
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import SourceFile, Target
from ksync_tui.planner.ignored import value_of
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.selection import narrowed
from ksync_tui.planner.undo import undo
from ksync_tui.source.reader import Reader
from tests.contract.engines import ENGINES, Factory, create, nowhere

WEB = Target("stack", "web")
LAB = SyncOptions("lab")


def plan(engine: Engine, environment: str, *rules: IgnoreRule) -> Plan:
    text = f'[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n{environment}"""\n'
    return Planner().plan(
        Reader().read([SourceFile("a.toml", None, text)]), engine.snapshot(), LAB, engine=engine.name,
        capabilities=engine.capabilities, deploy_block=lambda *_: None,
        policy=SyncPolicy(rules),
    )  # fmt: skip


def update(plan: Plan, *keys: str) -> Action:
    """The update of a plan, or only some entries of its environment."""
    parts = {f"update:{WEB}": [f"config.environment.{key}" for key in keys]} if keys else {}
    return narrowed(plan, parts).by_id[f"update:{WEB}"]


def environment(engine: Engine) -> str:
    return engine.snapshot().live[WEB].resource.settings.environment  # type: ignore[attr-defined, no-any-return]


def origins(plan: Plan) -> dict[str, object]:
    return {change.field: change.origin for change in plan.by_id[f"update:{WEB}"].changes}


@contextmanager
def applied(factory: Factory, folder: Path) -> Iterator[Engine]:
    """An engine that has the stack as the sync `lab` applied it."""
    with factory(folder) as engine:
        acting = engine.acting_for("lab")
        acting.apply(create(*WEB, config={"environment": "A = 1\nB = 1\nC = 1\n"}), nowhere)
        yield acting


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_one_entry_is_applied_and_the_others_are_still_the_files(factory: Factory, tmp_path: Path) -> None:
    with applied(factory, tmp_path) as engine:
        edited = "A = 2\nB = 2\nC = 2\n"
        engine.apply(update(plan(engine, edited), "B"), nowhere)
        assert environment(engine) == "A = 1\nB = 2\nC = 1\n"
        left = plan(engine, edited)
        assert origins(left) == {"config.environment": "files"}
        engine.apply(update(left), nowhere)
        assert plan(engine, edited).actions == ()


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_what_live_and_files_changed_keeps_its_own_origin(factory: Factory, tmp_path: Path) -> None:
    with applied(factory, tmp_path) as engine:
        live_edit = update(plan(engine, "A = 1\nB = 1\nC = 9\n"))
        engine.acting_for("").apply(live_edit, nowhere)
        found = plan(engine, "A = 2\nB = 1\nC = 1\n")
        assert origins(found) == {"config.environment": "both"}
        (change,) = found.by_id[f"update:{WEB}"].changes
        assert dict(change.origins) == {"config.environment.A": "files", "config.environment.C": "live"}
        engine.apply(update(found, "A"), nowhere)
        assert environment(engine) == "A = 2\nB = 1\nC = 9\n"
        assert origins(plan(engine, "A = 2\nB = 1\nC = 1\n")) == {"config.environment": "live"}


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_what_the_file_takes_from_live_is_agreed_entry_by_entry(factory: Factory, tmp_path: Path) -> None:
    with applied(factory, tmp_path) as engine:
        engine.acting_for("").apply(update(plan(engine, "A = 9\nB = 9\nC = 1\n")), nowhere)
        live = engine.snapshot().live[WEB].resource
        engine.agree(WEB, live, ["config.environment.A"])
        left = plan(engine, "A = 9\nB = 1\nC = 1\n")
        assert origins(left) == {"config.environment": "live"}
        engine.acting_for("").apply(update(plan(engine, "A = 1\nB = 9\nC = 1\n")), nowhere)
        assert origins(plan(engine, "A = 9\nB = 9\nC = 1\n")) == {"config.environment": "live"}


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_undoing_one_entry_undoes_just_that(factory: Factory, tmp_path: Path) -> None:
    with applied(factory, tmp_path) as engine:
        edited = "A = 2\nB = 2\nC = 1\n"
        found = narrowed(plan(engine, edited), {f"update:{WEB}": ["config.environment.A"]})
        selection = found.select([f"update:{WEB}"])
        engine.apply(found.by_id[f"update:{WEB}"], nowhere)
        keeps = engine.capabilities.keeps_deploy
        (back,) = undo(selection, [f"update:{WEB}"], engine.snapshot(), keeps_deploy=keeps).actions
        assert back.parts == ("config.environment.A",)
        engine.apply(back, nowhere)
        assert environment(engine) == "A = 1\nB = 1\nC = 1\n"
        assert origins(plan(engine, edited)) == {"config.environment": "files"}


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_of_three_entries_one_is_applied_one_written_and_one_ignored(factory: Factory, tmp_path: Path) -> None:
    with applied(factory, tmp_path) as engine:
        engine.acting_for("").apply(update(plan(engine, "A = 1\nB = 9\nC = 1\n")), nowhere)
        edited = "A = 2\nB = 1\nC = 2\n"
        rule = ignoring(plan(engine, edited), "C")
        engine.apply(update(plan(engine, edited, rule), "A"), nowhere)
        engine.agree(WEB, engine.snapshot().live[WEB].resource, ["config.environment.B"])
        assert environment(engine) == "A = 2\nB = 9\nC = 1\n"
        written = "A = 2\nB = 9\nC = 2\n"
        after = plan(engine, written, rule)
        assert (after.actions, after.summary["ignored"]) == ((), 1)
        back = plan(engine, written.replace("C = 2", "C = 3"), rule)
        assert [found.why for found in back.returned] == ["changed"]
        assert origins(back) == {"config.environment": "files"}
        engine.apply(update(back), nowhere)
        assert environment(engine) == "A = 2\nB = 9\nC = 3\n"


def ignoring(found: Plan, key: str) -> IgnoreRule:
    """The rule that a person makes of an entry."""
    part = f"config.environment.{key}"
    return IgnoreRule("lab", WEB, f"environment.{key}", "change", value_of(found.by_id[f"update:{WEB}"], [part]))


@pytest.mark.parametrize("factory", ENGINES[:2])
def test_applying_all_leaves_what_is_ignored(factory: Factory, tmp_path: Path) -> None:
    with applied(factory, tmp_path) as engine:
        edited = "A = 2\nB = 1\nC = 2\n"
        rule = ignoring(plan(engine, edited), "C")
        engine.apply(update(plan(engine, edited, rule)), nowhere)
        assert environment(engine) == "A = 2\nB = 1\nC = 1\n"
        assert origins(plan(engine, edited)) == {"config.environment": "files"}
