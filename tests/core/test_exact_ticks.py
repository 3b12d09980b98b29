"""What is ticked is what a Core is asked for, and nothing else: its request log says so."""

from __future__ import annotations

from pathlib import Path

from ksync_tui.model.events import RunRecord
from ksync_tui.model.plan import Plan
from ksync_tui.planner.selection import narrowed
from ksync_tui.services import Session
from tests.core.conftest import Lab


def stacks(folder: Path, level: str, count: int = 20) -> Path:
    """A file of many stacks that are to be deployed; their level differs."""
    blocks = ['[[server]]\nname = "edge"\nconfig.enabled = true\n']
    blocks += [
        f'[[stack]]\nname = "web-{at}"\ndeploy = true\n[stack.config]\nserver = "edge"\n'
        f'environment = "LEVEL = {level}"\nfile_contents = "services: {{}}"\n'
        for at in range(count)
    ]
    file = folder / "infra.toml"
    file.write_text("\n".join(blocks))
    return file


def apply(session: Session, file: Path, *ticks: str) -> tuple[Plan, RunRecord]:
    """Runs the ticked actions of a file; without any, all that deploys nothing."""
    plan = session.reviews.create(session.syncs.at(file)).plan
    chosen = ticks or [action.id for action in plan.actions if action.verb != "deploy"]
    return plan, session.runs.run(plan.select(chosen), lambda _: None)


def test_one_update_of_twenty_changes_exactly_one_resource(lab: Lab, tmp_path: Path) -> None:
    with lab.open() as session:
        apply(session, stacks(tmp_path, "info"))
        before = {target: live.fingerprint for target, live in session.snapshot().live.items()}
        since = len(lab.core.writes)
        plan, record = apply(session, stacks(tmp_path, "debug"), "update:stack/web-7")
        after = {target: live.fingerprint for target, live in session.snapshot().live.items()}
    assert plan.summary["update"] == plan.summary["deploy"] == 20
    assert record.state == "done"
    assert [str(target) for target in after if after[target] != before[target]] == ["stack/web-7"]
    asked = [(call.path, call.type, call.params) for call in lab.core.writes[since:]]
    assert asked == [("/write", "UpdateStack", {"id": "web-7", "config": {"environment": "LEVEL = debug\n"}})]


def test_of_an_update_only_the_chosen_fields_are_sent(lab: Lab, tmp_path: Path) -> None:
    file = stacks(tmp_path, "info", 1)
    with lab.open() as session:
        apply(session, file)
        edited = file.read_text().replace("LEVEL = info", "LEVEL = debug\\nTRACE = 1")
        file.write_text(
            edited.replace('server = "edge"\n', 'server = "edge"\nbranch = "next"\nlinks = ["https://a.example"]\n')
        )
        since = len(lab.core.writes)
        for parts, sent in (
            (["config.environment.TRACE"], {"environment": "LEVEL = info\nTRACE = 1\n"}),
            (["config.branch", "config.links"], {"branch": "next", "links": ["https://a.example"]}),
            (["config.environment.LEVEL"], {"environment": "LEVEL = debug\nTRACE = 1\n"}),
        ):
            plan = session.reviews.create(session.syncs.at(file)).plan
            chosen = narrowed(plan, {"update:stack/web-0": parts}).select(["update:stack/web-0"])
            assert session.runs.run(chosen, lambda _: None).state == "done"
            (call,) = lab.core.writes[since:]
            assert (call.type, call.params) == ("UpdateStack", {"id": "web-0", "config": sent})
            since += 1
        left = session.reviews.create(session.syncs.at(file)).plan
    assert left.summary["update"] == 0


def test_one_deploy_of_twenty_deploys_exactly_one_stack(lab: Lab, tmp_path: Path) -> None:
    with lab.open() as session:
        apply(session, stacks(tmp_path, "info"))
        since = len(lab.core.writes)
        file = stacks(tmp_path, "debug")
        apply(session, file, "deploy:stack/web-3")
        assert lab.written(since) == ["UpdateStack", "DeployStack"]
        left = session.reviews.create(session.syncs.at(file)).plan
    assert (left.summary["update"], left.summary["deploy"]) == (19, 19)


def test_a_plan_asks_for_nothing(lab: Lab, tmp_path: Path) -> None:
    with lab.open() as session:
        session.reviews.create(session.syncs.at(stacks(tmp_path, "info")))
    assert lab.core.writes == []


def test_more_resources_take_no_more_requests(lab: Lab, tmp_path: Path) -> None:
    with lab.open() as session:
        apply(session, stacks(tmp_path, "info", 3))
        few = requests_of(lab, session)
        apply(session, stacks(tmp_path, "info", 13))
        assert requests_of(lab, session) == few < 25


def requests_of(lab: Lab, session: Session) -> int:
    before = len(lab.core.log)
    session.snapshot()
    return len(lab.core.log) - before
