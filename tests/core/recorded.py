"""What surrounds the recorded exchanges: what was there before, what happened outside, what cannot be the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.core.fake import FakeCore, auth, groups, permissions, resources, variables
from tests.core.replay import Loose

Json = dict[str, Any]
Exchanges = list[Json]
Setup = Callable[[FakeCore, Exchanges], None]

LOOSE = (
    Loose("", "the key that the test itself uses is one more", "01", frozenset({8})),
    Loose(r"\.error", "a real Core knows more requests", "02", frozenset({3, 4})),
    Loose(r"\.updates", "the older ones are not part of the recording", "03", frozenset({78, 79}), longer=True),
    Loose(r"\.(alerts|updates)", "the older ones are not part of the recording", "07", longer=True),
    Loose(r"\.info\.pending_hash", "other commits have other hashes", "08"),
    Loose(r"\[1\]\.info\.status", "how long a container is up", "12", frozenset({8})),
    Loose(r"\.info\.deployed_config", "what docker compose config prints", "12"),
    Loose(r"\.alerts", "the older ones are not part of the recording", "09", longer=True),
)
"""What is not compared in full, and why. Not listed: times, secrets, and what commands print."""

LEFT_OUT: dict[tuple[str, int], str] = {}


def _ana(core: FakeCore) -> None:
    core.user("ana", "ana-password")


def _before_kinds(core: FakeCore, exchanges: Exchanges) -> None:
    clone = {"path": ".", "command": "echo hi"}
    config = {"git_provider": "git.example", "repo": "me/src", "branch": "dev", "on_clone": clone}
    core.add("Repo", "repo-a", config, description="desc")


def _life(core: FakeCore) -> None:
    """What the recorded life of a folder sync has left behind."""
    _ana(core)
    core.add("Server", "s1", {"address": "http://127.0.0.1:1"}, tags=["t"])
    core.add("Stack", "db2", {"server": "s1"}, tags=["t"])
    core.add("Stack", "my_stack")
    texts = {"file_contents": "services:\n  web:\n    image: nginx\n", "environment": "A = 1\n# note\nB = 2\n"}
    core.add("Stack", "web", {"server": "s1", **texts}, tags=["t"])
    image = {"type": "Image", "params": {"image": "nginx"}}
    core.add("Deployment", "d1", {"server": "s1", "image": image}, tags=["t"])
    switches = {"include_variables": True, "include_user_groups": True}
    core.add("ResourceSync", "life", {"files_on_host": True, "resource_path": ["none.toml"], **switches})
    core.add_variable("V", "1")
    group = groups.create(core, "g")
    groups.set_users(core, group, ["ana"])
    group.all["Stack"] = {"level": "Read", "specific": []}
    holder = {"type": "UserGroup", "id": group.id}
    permissions.set_on_target(core, holder, core.named("stack", "web").target, {"level": "Execute", "specific": []})


def _drift(core: FakeCore, exchanges: Exchanges) -> None:
    resources.update(core, core.admin, core.named("deployment", "test-logger-01"), {"environment": "A = 1"})
    resources.update(core, core.admin, core.named("stack", "test-stack"), {"auto_pull": False})
    variables.change(core, core.admin, "OTLP_ENDPOINT", "value", "http://changed")


def _before_page(core: FakeCore, exchanges: Exchanges) -> None:
    core.agents_answer = False
    _file(core, "seed/main.toml", exchanges[0]["file"])


def _before_managed(core: FakeCore, exchanges: Exchanges) -> None:
    _life(core)
    folder, work = core.repo_folder.parent, core.repo_folder.parent / "work"
    origin = folder / "origin.git"
    _git(folder, "init", "-q", "--bare", "-b", "main", str(origin))
    _git(folder, "clone", "-q", str(origin), str(work))
    committed = exchanges[10]["response"]["json"]["info"]["remote_contents"][0]
    (work / "komodo").mkdir()
    (work / committed["path"]).write_text(committed["contents"])
    _git(work, "add", ".")
    _git(work, "-c", "user.name=tester", "-c", "user.email=a@b.example", "commit", "-q", "-m", "first")
    _git(work, "push", "-q", "origin", "HEAD:main")
    core.remotes["127.0.0.1:3333/me/infra"] = origin


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def _before_deploys(core: FakeCore, exchanges: Exchanges) -> None:
    core.compose = "docker-compose"
    config = {"files_on_host": True, "resource_path": ["main.toml"], "include_variables": True}
    core.add("ResourceSync", "dep", config)


def _before_empty(core: FakeCore, exchanges: Exchanges) -> None:
    core.add("Stack", "keep")
    core.add_variable("KEEP", "1")
    _file(core, "emp/note.md", "# nothing\n")
    (core.sync_folder / "emp/empty").mkdir()
    _file(core, "emp/empty/note.md", "")
    _file(core, "emp/blank.toml", "# nothing\n")


def _removed_by_hand(core: FakeCore, name: str) -> None:
    core.running[core.named("deployment", name).id] = "not_deployed"


def _file(core: FakeCore, path: str, text: str) -> None:
    file = core.sync_folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _as_in(sync: str, step: int) -> Setup:
    """The files of a sync are what an answer says was read."""

    def write(core: FakeCore, exchanges: Exchanges) -> None:
        shutil.rmtree(core.sync_folder / sync, ignore_errors=True)
        for entry in exchanges[step]["response"]["json"]["info"]["remote_contents"]:
            _file(core, str(Path(sync) / entry["resource_path"] / entry["path"]), entry["contents"])

    return write


def _then(*setups: Setup) -> Setup:
    def run(core: FakeCore, exchanges: Exchanges) -> None:
        for setup in setups:
            setup(core, exchanges)

    return run


GIVEN: dict[str, Setup] = {
    "03-kinds": _before_kinds,
    "04-variables-groups": lambda core, exchanges: _ana(core),
    "05-as-a-limited-user": lambda core, exchanges: _ana(core),
    "06-sync-seed-page": _before_page,
    "07-sync-lifecycle": lambda core, exchanges: _ana(core),
    "08-sync-managed": _before_managed,
    "12-deploy": _before_deploys,
    "13-empty-sources": _before_empty,
}
"""What a recording takes for granted, by its name."""

PLAYED_BEFORE = {"05-as-a-limited-user": ("04-variables-groups", 31)}
"""Recordings that go on in the middle of another one: its first steps are played first."""


def _host_file(core: FakeCore) -> str:
    return (core.sync_folder / "hostfile/out/all.toml").read_text()


def _first_commit(core: FakeCore) -> str:
    """The commit after the one that was there: what CommitSync pushed."""
    shown = ("--reverse", "-p", "--format=%an <%ae>%n%B", "main")
    origin = core.remotes["127.0.0.1:3333/me/infra"]
    log = subprocess.run(["git", "log", *shown], cwd=origin, check=True, capture_output=True, text=True).stdout
    return "tester <" + log.split("tester <")[2]


WRITTEN: dict[tuple[str, int], Callable[[FakeCore], str]] = {
    ("08-sync-managed", 2): _host_file,
    ("08-sync-managed", 4): _host_file,
    ("08-sync-managed", 15): _first_commit,
}
"""What was on disk at a step that is no request."""

UNCOMPARED = {
    ("06-sync-seed-page", 0): "the text that the sync reads",
    ("09-alerts", 16): "the fake sends no alerts",
    ("12-deploy", 4): "command lines of a real agent",
    ("12-deploy", 14): "command lines of a real agent",
    ("12-deploy", 19): "command lines of a real agent",
    ("12-deploy", 22): "command lines of a real agent",
    ("12-deploy", 31): "command lines of a real agent",
}
"""Entries that are no requests and not compared, and why."""

NOBODY = {("01-auth", 11)}
"""Steps sent without credentials."""

BEFORE: dict[tuple[str, int], Setup] = {
    ("01-auth", 23): lambda core, exchanges: core.clock.pass_seconds(16),
    ("06-sync-seed-page", 7): _drift,
    ("07-sync-lifecycle", 0): _as_in("life", 1),
    ("07-sync-lifecycle", 9): _as_in("life", 9),
    ("07-sync-lifecycle", 10): _as_in("life", 10),
    ("07-sync-lifecycle", 13): _as_in("life", 13),
    ("07-sync-lifecycle", 14): _as_in("life", 14),
    ("07-sync-lifecycle", 17): _as_in("life", 19),
    ("07-sync-lifecycle", 21): lambda core, exchanges: _file(core, "life/note.md", "# nothing\n"),
    ("08-sync-managed", 1): lambda core, exchanges: _file(
        core, "hostfile/out/all.toml", '[[stack]]\nname = "web"\ndeploy = true\n'
    ),
    ("08-sync-managed", 3): lambda core, exchanges: _file(core, "hostfile/out/all.toml", "# a comment\n"),
    ("09-alerts", 5): _as_in("al", 6),
    ("09-alerts", 11): _as_in("al", 11),
    ("10-webhooks", 0): lambda core, exchanges: _file(core, "wh/m.toml", "# nothing\n"),
    ("12-deploy", 1): _as_in("dep", 1),
    ("12-deploy", 8): lambda core, exchanges: core.state("stack", "st", "down"),
    ("12-deploy", 11): _as_in("dep", 11),
    ("12-deploy", 15): lambda core, exchanges: _removed_by_hand(core, "two"),
    ("12-deploy", 16): _as_in("dep", 16),
    ("12-deploy", 20): _then(_as_in("dep", 27), lambda core, exchanges: core.deploy_fails("deployment", "one")),
}
"""What happens outside before a step."""


def login(core: FakeCore, name: str) -> str:
    """A JWT of a user."""
    user = core.user_named(name)
    assert user is not None
    return auth.new_jwt(core, user)


def steps(file: str) -> set[int]:
    """The steps of a recording that are named here."""
    named = (*LEFT_OUT, *UNCOMPARED, *WRITTEN, *BEFORE, *NOBODY)
    return {step for name, step in named if name == file}
