"""Managed syncs over a git repository elsewhere: a commit goes on from the branch, and takes nothing back."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.cli import main
from ksync_tui.errors import CommitRefusedError, GitError, SecretInCommitError, UnreachableError, WriteBackError
from ksync_tui.model.resource import Target
from ksync_tui.services import Review, Session
from ksync_tui.services.commits import CommitDraft
from tests.git.conftest import Upstream, git, variable
from tests.git.server import GitServer, serving

A = Target("variable", "A")
TEXT = "# kept\n" + variable("A") + "\n" + variable("B") + "# the end\n"


def managed(session: Session, url: str, **fields: object) -> Review:
    session.syncs.add(
        "infra", {"repo": url, "resource_path": ["."], "include_variables": True, "managed": True, **fields}
    )
    review = session.reviews.create(session.syncs.get("infra"))
    session.runs.run(review.plan.select(list(review.plan.by_id)), lambda _: None)
    return session.reviews.create(session.syncs.get("infra"))


def drafted(session: Session, review: Review, value: str = "2") -> CommitDraft:
    draft = session.files.open_block(review, A)
    change = session.files.edits_of(review, draft, draft.text.replace('value = "1"', f'value = "{value}"'))
    assert "the commit will write 1 file" in session.files.write([change])
    made = session.files.commit_draft([change])
    assert made is not None
    return made


def shown(upstream: Upstream, what: str = "main:deep/vars.toml") -> str:
    return git(upstream.bare, "show", what) + "\n"


@pytest.fixture(params=["file", "http", "filtered"])
def url(request: pytest.FixtureRequest, upstream: Upstream, server: GitServer) -> str:
    upstream.push({"deep/vars.toml": TEXT, "other/big.bin": b"\0" * 100, "run.sh": "#!/bin/sh\n"})
    if request.param == "filtered":
        upstream.allow_filters()
    return upstream.url if request.param == "file" else f"{server.url}/me/infra.git"


def test_an_edit_is_committed_on_top_of_the_branch_and_pushed(upstream: Upstream, session: Session, url: str) -> None:
    review = managed(session, url)
    before = git(upstream.bare, "rev-parse", "main")
    draft = drafted(session, review)
    assert draft.author == "Ada <ada@example.org>"
    assert "pushed at once" in draft.notes[0]
    said = session.files.commit(draft, "a: two")
    commit = git(upstream.bare, "rev-parse", "main")
    assert f"committed {commit[:7]} and pushed it" in said
    assert shown(upstream) == TEXT.replace('"1"', '"2"', 1)
    assert git(upstream.bare, "log", "-1", "--format=%P %s %an", "main") == f"{before} a: two Ada"
    assert git(upstream.bare, "diff", "--name-only", before, commit) == "deep/vars.toml"
    assert [action.id for action in session.reviews.create(session.syncs.get("infra")).plan.actions] == [
        "update:variable/A"
    ]


def test_what_was_pushed_meanwhile_stays(upstream: Upstream, session: Session, url: str) -> None:
    draft = drafted(session, managed(session, url))
    upstream.push({"deep/vars.toml": TEXT.replace("# the end", "# the very end"), "new.toml": variable("NEW")})
    session.files.commit(draft, "a: two")
    assert shown(upstream) == TEXT.replace('"1"', '"2"', 1).replace("# the end", "# the very end")
    assert shown(upstream, "main:new.toml") == variable("NEW")


def test_an_edit_of_a_block_that_somebody_else_edited_is_refused(
    upstream: Upstream, session: Session, url: str
) -> None:
    draft = drafted(session, managed(session, url))
    upstream.push({"deep/vars.toml": TEXT.replace('"1"', '"7"', 1)})
    head = git(upstream.bare, "rev-parse", "main")
    with pytest.raises(WriteBackError):
        session.files.commit(draft, "a: two")
    assert git(upstream.bare, "rev-parse", "main") == head


def test_a_push_in_the_very_moment_is_gone_on_from(
    upstream: Upstream, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ksync_tui.git import replay

    upstream.push({"deep/vars.toml": TEXT})
    draft = drafted(session, managed(session, upstream.url))
    write, raced = replay.write, iter([True])

    def racing(*arguments: object) -> str:
        if next(raced, False):
            upstream.push({"new.toml": variable("NEW")})
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(replay, "write", racing)
    session.files.commit(draft, "a: two")
    assert shown(upstream) == TEXT.replace('"1"', '"2"', 1)
    assert shown(upstream, "main:new.toml") == variable("NEW")


def refusing(upstream: Upstream, condition: str) -> None:
    hook = upstream.bare / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nif {condition}; then echo "main is protected" >&2; exit 1; fi\n')
    hook.chmod(0o755)


def test_a_refused_push_keeps_the_commit_on_a_branch_of_its_own(upstream: Upstream, session: Session, url: str) -> None:
    draft = drafted(session, managed(session, url))
    refusing(upstream, '[ "$1" = refs/heads/main ]')
    head = git(upstream.bare, "rev-parse", "main")
    with pytest.raises(CommitRefusedError) as refused:
        session.files.commit(draft, "a: two")
    assert "main is protected" in str(refused.value)
    branch = git(upstream.bare, "branch", "--list", "ksync/*", "--format=%(refname:short)")
    assert f"kept there on the branch {branch}" in str(refused.value)
    assert git(upstream.bare, "rev-parse", "main") == head == git(upstream.bare, "rev-parse", f"{branch}^")
    assert 'value = "2"' in shown(upstream, f"{branch}:deep/vars.toml")


def test_a_commit_that_no_branch_there_takes_is_kept_here_even_when_the_clone_is_made_anew(
    upstream: Upstream, session: Session, url: str, tmp_path: Path
) -> None:
    draft = drafted(session, managed(session, url))
    refusing(upstream, "true")
    with pytest.raises(CommitRefusedError, match="It is kept here: git -C") as refused:
        session.files.commit(draft, "a: two")
    folder = Path(str(refused.value).partition("git -C ")[2].split()[0])
    branch = str(refused.value).rpartition(":")[2]
    assert 'value = "2"' in git(folder, "show", f"{branch}:deep/vars.toml")
    git(folder, "pack-refs", "--all")
    (folder / "HEAD").unlink()
    assert session.reviews.create(session.syncs.get("infra")).plan.problems == ()
    (kept,) = folder.parent.glob("*.damaged-*")
    (kept / "HEAD").write_text("ref: refs/heads/main\n")
    assert 'value = "2"' in git(kept, "show", f"{branch}:deep/vars.toml")


def test_without_an_answer_nothing_is_committed(upstream: Upstream, session: Session) -> None:
    upstream.push({"deep/vars.toml": TEXT})
    with serving(upstream.bare.parent.parent) as running:
        draft = drafted(session, managed(session, f"{running.url}/me/infra.git"))
    with pytest.raises(UnreachableError):
        session.files.commit(draft, "a: two")


def test_a_sync_that_stays_at_a_commit_takes_none(upstream: Upstream, session: Session) -> None:
    pin = upstream.push({"deep/vars.toml": TEXT})
    review = managed(session, upstream.url, commit=pin)
    with pytest.raises(CommitRefusedError, match="stays at one commit"):
        drafted(session, review)


def test_a_known_secret_is_not_committed(upstream: Upstream, session: Session) -> None:
    secret = '[[variable]]\nname = "S"\nvalue = "hunter2-hunter2"\nis_secret = true\n'
    upstream.push({"deep/vars.toml": TEXT, "secret.toml": secret})
    review = managed(session, upstream.url)
    with pytest.raises(SecretInCommitError) as refused:
        drafted(session, review, "hunter2-hunter2")
    assert "hunter2" not in str(refused.value)


def test_whose_commit_it_is_has_to_be_known(upstream: Upstream, session: Session, tmp_path: Path) -> None:
    upstream.push({"deep/vars.toml": TEXT})
    review = managed(session, upstream.url)
    (tmp_path / "gitconfig").write_text("")
    with pytest.raises(GitError, match="who you are"):
        drafted(session, review)


def test_a_signature_that_cannot_be_made_means_no_commit(upstream: Upstream, session: Session, tmp_path: Path) -> None:
    upstream.push({"deep/vars.toml": TEXT})
    draft = drafted(session, managed(session, upstream.url))
    with (tmp_path / "gitconfig").open("a") as config:
        config.write("[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = /bin/false\n")
    head = git(upstream.bare, "rev-parse", "main")
    with pytest.raises(CommitRefusedError, match="gpg"):
        session.files.commit(draft, "a: two")
    assert git(upstream.bare, "rev-parse", "main") == head


def test_a_hook_that_is_not_run_is_told(upstream: Upstream, session: Session, tmp_path: Path) -> None:
    upstream.push({"deep/vars.toml": TEXT})
    review = managed(session, upstream.url)
    hook = tmp_path / "hooks" / "pre-commit"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with (tmp_path / "gitconfig").open("a") as config:
        config.write(f"[core]\n\thooksPath = {hook.parent}\n")
    assert f"{hook} is not run" in drafted(session, review).notes[1]


def test_live_is_taken_into_the_file(upstream: Upstream, session: Session, tmp_path: Path) -> None:
    upstream.push({"deep/vars.toml": TEXT, "run.sh": "#!/bin/sh\n"})
    managed(session, upstream.url)
    other = tmp_path / "other.toml"
    other.write_text(variable("A", "from live"))
    found = session.reviews.create(session.syncs.at(other))
    session.runs.run(found.plan.select(list(found.plan.by_id)), lambda _: None)
    review = session.reviews.create(session.syncs.get("infra"))
    changes = session.files.write_back(review, ["update:variable/A"])
    draft = session.files.commit_draft(changes)
    assert draft is not None
    session.files.commit(draft, draft.message)
    assert shown(upstream) == TEXT.replace('"1"', '"from live"', 1)
    assert session.reviews.create(session.syncs.get("infra")).plan.actions == ()


def test_the_command_line_commits_and_pushes(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    upstream.push({"deep/vars.toml": TEXT})
    other = tmp_path / "other.toml"
    other.write_text(variable("A", "from live"))
    main(["syncs", "add", "infra", "--repo", upstream.url, "--managed", "--include-variables"])
    main(["apply", str(other), "--all", "--yes"])
    capsys.readouterr()
    assert main(["commit", "--sync", "infra", "--only", "variable/A", "--yes", "-m", "a: live"]) == 0
    out, err = capsys.readouterr()
    assert '+value = "from live"' in out
    assert "the commit will write 1 file: infra@main:deep/vars.toml" in err
    assert f"committed {git(upstream.bare, 'rev-parse', 'main')[:7]} and pushed it to infra@main" in err
    assert shown(upstream) == TEXT.replace('"1"', '"from live"', 1)
