"""What was edited or taken into files: written, and committed where it is in a git repository, here or elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError
from ksync_tui.present.text import count
from ksync_tui.services.blocks import change_of
from ksync_tui.writeback.commit import commit as make
from ksync_tui.writeback.commit import prepare, suggested_message
from ksync_tui.writeback.files import FileEdit, edit_bytes
from ksync_tui.writeback.files import put_back as put_file_back
from ksync_tui.writeback.files import write as write_file
from ksync_tui.writeback.secrets import refuse_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ksync_tui.errors import KsyncError
    from ksync_tui.git import Repo
    from ksync_tui.git.pushing import Upstream
    from ksync_tui.git.tree import Tree
    from ksync_tui.services.file_change import FileChange
    from ksync_tui.services.sync import Sync
    from ksync_tui.source.repo import Repository
    from ksync_tui.toml.file_edits import BlockEdit
    from ksync_tui.writeback.commit import CommitFile, PreparedCommit

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replay:
    """Block edits, by the paths of their files, that are made again on what a branch elsewhere is at then."""

    source: Repository
    edits: Mapping[str, Sequence[BlockEdit]]
    secrets: Mapping[str, str] = field(repr=False)

    def on(self, tree: Tree) -> dict[str, bytes]:
        """The new bytes of the files. Raises WriteBackError, SecretInCommitError."""
        return {path: self._file(tree, path) for path in self.edits}

    def _file(self, tree: Tree, path: str) -> bytes:
        name, entry = self.source.name(path), tree.find(path)
        before = tree.data(entry) if entry is not None and entry.shape == "file" else None
        after = edit_bytes(Path(path), name, before, self.edits[path]).after
        refuse_secrets(name, before, after, self.secrets)
        return after


@dataclass(frozen=True, slots=True)
class CommitDraft:
    """A commit of `changes` before it is made; `files` is all that it changes in the last commit, whoever wrote that.

    `consent` is what a person must agree to first. `upstream` is where it could be pushed; one that goes elsewhere is
    pushed in any case.
    """

    where: str
    changes: tuple[FileChange, ...]
    files: tuple[FileChange, ...]
    message: str
    author: str
    notes: tuple[str, ...]
    consent: str | None
    prepared: PreparedCommit | Replay
    upstream: Upstream | None = None

    @property
    def goes_elsewhere(self) -> bool:
        """Whether it is made on a branch of a repository elsewhere, and pushed there."""
        return isinstance(self.prepared, Replay)


@dataclass(frozen=True, slots=True)
class WriteDraft:
    """What is to be written, and the commit of it; None where it is in no git work tree, `refused` why none can be."""

    changes: tuple[FileChange, ...]
    commit: CommitDraft | None = None
    refused: KsyncError | None = None


def write(changes: Sequence[FileChange], keep: Callable[[Sync, FileEdit], None]) -> str:
    """Writes files, each whole or not at all, and says what was written. Raises WriteBackError.

    Those in a repository elsewhere wait for the commit; `keep` writes what a sync keeps.
    """
    here = [change for change in changes if change.elsewhere is None]
    for change in here:
        if change.kept_by is not None:
            keep(change.kept_by, change.edit)
        else:
            write_file(change.edit, change.root)
    names = ", ".join(change.file for change in changes)
    if not here:
        return f"the commit will write {count(len(changes), 'file')}: {names}"
    return f"wrote {count(len(changes), 'file')}: {names}"


def put_back(changes: Sequence[FileChange]) -> str:
    """Makes written files what they were before, and says which. Raises WriteBackError, too where one changed since."""
    for change in changes:
        put_file_back(change.edit, change.root)
    return f"put back {', '.join(change.file for change in changes)}"


def commit_draft(changes: Sequence[FileChange], known: Mapping[str, str]) -> CommitDraft | None:
    """The commit of changes, or None where their files are in no git work tree.

    Raises SecretInCommitError, and CommitRefusedError where git would refuse it now.
    """
    source = next((change.elsewhere for change in changes if change.elsewhere), None)
    return _draft_elsewhere(source, changes, known) if source else _draft_here(changes, known)


def _draft_elsewhere(source: Repository, changes: Sequence[FileChange], known: Mapping[str, str]) -> CommitDraft:
    replay = Replay(source, {str(change.edit.path): change.edit.edits for change in changes}, known)
    source.clone.ensure_can_commit()
    source.clone.read(lambda tree, _: replay.on(tree))
    message = suggested_message([edit for change in changes for edit in change.edit.edits])
    author = source.clone.author()
    hook = source.clone.skipped_hook()
    skipped = (f"{hook} is not run: no work tree here",) if hook else ()
    notes = ("it is pushed at once, on top of the branch", *skipped)
    where = str(source.clone.remote)
    made_by = f"{author.name} <{author.email}>"
    return CommitDraft(where, tuple(changes), tuple(changes), message, made_by, notes, None, replay)


def _draft_here(changes: Sequence[FileChange], known: Mapping[str, str]) -> CommitDraft | None:
    files = [change for change in changes if change.kept_by is None]
    prepared = [draft for draft in prepare([change.edit for change in files], known) if draft.repo]
    if not prepared:
        return None
    if len(prepared) > 1:
        places = ", ".join(draft.place for draft in prepared)
        raise CommitRefusedError("nothing was committed", why=f"the files are in several repositories: {places}")
    draft = prepared[0]
    if draft.repo is None:
        return None
    if draft.refused:
        raise CommitRefusedError("nothing was committed", where=draft.place, why=draft.refused)
    author = f"{draft.author.name} <{draft.author.email}>" if draft.author else ""
    consent = "; ".join(draft.needs_consent) or None
    where = draft.place.rpartition(" ")[0]
    upstream = draft.repo.upstream()
    by_path = {change.edit.path: change for change in files}
    mine = tuple(by_path[file.edit.path] for file in draft.files)
    shown = tuple(_committed(draft.repo, file, by_path[file.edit.path], known) for file in draft.files)
    return CommitDraft(where, mine, shown, draft.message, author, draft.notes, consent, draft, upstream)


def _committed(repo: Repo, file: CommitFile, change: FileChange, known: Mapping[str, str]) -> FileChange:
    """What the commit changes in one file."""
    blob = repo.clean(file.path, file.blob)
    return change_of(FileEdit(change.edit.path, change.file, file.head, blob), change.root, known.values())


def ensure_can_push(draft: CommitDraft) -> None:
    """Raises CommitRefusedError where it is not clear where a commit would be pushed."""
    if draft.upstream is None and not draft.goes_elsewhere:
        hint = "Set it: git push --set-upstream REMOTE BRANCH"
        raise CommitRefusedError("nothing was committed", where=draft.where, why="no remote to push to", hint=hint)


def commit(draft: CommitDraft, message: str) -> str:
    """Makes a commit that a person agreed to, and says which; one elsewhere is pushed with it.

    Raises CommitRefusedError.
    """
    if isinstance(draft.prepared, Replay):
        pushed = draft.prepared.source.clone.commit(draft.prepared.on, message)
        return f"committed {pushed.id[:7]} and pushed it to {draft.where}"
    result = make(draft.prepared, message, consented=True)
    _log.debug("committed %s to %s", result.id, draft.where)
    return f"committed {result.id[:7]} to {draft.where}"


def push(draft: CommitDraft) -> str:
    """Pushes the branch of a commit that was made here, and says where. Raises CommitRefusedError if it is refused."""
    ensure_can_push(draft)
    if draft.upstream and not isinstance(draft.prepared, Replay) and draft.prepared.repo:
        draft.prepared.repo.push(draft.upstream)
    return f" and pushed it to {draft.upstream}"
