"""A repository on this machine: what it holds, and the commit of chosen edits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.git import commit, index, leftovers, library, places
from ksync_tui.git.facts import Author, CommitResult, Head, PathStatus
from ksync_tui.git.identity import signature
from ksync_tui.git.pushing import publish, upstream_of
from ksync_tui.git.settings import read_settings
from ksync_tui.git.stored import to_stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pygit2

    from ksync_tui.git.facts import IndexState
    from ksync_tui.git.pushing import Upstream


NOT_SEEN: Mapping[str, bytes | None] = {}


class Repo:
    """A work tree and its repository. Every question is answered from the disk as it is now.

    A path is what git calls it: a string relative to `root`, with `/`; `path_of` makes one. Not to be shared
    between threads. All methods raise GitError where the repository cannot be read.
    """

    def __init__(self, handle: pygit2.Repository, root: Path) -> None:
        self._handle = handle
        self.root = root
        self.git_dir = Path(handle.path)

    @classmethod
    def discover(cls, path: Path) -> Repo | None:
        """The repository whose work tree holds `path`, which need not exist yet; None when there is none.

        Raises GitError for a repository that is damaged, bare or owned by another user.
        """
        top = library.find_top(Path(os.path.realpath(path)))
        if top is None:
            return None
        handle = library.open_at(top)
        return cls(handle, Path(os.path.realpath(handle.workdir)))

    def head(self) -> Head:
        """Where HEAD stands now."""
        with library.translated("HEAD cannot be read", self.root):
            branch = commit.branch_of(self._handle)
            last = commit.last_commit(self._handle)
        if last is None:
            return Head(branch, None, None, None)
        subject = last.message.partition("\n")[0]
        return Head(branch, str(last.id), subject, datetime.fromtimestamp(last.commit_time, UTC))

    def describe(self) -> str:
        """The repository in one line for a screen: `infra@main 4f2a91c` (text from outside)."""
        head = self.head()
        place = f"{self.root.name}@{head.branch or 'detached'}"
        return f"{place} {head.short_id or 'no commits'}"

    def remotes(self) -> tuple[str, ...]:
        """The names of the remotes; their addresses may hold credentials and are not given out."""
        with library.translated("the remotes cannot be read", self.root):
            return tuple(name for name in self._handle.remotes.names() if name)

    def path_of(self, file: Path) -> str:
        """`file` (absolute, or relative to `root`) as git names it, links resolved.

        Raises NotARepositoryError when it is outside the work tree.
        """
        return places.path_in(self.root, file)

    def head_blob(self, path: str) -> bytes | None:
        """What HEAD holds at `path`, as stored (before any line-ending conversion); None when it has no such file."""
        with library.translated("a file in HEAD cannot be read", f"HEAD:{path}"):
            return commit.blob_of(self._handle, commit.last_commit(self._handle), path)

    def index_state(self, path: str) -> IndexState:
        """What the index holds for `path`, compared with HEAD."""
        with library.translated("the index cannot be read", self.root):
            return index.state_of(index.read_index(self._handle), path, self._head_entry(path))

    def status(self, path: str) -> PathStatus:
        """`path` in HEAD, index and work tree."""
        head = self.head_blob(path)
        file = self.root / path
        with library.translated("the file cannot be read", file):
            current = file.read_bytes() if file.is_file() else None
        stored = None if current is None else self.clean(path, current)
        return PathStatus(head is not None, self.index_state(path), stored != head)

    def clean(self, path: str, data: bytes) -> bytes:
        """`data` of the work tree's file as git would store it: to be compared with `head_blob`."""
        with library.translated("git's attributes cannot be read", self.root / path):
            settings = read_settings(self.root, self._handle)
            return to_stored(self._handle, settings, path, data, self.head_blob(path))

    def author(self) -> Author:
        """Who git says you are. Raises GitError, with what to run, when it does not know."""
        found = signature(self.root, read_settings(self.root, self._handle), "author")
        return Author(found.name, found.email)

    def ensure_can_commit(self, paths: Iterable[str] = ()) -> None:
        """Raises CommitRefusedError when no commit of `paths` can be made now; touches nothing.

        Detached HEAD, a merge or rebase under way, a lock; a path that is no ordinary file, ignored, or in LFS.
        """
        with library.translated("the repository cannot be read", self.root):
            commit.refuse_state(self._handle, self.root)
            last = commit.last_commit(self._handle)
            for path in paths:
                commit.refuse_path(self._handle, self.root, last.tree if last else None, path)
            leftovers.clear(self._handle, self.root)
        lock = index.lock_of(self.git_dir / "index")
        if lock.exists():
            raise index.locked_by_other(lock)

    def clear_leftovers(self) -> None:
        """Removes what a ksync left that was killed, and lets the index follow the commit that it made.

        Raises GitError, too while a git command of it still makes that commit.
        """
        with library.translated("the repository cannot be read", self.root):
            leftovers.clear(self._handle, self.root)

    def commit(
        self,
        edits: Mapping[str, bytes],
        message: str,
        author: Author | None = None,
        *,
        seen: Mapping[str, bytes | None] = NOT_SEEN,
        hook_seconds: float = 600,
    ) -> CommitResult:
        """Commits HEAD plus `edits` (path to the bytes of the whole file) and nothing else (architecture rule 8).

        The work tree and the index stay as they are, except that an index entry that was HEAD's follows the commit.
        A repository with hooks, or with signing on, is committed to by the git command, which runs and asks them;
        hooks may take `hook_seconds`. `seen` is what HEAD held at paths when the commit was shown to a person: it is
        refused where HEAD holds something else now. `author` serves as committer too where none is configured.

        Raises CommitRefusedError when nothing was committed, with the reason: detached HEAD, a merge or rebase under
        way, a lock, a moved branch, a path that is no ordinary file of this repository, an empty message, no change,
        a hook or signing that failed; GitError when the author is unknown.
        """
        return commit.make(self._handle, self.root, commit.Request(edits, seen, message, author, hook_seconds))

    def ignores(self, path: str) -> bool:
        """Whether git leaves `path` out: it is in no commit yet, and git's ignore rules name it."""
        with library.translated("git's ignore rules cannot be read", self.root / path):
            return self.head_blob(path) is None and bool(self._handle.path_is_ignored(path))

    def upstream(self) -> Upstream | None:
        """Where a push of the branch goes; None where that is not clear."""
        with library.translated("the remotes cannot be read", self.root):
            return upstream_of(self._handle, self.root, commit.branch_of(self._handle))

    def push(self, upstream: Upstream) -> None:
        """Pushes HEAD. Raises CommitRefusedError, which says where the commit is, when the remote refuses it."""
        publish(self.root, upstream, str(self.head().id))

    def _head_entry(self, path: str) -> index.TreeEntry | None:
        last = commit.last_commit(self._handle)
        return index.entry_in_tree(last.tree if last else None, path)
