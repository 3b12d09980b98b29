"""What would be written to a file, before it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.resource import Target
    from ksync_tui.services.sync import Sync
    from ksync_tui.source.repo import Repository
    from ksync_tui.writeback.files import FileEdit


class Agreed(NamedTuple):
    """What a sync's file says because live has it, once it is written; None: neither has the target any more."""

    sync: str
    target: Target
    live: Resource | None
    parts: tuple[str, ...] = ()
    """Where only some parts are the same: their paths (see `model.parts`)."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """What would be written to one file: lines added and removed, and the diff with secrets masked.

    `kept_by` is the sync that keeps the text, where it is no file on this machine. One in a repository `elsewhere` is
    written by the commit itself; the path of `edit` is that in the repository.
    """

    file: str
    added: int
    removed: int
    diff: tuple[str, ...]
    edit: FileEdit
    root: Path
    elsewhere: Repository | None = None
    kept_by: Sync | None = None
    agreed: tuple[Agreed, ...] = ()
    notes: tuple[str, ...] = ()
    """What is left out of it, and how to fill it in."""
