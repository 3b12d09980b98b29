"""From file edits to a commit: HEAD plus the same block edits on HEAD's blob (architecture rule 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ksync_tui.errors import CommitRefusedError, GitError, WriteBackError
from ksync_tui.git import Author, CommitResult, IndexState, Repo
from ksync_tui.git.patch import count_lines
from ksync_tui.toml.file_edits import BlockEdit, apply_edits
from ksync_tui.writeback.files import FileEdit
from ksync_tui.writeback.secrets import refuse_secrets

_VERBS = {"add": "Add", "remove": "Remove", "update": "Update", "rename": "Rename"}
_FEW = 3


@dataclass(frozen=True, slots=True)
class CommitFile:
    """A file of a commit: git's path, what HEAD holds, the whole new blob, lines added and removed against HEAD.

    `consent` says what somebody has to agree to first, because the commit would not be just the block edits.
    """

    path: str
    edit: FileEdit
    head: bytes | None
    blob: bytes
    added: int
    removed: int
    consent: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class PreparedCommit:
    """A commit as it would be made in one repository; or files that are in none, which are written only."""

    repo: Repo | None
    place: str
    files: tuple[CommitFile, ...]
    message: str
    author: Author | None = None
    refused: str | None = None
    """Why no commit can be made here now; the files can still be written."""

    @property
    def needs_consent(self) -> tuple[str, ...]:
        """What has to be agreed to before it is committed."""
        return tuple(f"{file.path}: {file.consent}" for file in self.files if file.consent)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing and needs no answer."""
        return tuple(f"{file.path}: {file.note}" for file in self.files if file.note)


def prepare(edits: Sequence[FileEdit], secrets: Mapping[str, str]) -> tuple[PreparedCommit, ...]:
    """The commits that the edits make, one per repository, before anything is written.

    `secrets` maps what each known secret is called to its value. Raises SecretInCommitError when one would be
    committed, GitError when a repository cannot be read.
    """
    groups: dict[Path | None, tuple[Repo | None, list[FileEdit]]] = {}
    for edit in edits:
        repo = Repo.discover(edit.path)
        groups.setdefault(repo.root if repo else None, (repo, []))[1].append(edit)
    return tuple(_draft(repo, group, secrets) for repo, group in groups.values())


def _draft(repo: Repo | None, edits: Sequence[FileEdit], secrets: Mapping[str, str]) -> PreparedCommit:
    message = suggested_message([block for edit in edits for block in edit.edits])
    if repo is None:
        files = tuple(_outside(edit) for edit in edits)
        return PreparedCommit(None, "no git repository: written, not committed", files, message)
    files = tuple(_file(repo, edit) for edit in edits)
    for file in files:
        refuse_secrets(file.path, repo.head_blob(file.path), file.blob, secrets)
    try:
        repo.ensure_can_commit([file.path for file in files])
        return PreparedCommit(repo, repo.describe(), files, message, repo.author())
    except GitError as error:
        return PreparedCommit(repo, repo.describe(), files, message, refused=str(error))


def _outside(edit: FileEdit) -> CommitFile:
    return CommitFile(edit.name, edit, None, edit.after, *count_lines(edit.before or b"", edit.after))


def _file(repo: Repo, edit: FileEdit) -> CommitFile:
    path = repo.path_of(edit.path)
    head = repo.head_blob(path)
    blob, consent = _blob(edit, head)
    stored = None if edit.before is None else repo.clean(path, edit.before)
    note = None
    if consent is None and stored != head:
        note = "other changes in your working copy stay as they are, outside the commit"
    if consent is None and repo.index_state(path) is IndexState.STAGED:
        consent = "the index holds other edits of this file; they stay staged, without this change"
    return CommitFile(path, edit, head, blob, *count_lines(head or b"", repo.clean(path, blob)), consent, note)


def _blob(edit: FileEdit, head: bytes | None) -> tuple[bytes, str | None]:
    """What is committed as the file, and what has to be agreed to."""
    if head is None:
        return edit.after, "it is not in the last commit; all of it would be committed" if edit.before else None
    try:
        return apply_edits(head.decode("utf-8"), edit.edits).encode("utf-8"), None
    except (WriteBackError, UnicodeError):
        return edit.after, "the block is not in the last commit as it was; the whole file would be committed"


def suggested_message(edits: Iterable[BlockEdit]) -> str:
    """A subject that names what changed, and for several resources a line for each."""
    done = [(edit.verb, _tame(edit.target.kind), _name(edit)) for edit in edits]
    if len(done) == 1:
        ((verb, kind, name),) = done
        return f"{_VERBS[verb]} {kind.replace('_', ' ')} {name}"
    verbs = {verb for verb, _, _ in done}
    verb = _VERBS[verbs.pop()] if len(verbs) == 1 else "Change"
    if len(done) <= _FEW:
        subject = f"{verb} {', '.join(name for _, _, name in done)}"
    else:
        counts = Counter(kind for _, kind, _ in done)
        subject = f"{verb} {', '.join(_counted(count, kind) for kind, count in counts.items())}"
    return "\n".join([subject, "", *(f"- {verb} {kind}/{name}" for verb, kind, name in done)])


def _counted(number: int, kind: str) -> str:
    noun = kind.replace("_", " ")
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _name(edit: BlockEdit) -> str:
    return _tame(f"{edit.was.name} to {edit.target.name}" if edit.was else edit.target.name)


def _tame(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def commit(
    draft: PreparedCommit, message: str, *, consented: bool = False, author: Author | None = None
) -> CommitResult:
    """Commits a draft in its repository; the work tree's files are not touched (`files.write` does that).

    Raises CommitRefusedError, with the reason, when nothing was committed: there is no repository, somebody has to
    agree first and did not, or git refuses.
    """
    if draft.repo is None:
        raise CommitRefusedError("nothing was committed", why="the files are in no git repository")
    if draft.needs_consent and not consented:
        raise CommitRefusedError("nothing was committed", why="; ".join(draft.needs_consent), hint="Confirm it first")
    edits, seen = {file.path: file.blob for file in draft.files}, {file.path: file.head for file in draft.files}
    return draft.repo.commit(edits, message, author or draft.author, seen=seen)
