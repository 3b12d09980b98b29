"""A whole ksync against a Core behind a socket: sessions and command lines, as an admin and as others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.cli import main
from ksync_tui.model.events import RunRecord
from ksync_tui.model.plan import Plan
from ksync_tui.model.resource import Target
from ksync_tui.services import Session
from tests.core.conftest import Lab

FILE = """\
[[server]]
name = "edge"
config.enabled = true

[[stack]]
name = "db"
deploy = true
[stack.config]
server = "edge"
file_contents = "services: {}"

[[stack]]
name = "web"
deploy = true
after = ["db"]
[stack.config]
server = "edge"
file_contents = "services: {}"
environment = "TOKEN = [[TOKEN]]"
webhook_secret = "h00k-secret"

[[variable]]
name = "TOKEN"
value = "s3cr3t-token"
is_secret = true
"""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Ksync = Callable[..., Ended]


@pytest.fixture
def ksync(lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ksync:
    """Runs a command in the profile `lab`, or another."""
    monkeypatch.setenv("KSYNC_HOME", str(lab.home))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: object, profile: str = "lab") -> Ended:
        code = main([*map(str, arguments), "--profile", profile])
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "all.toml"
    made.write_text(FILE)
    return made


def profile(lab: Lab, name: str, key: str, secret: str, more: str = "") -> None:
    config = lab.home / "config.toml"
    table = f'[profiles.{name}]\naddress = "{lab.address}"\nkey = "{key}"\nsecret = "{secret}"\n{more}\n'
    config.write_text(config.read_text() + table)


def plan_of(session: Session, file: Path) -> Plan:
    return session.reviews.create(session.syncs.at(file, variables=True, user_groups=True)).plan


def every(plan: Plan) -> list[str]:
    """All that can be done, as `apply --all` does it; deletes too."""
    return [action.id for action in plan.actions if not action.blocked]


def apply_all(session: Session, file: Path) -> RunRecord:
    plan = plan_of(session, file)
    return session.runs.run(plan.select(every(plan)), lambda _: None)


def outcomes(record: RunRecord) -> dict[str, str]:
    return {action.action: action.outcome for action in record.actions}


# -------------------------------------------------------------- exit codes


def test_a_plan_is_applied_once_and_then_there_is_nothing_to_do(ksync: Ksync, file: Path, lab: Lab) -> None:
    assert ksync("plan", file).code == 2
    assert ksync("apply", file, "--all", "--yes").code == 0
    assert ksync("plan", file).code == 0
    since = len(lab.core.writes)
    assert ksync("apply", file, "--all", "--yes").code == 0
    assert lab.written(since) == []


def test_a_core_that_is_away_is_an_error_and_no_traceback(ksync: Ksync, file: Path, lab: Lab) -> None:
    lab.core.cut("*", times=10**6)
    for command in (("plan", file), ("apply", file, "--all", "--yes"), ("export",), ("syncs",), ("changes",)):
        ended = ksync(*command)
        assert ended.code == 1
        assert "Traceback" not in ended.err
        assert lab.address in ended.err


def test_a_wrong_key_is_an_error_that_says_what_to_check(ksync: Ksync, file: Path, lab: Lab) -> None:
    profile(lab, "wrong", lab.core.key, "S_not-this-secret_S")
    ended = ksync("plan", file, profile="wrong")
    assert ended.code == 1
    assert "does not accept the credentials" in ended.err
    assert "S_not-this-secret_S" not in ended.err


# ------------------------------------------------------------- who may what


def test_a_read_only_profile_changes_nothing(ksync: Ksync, file: Path, lab: Lab) -> None:
    profile(lab, "look", lab.core.key, lab.core.secret, "read_only = true")
    assert ksync("plan", file, profile="look").code == 2
    ended = ksync("apply", file, "--all", "--yes", profile="look")
    assert ended.code == 1
    assert "look" in ended.err
    assert not lab.core.writes


def test_what_a_limited_user_may_not_do_is_blocked_with_the_permission(ksync: Ksync, file: Path, lab: Lab) -> None:
    assert ksync("apply", file, "--all", "--yes").code == 0
    ana = lab.core.user("ana")
    lab.core.named("stack", "web").base_permission = {"level": "Read", "specific": []}
    profile(lab, "ana", *lab.core.api_key(ana))
    file.write_text(FILE.replace('"h00k-secret"', '"another-secret"'))
    since = len(lab.core.writes)
    shown = ksync("plan", file, profile="ana")
    assert "ana lacks permission: Write on stack/web" in shown.out
    assert "only an admin of Core sees all of it" in shown.out
    ended = ksync("apply", file, "--all", "--yes", profile="ana")
    assert "blocked" in ended.err
    assert [call for call in lab.core.writes[since:] if call.user == "ana"] == []


def test_a_reference_that_a_limited_user_may_not_make_is_blocked(ksync: Ksync, file: Path, lab: Lab) -> None:
    lab.core.add("server", "edge").base_permission = {"level": "Read", "specific": []}
    profile(lab, "ana", *lab.core.api_key(lab.core.user("ana")))
    file.write_text('[[stack]]\nname = "mine"\nconfig.server = "edge"\n')
    assert "ana lacks permission: Attach on server/edge" in ksync("plan", file, profile="ana").out
    lab.core.named("server", "edge").base_permission = {"level": "Read", "specific": ["Attach"]}
    assert "lacks the permission" not in ksync("plan", file, profile="ana").out
    assert ksync("apply", file, "--only", "stack/mine", "--yes", profile="ana").code == 0


def test_an_export_leaves_out_what_only_admins_see_and_says_so(ksync: Ksync, file: Path, lab: Lab) -> None:
    ksync("apply", file, "--all", "--yes")
    lab.core.named("stack", "web").base_permission = {"level": "Read", "specific": []}
    profile(lab, "ana", *lab.core.api_key(lab.core.user("ana")))
    ended = ksync("export", profile="ana")
    assert ended.code == 0
    assert "# left out, as it cannot be read: variable/TOKEN" in ended.out
    assert 'name = "web"' in ended.out
    assert "##" not in ended.out.replace("\n##\n", "")


# ------------------------------------------------------------------- secrets


def test_no_secret_is_in_what_a_command_prints(ksync: Ksync, file: Path, lab: Lab) -> None:
    said = [ksync("plan", file), ksync("plan", file, "--json"), ksync("apply", file, "--all", "--yes", "--json")]
    file.write_text(FILE.replace("s3cr3t-token", "s3cr3t-newer").replace("h00k-secret", "h00k-newer"))
    said += [ksync("plan", file), ksync("plan", file, "--json"), ksync("apply", file, "--all", "--yes")]
    file.write_text(FILE.replace("s3cr3t-token", "s3cr3t-newest").replace("h00k-secret", "h00k-newest"))
    said += [ksync("apply", file, "--all", "--yes", "--variables")]
    said += [ksync("changes"), ksync("changes", "--json"), ksync("runs", "--json"), ksync("export")]
    for change in json.loads(ksync("changes", "--json").out)["changes"]:
        if change.get("id"):
            said.append(ksync("changes", "--log", change["id"]))
    printed = "\n".join(one.out + one.err for one in said)
    hidden = ("s3cr3t-token", "s3cr3t-newer", "h00k-secret", "h00k-newer", lab.core.key, lab.core.secret)
    assert [line for line in printed.splitlines() if any(secret in line for secret in hidden)] == []


def test_secrets_are_in_no_file_of_ksync_but_the_one_for_them(ksync: Ksync, file: Path, lab: Lab) -> None:
    ksync("apply", file, "--all", "--yes", "--variables")
    others = [one for one in lab.home.rglob("*") if one.is_file() and one.name not in ("config.toml", "secrets.json")]
    kept = b"".join(one.read_bytes() for one in others)
    assert others
    assert not [secret for secret in (b"s3cr3t-token", b"h00k-secret", lab.core.secret.encode()) if secret in kept]
    assert (lab.home / "secrets.json").stat().st_mode & 0o077 == 0


# --------------------------------------------------------------- runs and runs


def test_a_run_of_another_profile_is_not_resumed_here(ksync: Ksync, file: Path, lab: Lab) -> None:
    profile(lab, "other", lab.core.key, lab.core.secret)
    lab.core.fail("DeployStack", 500, {"error": "no", "trace": []}, times=9)
    assert ksync("apply", file, "--all", "--yes").code == 2
    run = json.loads(ksync("runs", "--json").out)["runs"][0]["id"]
    ended = ksync("runs", "resume", run, profile="other")
    assert ended.code == 1
    assert "--profile lab" in ended.err


def test_a_run_in_the_background_uses_its_profile(ksync: Ksync, file: Path, lab: Lab) -> None:
    started = ksync("apply", file, "--all", "--yes", "--detach", "--json")
    assert started.code == 0
    run = json.loads(started.out)["run"]
    run = run["id"] if isinstance(run, dict) else run
    assert ksync("runs", "watch", run).code == 0
    assert ksync("plan", file).code == 0
    assert {resource.name for resource in lab.core.of("Stack")} == {"db", "web"}


# ------------------------------------------------------------ somebody else


def test_what_changed_since_the_plan_is_skipped_and_the_next_plan_is_true(lab: Lab, file: Path) -> None:
    with lab.open() as session:
        apply_all(session, file)
        file.write_text(FILE.replace("services: {}", "services: {a: {}}"))
        plan = plan_of(session, file)
        lab.core.named("stack", "db").config["auto_pull"] = False
        lab.core.named("stack", "web").name = "site"
        record = session.runs.run(plan.select(every(plan)), lambda _: None)
        assert outcomes(record) == {
            "update:stack/db": "skipped",
            "update:stack/web": "skipped",
            "deploy:stack/db": "skipped",
            "deploy:stack/web": "skipped",
        }
        said = {action.action: action.message for action in record.actions}
        assert "changed since the plan" in str(said["update:stack/db"])
        assert "no longer exists" in str(said["update:stack/web"])
        again = plan_of(session, file)
        assert {action.id for action in again.actions} == {
            "update:stack/db",
            "create:stack/web",
            "deploy:stack/db",
            "deploy:stack/web",
        }


def test_a_core_that_goes_away_during_a_run_ends_it_in_order(lab: Lab, file: Path) -> None:
    with lab.open() as session:
        plan = plan_of(session, file)
        gone = False

        def end(event: Any) -> None:
            nonlocal gone
            if not gone and getattr(event, "outcome", None) == "done":
                gone = True
                lab.core.cut("*", times=10**6)

        record = session.runs.run(plan.select(every(plan)), end)
        assert record.state == "failed"
        assert "done" in outcomes(record).values()
        assert len(record.actions) == len(plan.actions)
        assert all(action.message for action in record.actions if action.outcome != "done")


def test_what_depends_on_a_failed_deploy_is_skipped_and_stays_owed(lab: Lab, file: Path) -> None:
    with lab.open() as session:
        plan = plan_of(session, file)
        session.runs.run(plan.select([a.id for a in plan.actions if a.verb == "create"]), lambda _: None)
        lab.core.deploy_fails("stack", "db", "no space left")
        record = apply_all(session, file)
        assert outcomes(record) == {"deploy:stack/db": "failed", "deploy:stack/web": "skipped"}
        for name in ("db", "web"):
            lab.core.state("stack", name, "unknown")
    with lab.open() as session:
        left = {action.id: action.reason for action in plan_of(session, file).actions}
    assert left == {"deploy:stack/db": "deploy on creation", "deploy:stack/web": "deploy on creation"}


@pytest.mark.parametrize(("state", "said"), [("NotOk", "does not answer"), ("Disabled", "disabled")])
def test_a_host_that_cannot_be_reached_blocks_its_deploys(lab: Lab, file: Path, state: str, said: str) -> None:
    with lab.open() as session:
        plan = plan_of(session, file)
        session.runs.run(plan.select([a.id for a in plan.actions if a.verb == "create"]), lambda _: None)
        if state == "Disabled":
            lab.core.named("server", "edge").config["enabled"] = False
            file.write_text(FILE.replace("config.enabled = true", "config.enabled = false"))
        else:
            lab.core.state("server", "edge", state)
        blocked = {action.id: action.blocked for action in plan_of(session, file).actions if action.verb == "deploy"}
    assert blocked.keys() == {"deploy:stack/db", "deploy:stack/web"}
    assert all(said in str(why) for why in blocked.values())


# -------------------------------------------------------- what Core makes of it


def test_what_is_not_understood_is_left_alone_and_told(lab: Lab, file: Path) -> None:
    with lab.open() as session:
        apply_all(session, file)
        lab.core.named("stack", "db").config["file_paths"] = {"not": "a list"}
        file.write_text(FILE.replace("[[TOKEN]]", "other"))
        plan = plan_of(session, file)
        blocked = {action.id: action.blocked for action in plan.actions if action.blocked}
        assert blocked.keys() >= {"update:stack/db"}
        assert "not understood" in str(blocked["update:stack/db"])
        assert outcomes(apply_all(session, file))["update:stack/web"] == "done"
        assert session.known_secrets()


GROUPS = """\
[[user_group]]
name = "ops"
users = ["ana", "nobody"]
all.Server = "Read"
permissions = [
  { target.type = "Stack", target.id = "web-*", level = "Execute" },
  { target.type = "Stack", target.id = "\\\\^(web|api)-1$\\\\", level = "Write", specific = ["Logs"] },
  { target.type = "Stack", target.id = "none-*", level = "Write" },
  { target.type = "Server", target.id = "edge", level = "None", specific = ["Terminal"] },
]

[[server]]
name = "edge"

[[stack]]
name = "web-1"

[[stack]]
name = "web-2"

[[stack]]
name = "api-1"
"""


def test_a_group_means_what_its_patterns_match_and_settles_at_once(lab: Lab, file: Path) -> None:
    ana = lab.core.user("ana")
    file.write_text(GROUPS)
    with lab.open() as session:
        plan = plan_of(session, file)
        assert any("'nobody'" in problem.message for problem in plan.problems)
        assert set(outcomes(apply_all(session, file)).values()) == {"done"}
        assert plan_of(session, file).actions == ()
        file.write_text(GROUPS + '\n[[stack]]\nname = "web-3"\n')
        assert set(outcomes(apply_all(session, file))) == {"create:stack/web-3", "update:user_group/ops"}
        assert plan_of(session, file).actions == ()
    names = {resource.id: resource.name for resource in lab.core.resources.values()}
    held = {names[one.resource_target["id"]]: (one.level, one.specific) for one in lab.core.permissions}
    assert held == {
        "web-1": ("Write", ["Logs"]),
        "web-2": ("Execute", []),
        "web-3": ("Execute", []),
        "api-1": ("Write", ["Logs"]),
        "edge": ("None", ["Terminal"]),
    }
    assert next(iter(lab.core.groups.values())).users == [ana.id]


def test_a_group_for_everyone_has_no_users_of_its_own(lab: Lab, file: Path) -> None:
    lab.core.user("ana")
    file.write_text('[[user_group]]\nname = "all"\neveryone = true\nusers = ["ana"]\nall.Stack = "Read"\n')
    with lab.open() as session:
        apply_all(session, file)
        assert plan_of(session, file).actions == ()
    assert next(iter(lab.core.groups.values())).users == []


SETTLES = {
    "names": '[[stack]]\nname = "My Stack"\ntags = ["b", "a"]\n[[deployment]]\nname = "-My App"\n'
    '[[repo]]\nname = "a repo"\n[[build]]\nname = "The Build"\n',
    "a pinned build": '[[build]]\nname = "app"\n[build.config]\nversion = "1.2"\nauto_increment_version = false\n',
    "builders": '[[builder]]\nname = "b"\n[builder.config]\ntype = "Url"\nparams = {}\n[[builder]]\nname = "c"\n',
    "a swarm": '[[swarm]]\nname = "s"\n[swarm.config]\nsend_unhealthy_alerts = false\n',
    "an action": '[[action]]\nname = "a"\n[[action]]\nname = "b"\n[action.config]\nfile_contents = "x()"\n',
    "a container name": '[[deployment]]\nname = "a"\n[deployment.config]\ncustom_name = "my box"\n'
    'extra_args = ["", "--init"]\nports = "80:80"\nenvironment = ["A=1", "B=2"]\n',
    "alerters": '[[server]]\nname = "e"\n[[alerter]]\nname = "a"\n[alerter.config]\nresources = '
    '[{type = "Server", id = "e"}]\nendpoint = {type = "Slack", params = {url = "https://x.example"}}\n',
    "a procedure": '[[procedure]]\nname = "p"\n[[procedure.config.stage]]\nname = "one"\nexecutions = '
    '[{execution = {type = "RunProcedure", params = {procedure = "q"}}}]\n[[procedure]]\nname = "q"\n',
    "an alert sent": '[[alerter]]\nname = "z"\n[[alerter]]\nname = "a"\n[[procedure]]\nname = "p"\n'
    '[[procedure.config.stage]]\nname = "one"\nexecutions = [{execution = {type = "SendAlert", params = '
    '{level = "OK", message = "m", alerters = ["z", "a"]}}}]\n',
    "a template": '[[stack]]\nname = "t"\ntemplate = true\ndescription = "d"\n',
    "blanks": '[[stack]]\nname = "t"\ntags = []\n[stack.config]\nenvironment = """\n\n"""\nlinks = []\n',
    "variables": '[[variable]]\nname = "A"\n[[variable]]\nname = "B"\nis_secret = true\n[[variable]]\nname = "C"\n'
    'value = "a\\\\b"\ndescription = "d"\n',
}


@pytest.mark.parametrize("text", SETTLES.values(), ids=SETTLES)
def test_what_was_applied_is_no_difference_any_more(lab: Lab, file: Path, text: str) -> None:
    file.write_text(text)
    with lab.open() as session:
        assert set(outcomes(apply_all(session, file)).values()) == {"done"}
        assert [action.id for action in plan_of(session, file).actions] == []
        assert [live.target for live in session.snapshot().live.values() if live.resource.name == ""] == []


def test_the_records_of_a_core_outlive_a_session(lab: Lab, file: Path) -> None:
    with lab.open() as session:
        apply_all(session, file)
        before = session.snapshot()
    with lab.open() as session:
        after = session.snapshot()
    assert after.applied == before.applied
    assert after.deployed == before.deployed
    assert Target("stack", "web") in after.applied
