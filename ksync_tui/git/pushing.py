"""Pushing the branch of a work tree of the user's: to where git would push it, never by force."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError, GitError
from ksync_tui.git import command
from ksync_tui.git.facts import SHORT_ID
from ksync_tui.git.network import Patience, push
from ksync_tui.git.remote import Remote, host_of
from ksync_tui.git.settings import read_settings
from ksync_tui.model import tokens

if TYPE_CHECKING:
    from pathlib import Path

    import pygit2

    from ksync_tui.git.settings import GitConfig

_BRANCH = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a push of a branch goes: the remote's name, the branch there, and how many commits of the user's go along.

    `ahead` counts what the remote is not known to have yet.
    """

    name: str
    branch: str
    ahead: int

    def __str__(self) -> str:
        return f"{self.name}/{self.branch}"


def upstream_of(handle: pygit2.Repository, root: Path, branch: str | None) -> Upstream | None:
    """Where git would push a branch; None where there is no remote, or several and none is meant."""
    if branch is None:
        return None
    settings, known = read_settings(root, handle), [name for name in handle.remotes.names() if name]
    pulled = settings.text(f"branch.{branch}.remote")
    name = settings.text(f"branch.{branch}.pushremote") or settings.text("remote.pushdefault") or pulled
    name = name or ("origin" if "origin" in known else known[0] if len(known) == 1 else None)
    if name not in known:
        return None
    there = _branch_there(settings, branch) if name == pulled else branch
    return Upstream(name, there, _ahead(root, f"refs/remotes/{name}/{there}"))


def _branch_there(settings: GitConfig, branch: str) -> str:
    return (settings.text(f"branch.{branch}.merge") or f"{_BRANCH}{branch}").removeprefix(_BRANCH)


def _ahead(root: Path, reference: str) -> int:
    done = command.run(["rev-list", "--count", "HEAD", "--not", reference], root)
    return int(done.stdout) if done.code == 0 else 0


def publish(root: Path, upstream: Upstream, commit: str, patience: Patience | None = None) -> None:
    """Pushes a commit of the branch. Raises CommitRefusedError, saying where the commit is kept, when it is refused."""
    remote, patience = _remote(root, upstream), patience or Patience()
    try:
        push(remote, root, commit, upstream.branch, patience, to=upstream.name)
    except GitError as error:
        raise _kept(root, remote, upstream, commit, error) from error


def _kept(root: Path, remote: Remote, upstream: Upstream, commit: str, error: GitError) -> CommitRefusedError:
    """The commit is on the user's branch; beside that, on one of its own there, where the remote takes it."""
    branch = f"ksync/{upstream.branch}-{commit[:SHORT_ID]}"
    what, here = f"committed {commit[:SHORT_ID]}, but {upstream} rejected it", f"git -C {root} pull --rebase"
    try:
        push(remote, root, commit, branch, Patience(), to=upstream.name)
    except GitError:
        hint = f"It is in your clone: {here}, then push it"
    else:
        hint = f"It is kept there on the branch {branch}; here: {here}, then push it"
    return CommitRefusedError(what, where=str(root), why=error.why or error.what, hint=hint)


def _remote(root: Path, upstream: Upstream) -> Remote:
    url = command.run(["remote", "get-url", "--push", upstream.name], root).stdout.strip()
    host = host_of(url)
    return Remote(url, upstream.branch, "", host, "", tokens.find(tokens.GIT, host, "", os.environ))
