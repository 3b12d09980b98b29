"""What can be known about a repository, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ksync_tui.errors import UnreachableError

SHORT_ID = 7


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit is from."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where HEAD stands at one moment.

    `branch` is None when HEAD is detached; `id` (40 hex digits), `subject` and `time` (aware, the committer's) are
    None before the first commit.
    """

    branch: str | None
    id: str | None
    subject: str | None
    time: datetime | None

    @property
    def detached(self) -> bool:
        """Whether a commit made here would be on no branch."""
        return self.branch is None

    @property
    def short_id(self) -> str | None:
        """The first seven digits of the commit."""
        return self.id[:SHORT_ID] if self.id else None


class IndexState(StrEnum):
    """What the index holds for one path, compared with HEAD."""

    SAME = "same"  # the entry is HEAD's blob
    STAGED = "staged"  # the entry is something else than HEAD's blob, or HEAD has none
    ABSENT = "absent"  # no entry: untracked, or a staged deletion where HEAD has the path
    CONFLICT = "conflict"  # an unfinished merge of this path


@dataclass(frozen=True, slots=True)
class PathStatus:
    """One path in HEAD, in the index and in the work tree."""

    in_head: bool
    index: IndexState
    changed: bool  # the work tree's file, as git would store it, is not HEAD's blob

    @property
    def dirty(self) -> bool:
        """Whether anything of this path is not yet committed."""
        same = IndexState.SAME if self.in_head else IndexState.ABSENT
        return self.changed or self.index is not same


@dataclass(frozen=True, slots=True)
class CommitResult:
    """A commit that was made: its id (40 hex digits), its branch, the paths it changed.

    `output` is what hooks said, as they wrote it: text from outside. `left_out` are the paths whose index entry held
    something else and stayed as it was.
    """

    id: str
    branch: str
    files: tuple[str, ...]
    output: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloneState:
    """What a clone knows of its remote at one moment.

    `id` (40 hex digits) is the commit that is read, `time` (aware) the committer's; `was` are both of what was read the
    last time, if that was another. `before` is the commit that the branch was at before its history was rewritten.
    Where the remote did not answer, `silent` says why, and `asked` (aware) when it did last; `tip` is what it still
    said of the branch.
    """

    id: str
    time: datetime
    checked_at: datetime
    before: str | None = None
    silent: UnreachableError | None = None
    pinned: bool = False
    was: tuple[str, datetime] | None = None
    tip: str = ""

    @property
    def short_id(self) -> str:
        """The first seven digits of the commit."""
        return self.id[:SHORT_ID]
