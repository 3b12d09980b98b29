"""A commit of HEAD plus chosen blobs, whoever writes it: libgit2, or the git command where hooks or signing are on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError, GitError
from ksync_tui.git import commit_by_git, commit_by_libgit2
from ksync_tui.git.facts import CommitResult, IndexState
from ksync_tui.git.identity import signature
from ksync_tui.git.index import changed_paths, entry_in_tree, flags_of, follow, locked, state_of
from ksync_tui.git.leftovers import clear, note_parent, scratch_in
from ksync_tui.git.library import translated
from ksync_tui.git.places import refuse_place
from ksync_tui.git.proposal import Proposal, WrittenCommit
from ksync_tui.git.settings import read_settings
from ksync_tui.git.stored import refuse_rewritten, to_stored
from ksync_tui.model.text import lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pygit2

    from ksync_tui.git.facts import Author
    from ksync_tui.git.index import LockedIndex
    from ksync_tui.git.settings import GitConfig

_BRANCH = "refs/heads/"
_UNDER_WAY = {
    "MERGE": ("merge", "git merge --abort"),
    "REVERT": ("revert", "git revert --abort"),
    "CHERRYPICK": ("cherry-pick", "git cherry-pick --abort"),
    "BISECT": ("bisect", "git bisect reset"),
    "REBASE": ("rebase", "git rebase --abort"),
    "APPLY": ("patch series", "git am --abort"),
}
"""What git calls what is under way, by the first word of libgit2's name for it, and the command that ends it."""
_FILES = (0o100644, 0o100755, 0o120000)  # plain, executable, link: the modes whose object is a blob


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants committed; `seen` is what HEAD held at some paths when it was shown to them."""

    edits: Mapping[str, bytes]
    seen: Mapping[str, bytes | None]
    message: str
    author: Author | None
    hook_seconds: float


def make(handle: pygit2.Repository, root: Path, request: Request) -> CommitResult:
    """Makes the commit of `request`; see `Repo.commit`."""
    git_dir = Path(handle.path)
    with translated("nothing was committed", root):
        clear(handle, root)
    with translated("nothing was committed", root), scratch_in(git_dir) as scratch, locked(handle, scratch) as lock:
        settings = read_settings(root, handle)
        proposal = _propose(handle, root, request, settings)
        _refuse_conflicts(lock, request)
        note_parent(scratch, proposal.parent)
        reason = commit_by_git.reason_for_git(handle, root, settings)
        if reason is None:
            written = commit_by_libgit2.write(handle, root, proposal)
        else:
            written = commit_by_git.write(handle, root, proposal, reason, scratch, request.hook_seconds)
        return _finish(handle, root, proposal, written, lock)


def _propose(handle: pygit2.Repository, root: Path, request: Request, settings: GitConfig) -> Proposal:
    refuse_state(handle, root)
    message = _tidy(request.message)
    author = signature(root, settings, "author", request.author)
    committer = signature(root, settings, "committer", request.author)
    parent = last_commit(handle)
    index = _edited(handle, root, parent, request, settings)
    tree = index.write_tree(handle)
    if tree == (parent.tree_id if parent else _empty_tree(handle)):
        raise CommitRefusedError("nothing to commit", where=str(root), why="HEAD already has these contents")
    return Proposal(_reference(handle), parent, index, tree, message, author, committer)


def _edited(
    handle: pygit2.Repository, root: Path, parent: pygit2.Commit | None, request: Request, settings: GitConfig
) -> pygit2.Index:
    import pygit2  # noqa: PLC0415 - only a repository needs it
    from pygit2.enums import FileMode  # noqa: PLC0415 - only a repository needs it

    tree = parent.tree if parent else None
    index = pygit2.Index()
    if tree is not None:
        index.read_tree(tree)
    for path, data in request.edits.items():
        refuse_path(handle, root, tree, path)
        if path in request.seen and blob_of(handle, parent, path) != request.seen[path]:
            why, hint = "somebody committed the file since this commit was shown", "Look at it again and commit"
            raise CommitRefusedError("nothing was committed", where=path, why=why, hint=hint)
        old = entry_in_tree(tree, path)
        stored = to_stored(handle, settings, path, data, blob_of(handle, parent, path))
        index.add(pygit2.IndexEntry(path, handle.create_blob(stored), FileMode(old[1]) if old else FileMode.BLOB))
    return index


def _refuse_conflicts(lock: LockedIndex, request: Request) -> None:
    for path in request.edits:
        if state_of(lock.index, path, None) is IndexState.CONFLICT:
            hint = "Resolve it and `git add` the file first"
            raise CommitRefusedError("cannot be committed", where=path, why="it has an unresolved conflict", hint=hint)


def _finish(
    handle: pygit2.Repository, root: Path, proposal: Proposal, written: WrittenCommit, lock: LockedIndex
) -> CommitResult:
    import pygit2  # noqa: PLC0415 - only a repository needs it

    made = handle[written.id].peel(pygit2.Commit)
    before = proposal.parent.tree if proposal.parent else None
    files = changed_paths(before, made.tree)
    try:
        flags = flags_of(root, files)
        stayed = follow(lock.index, before, made.tree, files)
        if len(stayed) < len(files):
            lock.stage(root, flags)
            lock.install()
    except (pygit2.GitError, OSError, KeyError, ValueError) as error:
        hint = f"Run: git reset -q -- {' '.join(files)}"
        what = f"committed as {made.id}, but the index still holds the old contents"
        raise GitError(what, where=handle.path, why=str(error), hint=hint) from error
    return CommitResult(str(made.id), proposal.reference.removeprefix(_BRANCH), files, written.output, stayed)


def refuse_state(handle: pygit2.Repository, root: Path) -> None:
    """Raises CommitRefusedError when HEAD is on no branch, or a merge, rebase or the like is under way."""
    from pygit2.enums import RepositoryState  # noqa: PLC0415 - only a repository needs it

    state = handle.state()
    if state != RepositoryState.NONE:
        doing, abort = _UNDER_WAY.get(state.name.split("_")[0], ("rebase", "git rebase --abort"))
        hint = f"Finish it or abort it first: {abort}"
        raise CommitRefusedError("nothing was committed", where=str(root), why=f"a {doing} is under way", hint=hint)
    if branch_of(handle) is None:
        hint = "Check a branch out first, for example: git switch main"
        raise CommitRefusedError("nothing was committed", where=str(root), why="HEAD is on no branch", hint=hint)


def refuse_path(handle: pygit2.Repository, root: Path, tree: pygit2.Tree | None, path: str) -> None:
    """Raises CommitRefusedError when ksync cannot commit `path` on top of `tree`, whatever its contents."""
    refuse_place(root, tree, path)
    refuse_rewritten(handle, path)
    if entry_in_tree(tree, path) is None and handle.path_is_ignored(path):
        raise CommitRefusedError("cannot be committed", where=path, why="git ignores this file")


def branch_of(handle: pygit2.Repository) -> str | None:
    """The branch HEAD names, whether it has commits or not; None when HEAD is detached."""
    target = handle.lookup_reference("HEAD").raw_target
    if not isinstance(target, bytes):
        return None
    name = target.decode("utf-8", "replace")
    return name.removeprefix(_BRANCH) if name.startswith(_BRANCH) else None


def last_commit(handle: pygit2.Repository) -> pygit2.Commit | None:
    """HEAD's commit; None before the first one."""
    import pygit2  # noqa: PLC0415 - only a repository needs it

    return None if handle.head_is_unborn else handle.head.peel(pygit2.Commit)


def blob_of(handle: pygit2.Repository, commit: pygit2.Commit | None, path: str) -> bytes | None:
    """The bytes `commit` holds at `path`; None when there is no file."""
    import pygit2  # noqa: PLC0415 - only a repository needs it

    entry = entry_in_tree(commit.tree if commit else None, path)
    if entry is None or entry[1] not in _FILES:
        return None
    found = handle[entry[0]]
    return found.data if isinstance(found, pygit2.Blob) else None


def _reference(handle: pygit2.Repository) -> str:
    # A branch may be an alias of another: the commit goes to the one that holds an id.
    if handle.head_is_unborn:
        return str(handle.lookup_reference("HEAD").target)
    return handle.head.name


def _empty_tree(handle: pygit2.Repository) -> pygit2.Oid:
    return handle.TreeBuilder().write()


def _tidy(message: str) -> str:
    # What `git commit --cleanup=whitespace` does, less the folding of blank lines.
    lines = [line.rstrip() for line in lines_of(message.strip())]
    if not lines:
        raise CommitRefusedError("nothing was committed", why="the message is empty", hint="Give it one line")
    return "\n".join(lines) + "\n"
