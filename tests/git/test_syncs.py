"""Stored syncs over git repositories elsewhere: added, planned, kept apart, and told of each other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ksync_tui.cli import main
from ksync_tui.errors import UsageError
from ksync_tui.services import Review, Session
from ksync_tui.services.waiting import Waiting
from tests.git.conftest import Upstream, variable
from tests.git.server import GitServer, serving

SWITCHES = {"include_variables": True}


def over(url: str, **fields: object) -> dict[str, object]:
    return {"repo": url, "resource_path": ["."], **SWITCHES, **fields}


def apply(session: Session, review: Review) -> None:
    session.runs.run(review.plan.select([action.id for action in review.plan.actions]), lambda _: None)


def ids(review: Review) -> list[str]:
    return sorted(action.id for action in review.plan.actions)


def test_a_push_is_planned(upstream: Upstream, server: GitServer, session: Session) -> None:
    upstream.push({"a.toml": variable("A")})
    session.syncs.add("infra", over("me/infra", git_provider=server.url))
    apply(session, session.reviews.create(session.syncs.get("infra")))
    assert session.reviews.create(session.syncs.get("infra")).plan.actions == ()
    commit = upstream.push({"a.toml": variable("A", "2"), "b/c/d.toml": variable("D")})
    assert ids(session.reviews.create(session.syncs.get("infra"))) == ["create:variable/D", "update:variable/A"]
    row = session.reviews.row(session.syncs.get("infra"))
    assert row.state == "pending"
    assert row.sync.place.startswith(f"git  me/infra@main {commit[:7]}  ")


def test_nothing_is_deleted_while_the_remote_does_not_answer(upstream: Upstream, session: Session) -> None:
    upstream.push({"a.toml": variable("A"), "b.toml": variable("B")})
    with serving(upstream.bare.parent.parent) as running:
        session.syncs.add("infra", over(f"{running.url}/me/infra.git", delete=True))
        apply(session, session.reviews.create(session.syncs.get("infra")))
        upstream.push({"a.toml": variable("A", "2"), "b.toml": None})
        assert ids(session.reviews.create(session.syncs.get("infra"))) == ["delete:variable/B", "update:variable/A"]
    # The clone knows by now that B is gone, but nobody says that this is the newest.
    review = session.reviews.create(session.syncs.get("infra"))
    assert ids(review) == ["update:variable/A"]
    assert review.plan.deletes_held is not None
    assert review.plan.errors == ()


def test_nothing_is_planned_while_the_repository_is_gone(upstream: Upstream, session: Session) -> None:
    upstream.push({"a.toml": variable("A")})
    session.syncs.add("infra", over(upstream.url, delete=True))
    apply(session, session.reviews.create(session.syncs.get("infra")))
    shutil.rmtree(upstream.bare)
    review = session.reviews.create(session.syncs.get("infra"))
    assert review.plan.actions == ()
    assert "no such repository" in str(review.plan.errors[0])


def stack(name: str, tag: str, text: str) -> str:
    return f'[[stack]]\nname = "{name}"\ntags = ["{tag}"]\n[stack.config]\nfile_contents = "{text}"\n'


def test_two_syncs_with_tags_over_one_repository_stay_independent(upstream: Upstream, session: Session) -> None:
    files = {f"{tag}/{part}/{number}.toml": stack(f"{tag}-{part}-{number}", tag, "one")
             for tag in ("home", "work") for part in ("x", "y") for number in range(50)}  # fmt: skip
    upstream.push({**files})
    for tag in ("home", "work"):
        session.syncs.add(tag, {"repo": upstream.url, "resource_path": ["."], "match_tags": [tag], "delete": True})
    home, work = (session.reviews.create(session.syncs.get(tag)) for tag in ("home", "work"))
    assert len(home.declarations.files) == len(work.declarations.files) == 200
    assert (len(home.plan.actions), len(work.plan.actions)) == (100, 100)
    apply(session, home)
    apply(session, work)
    upstream.push({"home/x/7.toml": stack("home-x-7", "home", "two"), "work/y/3.toml": None})
    assert ids(session.reviews.create(session.syncs.get("home"))) == ["update:stack/home-x-7"]
    assert ids(session.reviews.create(session.syncs.get("work"))) == ["delete:stack/work-y-3"]


def test_two_syncs_that_claim_one_resource_name_each_other(upstream: Upstream, session: Session) -> None:
    upstream.push({"a/x.toml": variable("X") + variable("A"), "b/x.toml": variable("X") + variable("B")})
    for part in ("a", "b"):
        session.syncs.add(part, over(upstream.url, resource_path=[part]))
    assert session.reviews.create(session.syncs.get("a")).plan.problems == ()
    for part, other in (("b", "a"), ("a", "b")):
        (problem,) = session.reviews.create(session.syncs.get(part)).plan.problems
        assert f"the syncs {part} and {other} both declare variable/X: each undoes" in problem.message
        assert (problem.severity, str(problem.place)) == ("warning", f"infra@main:{part}/x.toml:1:1")
    upstream.push({"a/x.toml": variable("A")})
    assert session.reviews.create(session.syncs.get("a")).plan.problems == ()
    assert session.reviews.create(session.syncs.get("b")).plan.problems == ()
    upstream.push({"a/x.toml": variable("B")})
    assert session.reviews.create(session.syncs.get("a")).plan.problems
    session.syncs.remove("b")
    assert session.reviews.create(session.syncs.get("a")).plan.problems == ()


def test_syncs_told_apart_by_tags_do_not_claim_the_same(upstream: Upstream, session: Session) -> None:
    upstream.push({"a.toml": stack("web", "home", "one")})
    for tag in ("home", "work"):
        session.syncs.add(tag, {"repo": upstream.url, "resource_path": ["."], "match_tags": [tag]})
    assert [session.reviews.create(session.syncs.get(tag)).plan.problems for tag in ("home", "work", "home")] == [
        ()
    ] * 3


def test_a_sync_that_manages_itself_is_handled_last(upstream: Upstream, session: Session) -> None:
    itself = f"""
[[resource_sync]]
name = "infra"
[resource_sync.config]
repo = "{upstream.url}"
resource_path = ["."]
include_variables = true
managed = true
"""
    upstream.push({"a.toml": itself, "z.toml": variable("Z")})
    session.syncs.add("infra", over(upstream.url))
    review = session.reviews.create(session.syncs.get("infra"))
    rounds = {action.id: action.round for action in review.plan.actions}
    assert rounds["update:resource_sync/infra"] == max(rounds.values())
    assert rounds["update:resource_sync/infra"] > rounds["create:variable/Z"]
    apply(session, review)
    assert session.syncs.get("infra").managed
    assert session.reviews.create(session.syncs.get("infra")).plan.actions == ()


def test_a_linked_repo_says_which_repository(upstream: Upstream, session: Session, tmp_path: Path) -> None:
    upstream.push({"a.toml": variable("A")})
    upstream.push({"b.toml": variable("B")}, branch="next")
    session.syncs.add("infra", {"linked_repo": "hub", "resource_path": ["."], **SWITCHES})
    review = session.reviews.create(session.syncs.get("infra"))
    assert "linked_repo names repo 'hub', which is not live" in str(review.plan.errors[0])
    declared = tmp_path / "hub.toml"
    declared.write_text(f'[[repo]]\nname = "hub"\n[repo.config]\nrepo = "{upstream.url}"\nbranch = "next"\n')
    apply(session, session.reviews.create(session.syncs.at(declared)))
    assert ids(session.reviews.create(session.syncs.get("infra"))) == ["create:variable/A", "create:variable/B"]
    assert "infra@next" in session.reviews.row(session.syncs.get("infra")).sync.place


def test_a_long_clone_is_told_and_can_be_given_up(
    upstream: Upstream, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.push({"a.toml": variable("A")})
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\necho 'Receiving objects:  45%' >&2\nexec sleep 60\n")
    slow.chmod(0o755)
    with (tmp_path / "gitconfig").open("a") as config:
        config.write(f'[remote "origin"]\n\tuploadpack = {slow}\n')
    session.syncs.add("infra", over(upstream.url))
    heard: list[str] = []

    def tell(line: str) -> None:
        heard.append(line)
        session.waiting.give_up()

    monkeypatch.setattr(session.waiting, "tell", tell)
    (problem,) = session.reviews.create(session.syncs.get("infra")).plan.errors
    assert "stopped" in problem.message
    assert heard
    (tmp_path / "gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    assert ids(session.reviews.create(session.syncs.get("infra"))) == ["create:variable/A"]


def test_what_is_not_waited_for_cannot_be_given_up(upstream: Upstream, session: Session) -> None:
    upstream.push({"a.toml": variable("A")})
    session.syncs.add("infra", over(upstream.url))
    session.waiting.give_up()
    assert session.reviews.create(session.syncs.get("infra")).plan.problems == ()


def test_progress_is_heard_once_per_line_and_ends() -> None:
    waiting, heard = Waiting(), list[str]()
    waiting.hear = heard.append
    with waiting:
        for line in ("45%", "45%", "80%"):
            waiting.tell(line)
    with waiting:
        pass
    assert heard == ["45%", "80%", ""]


def test_an_address_with_a_password_is_not_stored(session: Session) -> None:
    with pytest.raises(UsageError) as caught:
        session.syncs.add("infra", over("https://me:hunter2@example.org/me/infra"))
    assert "hunter2" not in str(caught.value)
    assert session.syncs.all() == []


@pytest.mark.parametrize("branch", ["a b", "a:b", "*", "-x", "a..b"])
def test_a_branch_that_git_does_not_take_is_not_stored(session: Session, branch: str) -> None:
    with pytest.raises(UsageError):
        session.syncs.add("infra", over("me/infra", branch=branch))


def test_an_address_is_taken_where_a_path_is(upstream: Upstream, session: Session) -> None:
    upstream.push({"a.toml": variable("A")}, branch="next")
    assert session.syncs.path_problem("https://me:hunter2@example.org/x") is not None
    assert session.syncs.path_problem(f"{upstream.url}#next") is None
    session.syncs.add("infra", dict(SWITCHES), [f"{upstream.url}#next"])
    assert ids(session.reviews.create(session.syncs.get("infra"))) == ["create:variable/A"]


@pytest.fixture
def ksync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        return (code, *capsys.readouterr())

    return run


def test_the_command_line_adds_and_changes_them(upstream: Upstream, ksync, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    pin = upstream.push({"a.toml": variable("A"), "sub/b.toml": variable("B")})
    upstream.push({"c.toml": variable("C")}, branch="next")
    assert ksync("syncs", "add", "infra", "--repo", upstream.url, "--include-variables")[0] == 0
    assert ksync("plan")[1].count("+ ") == 2
    assert ksync("syncs", "edit", "infra", "--branch", "next")[0] == 0
    assert ksync("plan")[1].count("+ ") == 3
    assert ksync("syncs", "edit", "infra", "--resource-path", "sub")[0] == 0
    assert ksync("plan")[1].count("+ ") == 1
    assert ksync("syncs", "edit", "infra", "--commit", pin, "--resource-path", ".")[0] == 0
    assert ksync("plan")[1].count("+ ") == 2
    _, out, _ = ksync("syncs")
    assert f"git  infra@next {pin[:7]}" in out
    (tmp_path / "text.toml").write_text(variable("Z"))
    assert ksync("syncs", "edit", "infra", "--inline", str(tmp_path / "text.toml"))[0] == 0
    assert "Z" in ksync("plan")[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--repo", "me/x", "--path", "."], "--path and --repo cannot be combined"),
        (["--repo", "me/x", "--linked-repo", "x"], "--repo and --linked-repo cannot be combined"),
        ([], "a sync needs a source"),
        (
            ["--path", ".", "--branch", "x", "--resource-path", "y"],
            "only a git repository has --branch, --resource-path",
        ),
        (["--repo", "https://a:b@host/x"], "holds a password"),
    ],
)
def test_the_command_line_says_what_is_wrong(ksync, arguments: list[str], words: str) -> None:  # type: ignore[no-untyped-def]
    code, _, err = ksync("syncs", "add", "infra", *arguments)
    assert code == 1
    assert words in err


def test_validate_names_file_line_and_column(upstream: Upstream, ksync) -> None:  # type: ignore[no-untyped-def]
    upstream.push({"deep/er/bad.toml": variable("A") + "\n[[stack]]\nname = 3\n"})
    ksync("syncs", "add", "infra", "--repo", upstream.url, "--include-variables")
    code, out, _ = ksync("validate", "--sync", "infra")
    assert code == 1
    assert "infra@main:deep/er/bad.toml:6:" in out
