"""Writing a commit with the git command, where hooks or signing are on: neither is ever skipped in silence."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError, GitError
from ksync_tui.git import command
from ksync_tui.git.commit_by_libgit2 import moved
from ksync_tui.git.leftovers import note_git
from ksync_tui.git.proposal import WrittenCommit
from ksync_tui.model.text import lines_of

if TYPE_CHECKING:
    import pygit2

    from ksync_tui.git.proposal import Proposal
    from ksync_tui.git.settings import GitConfig

HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction")
_SHOWN_LINES = 20


def reason_for_git(handle: pygit2.Repository, root: Path, settings: GitConfig) -> str | None:
    """Why this repository needs the git command for a commit; None when libgit2 will do."""
    if settings.flag("commit.gpgsign"):
        return "commit.gpgsign is on"
    hook = hook_of(handle, root, settings)
    return f"the hook {hook} is there" if hook else None


def hook_of(handle: pygit2.Repository, root: Path, settings: GitConfig) -> str | None:
    """A hook that takes part in commits: its file, or its key in git's configuration."""
    folder = _hooks_folder(handle, root, settings)
    for name in HOOKS:
        hook = folder / name
        if hook.is_file() and os.access(hook, os.X_OK):
            return str(hook)
    # git 2.54 reads hooks from its configuration too.
    return next((key for key in settings if key.startswith("hook.") and key.endswith(".command")), None)


def write(
    handle: pygit2.Repository, root: Path, proposal: Proposal, reason: str, scratch: Path, seconds: float
) -> WrittenCommit:
    """Runs `git commit` on an index of its own that holds HEAD's tree plus the edits.

    Raises CommitRefusedError with what the hook or the signing program said; nothing is committed then.
    """
    if not command.available():
        hint = "Install git: hooks and signatures are not skipped"
        raise CommitRefusedError("nothing was committed", where=str(root), why=f"{reason}, but no git", hint=hint)
    if _tip(handle, proposal.reference) != _expected(proposal):
        raise moved(root, proposal.reference, f"it is at {_tip(handle, proposal.reference)}")
    env = _environment(proposal, _write_index(proposal, scratch))
    message = scratch / "message"
    message.write_text(proposal.message, encoding="utf-8")
    # By default git leaves it to the system when new objects reach the disk.
    args = ["-c", "core.fsync=committed", "commit", "--quiet", "--cleanup=whitespace", "--file", str(message)]
    try:
        done = command.run(args, root, env=env, timeout=seconds, started=partial(note_git, scratch))
    except (KeyboardInterrupt, GitError):
        tip = _tip(handle, proposal.reference)
        if tip is not None and _is_ours(handle, proposal, tip, scratch):
            return WrittenCommit(tip, "")  # it was made before somebody asked for the end
        raise
    return _judge(handle, root, proposal, done, scratch)


def _judge(
    handle: pygit2.Repository, root: Path, proposal: Proposal, done: command.GitResult, scratch: Path
) -> WrittenCommit:
    output = _tail(done.stdout + done.stderr)
    tip = _tip(handle, proposal.reference)
    if done.code != 0 and not _is_ours(handle, proposal, tip, scratch):
        why = output or "it gave no reason"
        what = "git did not commit" if done.code is not None else "hooks did not end in time: nothing was committed"
        hint = "A hook or the signing program refused; its words are above"
        raise CommitRefusedError(what, where=str(root), why=why, hint=hint)
    if tip is None or _parents(handle, tip) != proposal.parents:
        _take_back(handle, proposal, tip)
        raise moved(root, proposal.reference, "someone else committed at the same time")
    return WrittenCommit(tip, output)


def _is_ours(handle: pygit2.Repository, proposal: Proposal, tip: pygit2.Oid | None, scratch: Path) -> bool:
    # git may be stopped, or fail, after the branch moved: in its post-commit hook for one.
    import pygit2  # noqa: PLC0415 - only a repository needs it

    if tip is None or tip == _expected(proposal):
        return False
    made = handle[tip].peel(pygit2.Commit)
    # Hooks may have changed the index, and with it the tree.
    written = command.run(["write-tree"], Path(handle.workdir), env={"GIT_INDEX_FILE": str(_index_in(scratch))})
    return str(made.tree_id) == written.stdout.strip() and _parents(handle, tip) == proposal.parents


def _take_back(handle: pygit2.Repository, proposal: Proposal, tip: pygit2.Oid | None) -> None:
    # git commit took a newer HEAD as parent, so its tree would silently undo that newer commit.
    parents = _parents(handle, tip) if tip else []
    branch = handle.lookup_reference(proposal.reference)
    if parents and branch.target == tip:
        branch.set_target(parents[0], "ksync: taken back, the branch had moved")


def _write_index(proposal: Proposal, scratch: Path) -> Path:
    import pygit2  # noqa: PLC0415 - only a repository needs it

    place = _index_in(scratch)
    index = pygit2.Index(str(place))
    for entry in proposal.index:
        index.add(entry)
    index.write()
    return place


def _index_in(scratch: Path) -> Path:
    return scratch / "index"


def _environment(proposal: Proposal, index: Path) -> dict[str, str]:
    return {
        "GIT_INDEX_FILE": str(index),
        "GIT_AUTHOR_NAME": proposal.author.name,
        "GIT_AUTHOR_EMAIL": proposal.author.email,
        "GIT_COMMITTER_NAME": proposal.committer.name,
        "GIT_COMMITTER_EMAIL": proposal.committer.email,
    }


def _hooks_folder(handle: pygit2.Repository, root: Path, settings: GitConfig) -> Path:
    configured = settings.text("core.hookspath")
    if configured:
        return root / Path(os.path.expanduser(configured))  # noqa: PTH111 - an unknown user stays as written
    return _common_dir(Path(handle.path)) / "hooks"


def _common_dir(git_dir: Path) -> Path:
    # A linked work tree names the repository it belongs to in the file `commondir`.
    pointer = git_dir / "commondir"
    return git_dir / pointer.read_text().strip() if pointer.is_file() else git_dir


def _expected(proposal: Proposal) -> pygit2.Oid | None:
    return proposal.parent.id if proposal.parent else None


def _tip(handle: pygit2.Repository, reference: str) -> pygit2.Oid | None:
    import pygit2  # noqa: PLC0415 - only a repository needs it

    found = handle.references.get(reference)
    return found.peel(pygit2.Commit).id if found else None


def _parents(handle: pygit2.Repository, commit: pygit2.Oid) -> list[pygit2.Oid]:
    import pygit2  # noqa: PLC0415 - only a repository needs it

    return list(handle[commit].peel(pygit2.Commit).parent_ids)


def _tail(output: str) -> str:
    return "\n".join(lines_of(output.strip())[-_SHOWN_LINES:])
