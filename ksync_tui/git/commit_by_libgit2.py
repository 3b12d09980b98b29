"""Writing a commit with libgit2: no hook, no signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError
from ksync_tui.git.proposal import WrittenCommit

if TYPE_CHECKING:
    from pathlib import Path

    import pygit2

    from ksync_tui.git.proposal import Proposal


def write(handle: pygit2.Repository, root: Path, proposal: Proposal) -> WrittenCommit:
    """Writes the commit and moves the branch, if it still is where the proposal saw it.

    Raises CommitRefusedError when it is not; the commit object then belongs to no branch.
    """
    import pygit2  # noqa: PLC0415 - only a repository needs it

    made = handle.create_commit(
        None, proposal.author, proposal.committer, proposal.message, proposal.tree, proposal.parents
    )
    handle.set_ident(proposal.committer.name, proposal.committer.email)
    try:
        _move(handle, root, proposal, made)
    except (pygit2.GitError, OSError) as error:
        raise moved(root, proposal.reference, str(error)) from error
    return WrittenCommit(made)


def _move(handle: pygit2.Repository, root: Path, proposal: Proposal, made: pygit2.Oid) -> None:
    subject = proposal.message.partition("\n")[0]
    if proposal.parent is None:
        handle.create_reference_direct(proposal.reference, made, False, f"commit (initial): {subject}")
        return
    branch = handle.lookup_reference(proposal.reference)
    if branch.target != proposal.parent.id:
        raise moved(root, proposal.reference, f"it is at {branch.target}")
    # libgit2 compares once more, under the reference's lock, with the target it read above.
    branch.set_target(made, f"commit: {subject}")


def moved(root: Path, reference: str, why: str) -> CommitRefusedError:
    """The refusal when a branch is not where it was."""
    hint = "Look at the new state and commit again"
    what = f"nothing was committed: {reference} moved or is locked"
    return CommitRefusedError(what, where=str(root), why=why, hint=hint)
