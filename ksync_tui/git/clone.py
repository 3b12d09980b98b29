"""Clones of ksync's own below its state folder: what was read of repositories elsewhere.

They are bare, as shallow as the remote allows, and hold of the files only those that were asked for. A clone never
answers for its remote: the branch is asked there each time, and fetched where it moved. One that is damaged is thrown
away and made anew.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ksync_tui.errors import CommitRefusedError, DamagedError, GitError, RemoteError, UnreachableError
from ksync_tui.git import network, replay
from ksync_tui.git.facts import CloneState
from ksync_tui.git.fetching import Fetching, NoSingleFilesError, before_of, ref_of
from ksync_tui.git.library import open_bare, translated
from ksync_tui.git.replay import KEPT
from ksync_tui.git.tree import Tree
from ksync_tui.system.lock import LockStoppedError, LockTimeoutError, locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pygit2

    from ksync_tui.git.facts import Author
    from ksync_tui.git.network import Patience
    from ksync_tui.git.remote import Remote
    from ksync_tui.git.replay import Pushed

T = TypeVar("T")

_TRIES = 5
_ASKED = "ksync-asked"  # a file whose time is that of the remote's last answer


class Clone:
    """The clone of a remote below the folder `state`; shared by all that read of the same repository."""

    def __init__(self, remote: Remote, state: Path, patience: Patience | None = None) -> None:
        self.remote = remote
        self.folder = (
            state / "clones" / (_safe(remote.provider) or "local") / f"{_safe(remote.label)}-{_digest(remote)}"
        )
        self._lock = state / "locks" / f"clone-{_digest(remote)}"
        self._patience = patience or network.Patience()
        self._whole = False

    def read(self, use: Callable[[Tree, CloneState], T]) -> T:
        """What `use` makes of the files of the remote's branch, or of the commit that it is to stay at.

        Raises GitError: nothing answers and there is no clone yet, the remote refuses, another ksync is busy.
        """
        with self._locked(), self._reported():
            try:
                return self._read(use)
            except DamagedError as error:
                self._whole = isinstance(error, NoSingleFilesError)
                self._discard()
                return self._read(use)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One ksync at a time in this clone."""
        patience, where = self._patience, str(self.remote)
        lock = locked(self._lock, seconds=patience.lock, stop=patience.stop)
        with ExitStack() as stack:
            self._take(stack, lock, where)
            yield

    def _take(self, stack: ExitStack, lock: AbstractContextManager[None], where: str) -> None:
        try:
            stack.enter_context(lock)
        except OSError as error:
            raise GitError("the clone's lock cannot be made", where=str(self._lock), why=error.strerror) from error
        except LockStoppedError:
            raise GitError("stopped", where=where, why="somebody asked for it") from None
        except LockTimeoutError as busy:
            since = time.strftime("%H:%M", time.localtime(busy.since))
            why = f"process {busy.holder} reads or writes its clone, since {since}"
            hint = "Wait for it to end, or end it, and try again"
            raise GitError("another ksync is busy with this repository", where=where, why=why, hint=hint) from None

    def tip(self) -> str:
        """The commit that would be read now: the remote is asked, nothing is fetched. Raises RemoteError."""
        return self.remote.commit or network.tip(self.remote, self._patience)

    def ensure_can_commit(self) -> None:
        """Raises CommitRefusedError where no commit can go on top of what is read."""
        if self.remote.commit or not self.remote.branch:
            why = "the sync stays at one commit" if self.remote.commit else "the sync names no branch"
            hint = "Let it follow a branch"
            raise CommitRefusedError("nothing was committed", where=str(self.remote), why=why, hint=hint)

    def author(self) -> Author:
        """Who a commit would be from. Raises GitError where git does not know."""
        return replay.author_in(self.folder)

    def skipped_hook(self) -> str | None:
        """A hook of the user's that a commit here does not run: it would need a work tree."""
        return replay.hook_in(self.folder)

    def commit(self, edit: Callable[[Tree], Mapping[str, bytes]], message: str) -> Pushed:
        """Commits what `edit` makes of the files of the branch, as they are there now, and pushes it.

        Raises UnreachableError, RemoteError, or CommitRefusedError, which says where the commit is kept where the
        remote refuses it.
        """
        self.ensure_can_commit()
        for _ in range(_TRIES):
            try:
                return self.read(lambda tree, seen: self._commit(seen, edit(tree), message))
            except network.MovedError:
                continue
        hint = "Try again when no one is pushing to it"
        raise CommitRefusedError(
            "nothing was committed", where=str(self.remote), why="the branch keeps moving", hint=hint
        )

    def _commit(self, seen: CloneState, edits: Mapping[str, bytes], message: str) -> Pushed:
        if seen.silent is not None:
            raise seen.silent
        made = replay.write(self.folder, seen.id, edits, message)
        return replay.publish(self.remote, self.folder, made, self._patience)

    def _read(self, use: Callable[[Tree, CloneState], T]) -> T:
        seen = self._pinned() if self.remote.commit else self._newest()
        return use(Tree(open_bare(self.folder), seen.id, self._fetching().files), seen)

    def _newest(self) -> CloneState:
        known, tip = self._at(ref_of(self.remote.branch)), ""
        try:
            tip = network.tip(self.remote, self._patience)
            self._follow(known, tip)
        except UnreachableError as error:
            if known is None:
                raise
            return replace(self._seen(), silent=error, tip=tip)
        (self.folder / _ASKED).touch()
        seen = self._seen()
        moved = known is not None and str(known.id) != seen.id
        return replace(seen, was=(str(known.id), _time(known.commit_time)) if moved and known else None)

    def _follow(self, known: pygit2.Commit | None, tip: str) -> None:
        """Brings the clone from what it knew of the branch to where that is."""
        if known is None:
            self._make() if not self.folder.exists() else self._fetching().branch()
        elif str(known.id) != tip:
            goes_on = self._fetching().move(str(known.id), known.commit_time)
            self._note(before_of(self.remote.branch), None if goes_on else known)

    def _make(self) -> None:
        with self._beside() as fresh:
            fetching = Fetching(self.remote, fresh, self._patience, whole=self._whole)
            fetching.begin()
            fetching.commit(self.remote.commit) if self.remote.commit else fetching.branch()
            fresh.rename(self.folder)

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """A folder for a new clone, which takes its place when it is whole; what an earlier try left there goes."""
        parent, prefix = self.folder.parent, f".{self.folder.name}."
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob(f"{prefix}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=parent, prefix=prefix, ignore_cleanup_errors=True) as beside:
            fresh = Path(beside) / "clone"
            fresh.mkdir()
            yield fresh

    def _pinned(self) -> CloneState:
        """A commit that is here already is not asked for: it cannot change."""
        wanted = self.remote.commit
        if self._at(wanted) is None:
            self._fetching().commit(wanted) if self.folder.exists() else self._make()
            (self.folder / _ASKED).touch()
        found = self._at(wanted)
        if found is None:
            hint = "Correct the commit, or take it out to follow the branch"
            raise RemoteError(f"no such commit: {wanted}", where=str(self.remote), hint=hint)
        return CloneState(str(found.id), _time(found.commit_time), self._asked(), pinned=True)

    def _seen(self) -> CloneState:
        now, before = self._at(ref_of(self.remote.branch)), self._at(before_of(self.remote.branch))
        if now is None:
            raise DamagedError("the clone does not hold its branch", where=str(self.folder))
        return CloneState(str(now.id), _time(now.commit_time), self._asked(), str(before.id) if before else None)

    def _asked(self) -> datetime:
        file = self.folder / _ASKED
        return _time((file if file.exists() else self.folder).stat().st_mtime)

    def _at(self, name: str) -> pygit2.Commit | None:
        """The commit of a reference or id of the clone; None where it has none."""
        import pygit2  # noqa: PLC0415 - only a repository needs it

        if not self.folder.exists():
            return None
        handle = open_bare(self.folder)
        with translated("the clone cannot be read", self.folder, DamagedError):
            try:
                found = handle.revparse_single(name)
            except (KeyError, ValueError):  # ValueError: several objects begin like that, or nothing can
                return None
            return found.peel(pygit2.Commit)

    def _note(self, reference: str, commit: pygit2.Commit | None) -> None:
        with translated("the clone cannot be written", self.folder, DamagedError):
            references = open_bare(self.folder).references
            if commit is not None:
                references.create(reference, commit.id, force=True)
            elif reference in references:
                references.delete(reference)

    def _fetching(self) -> Fetching:
        return Fetching(self.remote, self.folder, self._patience)

    def _discard(self) -> None:
        if self._keeps_commits():
            self.folder.rename(self.folder.with_name(f"{self.folder.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"))
        elif self.folder.exists():
            shutil.rmtree(self.folder)

    def _keeps_commits(self) -> bool:
        """Whether commits that a remote refused are here, and perhaps nowhere else."""
        packed = self.folder / "packed-refs"
        return (self.folder / KEPT).exists() or (
            packed.is_file() and f" {KEPT}/" in packed.read_text("utf-8", "replace")
        )

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = error.strerror or str(error)
            raise GitError("the clone cannot be kept", where=str(self.folder), why=why) from error


def _digest(remote: Remote) -> str:
    return blake2b(f"{remote.url}\n{remote.account}".encode(), digest_size=6).hexdigest()


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip(".-")[:80]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
