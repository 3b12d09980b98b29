"""What a person finds in the sandbox: pending changes of every sort, in three syncs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ksync_tui.demo.sandbox import SERVERS, Sandbox, build
from ksync_tui.errors import UsageError
from ksync_tui.model.plan import Plan
from ksync_tui.model.resource import Target
from ksync_tui.services import Session

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
VALUES = ("demo-dns-token-1f7c", "demo-photos-password-93b0")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    return build(tmp_path_factory.mktemp("demo") / "sandbox", NOW)


@pytest.fixture(scope="module")
def session(sandbox: Sandbox) -> Iterator[Session]:
    with Session.open(sandbox.home) as opened:
        yield opened


def plan(session: Session, name: str) -> Plan:
    return session.reviews.create(session.syncs.get(name)).plan


def test_there_are_three_syncs_a_folder_a_managed_file_and_a_text(session: Session, sandbox: Sandbox) -> None:
    syncs = {sync.name: sync for sync in session.syncs.all()}
    assert set(syncs) == {"homelab", "media", "edge"}
    assert [name for name, sync in syncs.items() if sync.managed] == ["media"]
    assert str(sandbox.infra / "homelab") in syncs["homelab"].place


def test_the_folder_has_changes_of_every_sort(session: Session) -> None:
    found = plan(session, "homelab")
    assert {verb for verb, count in found.summary.items() if count} >= {"create", "update", "delete", "deploy"}
    changed = {change.field for action in found.actions for change in action.changes}
    assert changed >= {"tags", "config.environment", "config.file_contents", "config.file_paths"}
    assert found.deletes_held is None
    assert [(str(hint.old), str(hint.new)) for hint in found.renames] == [("stack/wiki-js", "stack/wiki")]
    assert not found.errors
    assert [word for problem in found.problems for word in ("'nass'", "'restrat'") if word in problem.message] == [
        "'restrat'",
        "'nass'",
    ]


def test_every_docker_host_is_a_pretend_one_and_says_so(session: Session) -> None:
    assert session.docker == "pretend Docker"
    reports = {host.address: host.report for host in session.look_at_hosts()}
    assert set(reports) == {f"unix:///pretend/{server}" for server in SERVERS}
    assert all(report and report.version and "pretend" in report.version for report in reports.values())


def test_what_was_deployed_runs(session: Session) -> None:
    states = session.reviews.create(session.syncs.get("homelab")).plan.states
    assert {states[Target("stack", name)] for name in ("proxy", "photos", "metrics", "wiki-js")} == {"running"}
    assert "pretend: this is caddy:2.8" in session.container_log(Target("stack", "proxy"))


def test_a_deploy_fails_once_and_goes_well_the_second_time(tmp_path: Path) -> None:
    made = build(tmp_path / "demo", NOW)
    hello = Target("deployment", "hello")
    with Session.open(made.home) as session:

        def run(*wanted: str) -> dict[str, str]:
            found = plan(session, "homelab")
            chosen = [one.id for one in found.actions if one.id in wanted]
            record = session.runs.run(found.select(chosen))
            return {one.action: f"{one.outcome}: {one.message}" for one in record.actions}

        first = run("update:deployment/hello", "deploy:deployment/hello")
        assert "the port is still taken" in first["deploy:deployment/hello"]
        assert "The container before it runs again" in first["deploy:deployment/hello"]
        assert "pretend: this is traefik/whoami:v1.10" in session.container_log(hello)
        assert run("deploy:deployment/hello")["deploy:deployment/hello"].startswith("done")
        assert "pretend: this is traefik/whoami:v1.11" in session.container_log(hello)
        assert run("delete:stack/old-dashboard")["delete:stack/old-dashboard"].startswith("done")
        assert hello in plan(session, "homelab").states


def test_the_managed_file_has_drifted_by_hand(session: Session) -> None:
    assert [action.id for action in plan(session, "media").actions] == [
        "update:stack/jellyfin",
        "update:stack/radio",
        "delete:stack/audiobooks",
    ]


def test_the_text_has_an_error_that_costs_only_what_it_touches(session: Session) -> None:
    found = plan(session, "edge")
    (error,) = found.errors
    assert error.place.line == 33
    assert {action.target.name for action in found.actions if action.blocked} == {"uptime"}
    assert found.by_id["update:deployment/tunnel"].blocked is None


def test_secret_values_lie_in_the_owners_file_and_nowhere_else(sandbox: Sandbox, session: Session) -> None:
    assert set(VALUES) <= set(session.known_secrets().values())
    kept = [file for file in sandbox.home.parent.rglob("*") if file.is_file()]
    holding = [file for file in kept if any(value.encode() in file.read_bytes() for value in VALUES)]
    assert [(file.name, file.stat().st_mode & 0o077) for file in holding] == [("secrets.json", 0)]


def test_a_sandbox_that_is_there_is_opened_again(sandbox: Sandbox) -> None:
    before = {file: file.stat().st_mtime_ns for file in sandbox.infra.rglob("*.toml")}
    assert build(sandbox.home.parent) == sandbox
    assert {file: file.stat().st_mtime_ns for file in sandbox.infra.rglob("*.toml")} == before


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="not empty"):
        build(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]
