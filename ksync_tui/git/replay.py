"""A commit on a branch elsewhere: made in ksync's own clone on top of what the branch is at, and pushed.

Never by force: where the branch moved meanwhile, the same edit is made again on its new commit; where the remote
refuses, the commit is kept on a branch `ksync/...` there, or here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError, GitError
from ksync_tui.git import command
from ksync_tui.git.commit_by_git import hook_of
from ksync_tui.git.facts import SHORT_ID, Author
from ksync_tui.git.identity import signature
from ksync_tui.git.library import open_bare, translated
from ksync_tui.git.network import MovedError, push
from ksync_tui.git.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pygit2

    from ksync_tui.git.network import Patience
    from ksync_tui.git.remote import Remote


KEPT = "refs/heads/ksync"
"""Below this are the commits that a remote refused."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A commit (40 hex digits) that a branch elsewhere is at now."""

    id: str
    branch: str


def author_in(folder: Path) -> Author:
    """Who git says you are. Raises GitError, with what to run, when it does not know."""
    found = signature(folder, read_settings(folder, open_bare(folder)), "author")
    return Author(found.name, found.email)


def hook_in(folder: Path) -> str | None:
    """A hook of the user's that would take part in a commit with a work tree, and does not here; None without one."""
    handle = open_bare(folder)
    return hook_of(handle, folder, read_settings(folder, handle))


def write(folder: Path, parent: str, edits: Mapping[str, bytes], message: str) -> str:
    """The id of a new commit in a bare clone: `parent` with these files replaced. It is on no branch yet.

    Signed where git's configuration says so. Raises CommitRefusedError: no message, nothing new, no signature.
    """
    import pygit2  # noqa: PLC0415 - only a repository needs it

    handle = open_bare(folder)
    with translated("the commit cannot be made", folder):
        before = handle[parent].peel(pygit2.Tree)
        tree = before.id
        for path, data in edits.items():
            tree = _with(handle, handle[tree].peel(pygit2.Tree), path, handle.create_blob(data))
    if tree == before.id:
        raise CommitRefusedError("nothing to commit", where=str(folder), why="the branch already has these contents")
    return _commit(folder, handle, [str(tree), "-p", parent], message)


def _commit(folder: Path, handle: pygit2.Repository, words: list[str], message: str) -> str:
    if not message.strip():
        raise CommitRefusedError("nothing was committed", why="the message is empty", hint="Give it one line")
    settings = read_settings(folder, handle)
    env: dict[str, str] = {}
    for role in ("author", "committer"):
        who = signature(folder, settings, role)
        env |= {f"GIT_{role.upper()}_NAME": who.name, f"GIT_{role.upper()}_EMAIL": who.email}
    signing = ["-S"] if settings.flag("commit.gpgsign") else []
    done = command.run(["commit-tree", *signing, *words, "-m", message.strip()], folder, env=env)
    if done.code != 0:
        raise CommitRefusedError("nothing was committed", where=str(folder), why=done.stderr.strip()[-500:])
    return done.stdout.strip()


def _with(handle: pygit2.Repository, tree: pygit2.Tree | None, path: str, blob: pygit2.Oid) -> pygit2.Oid:
    """A tree with one file replaced; what else it names need not be in the clone."""
    import pygit2  # noqa: PLC0415 - only a repository needs it
    from pygit2.enums import FileMode  # noqa: PLC0415 - only a repository needs it

    name, _, rest = path.partition("/")
    builder = handle.TreeBuilder(tree) if tree is not None else handle.TreeBuilder()
    old = tree[name] if tree is not None and name in tree else None
    if not rest:
        builder.insert(name, blob, old.filemode if isinstance(old, pygit2.Blob) else FileMode.BLOB)
    else:
        builder.insert(name, _with(handle, old if isinstance(old, pygit2.Tree) else None, rest, blob), FileMode.TREE)
    return builder.write()


def publish(remote: Remote, folder: Path, commit: str, patience: Patience) -> Pushed:
    """Pushes a commit to its branch.

    Raises MovedError where the branch is somewhere else by now; CommitRefusedError, which says where the commit is
    kept, where the remote refuses it.
    """
    branch = remote.branch
    try:
        push(remote, folder, commit, branch, patience)
    except MovedError:
        raise
    except GitError as error:
        raise keep(remote, folder, commit, patience, error) from error
    return Pushed(commit, branch)


def keep(remote: Remote, folder: Path, commit: str, patience: Patience, error: GitError) -> CommitRefusedError:
    """Keeps a commit that the remote refuses: on a branch of its own there, else on one in the clone."""
    branch = f"ksync/{remote.branch}-{commit[:SHORT_ID]}"
    what = f"{remote} rejected the commit"
    try:
        push(remote, folder, commit, branch, patience)
    except GitError:
        done = command.run(["update-ref", f"refs/heads/{branch}", commit], folder)
        if done.code != 0:
            return CommitRefusedError(f"{what}, and it cannot be kept", where=str(folder), why=done.stderr.strip())
        hint = f"It is kept here: git -C {folder} push origin {branch}:{branch}"
        return CommitRefusedError(what, why=error.why or error.what, hint=hint)
    hint = f"It is kept there on the branch {branch}: merge that"
    return CommitRefusedError(what, why=error.why or error.what, hint=hint)
