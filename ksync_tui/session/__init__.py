"""The one door for CLI and TUI: open, review, select, run, write back, commit."""

from ksync_tui.planner.safety import Confirmation
from ksync_tui.session.acting import Watch
from ksync_tui.session.committing import CommitDraft
from ksync_tui.session.core import CoreSide
from ksync_tui.session.managed import Draft, FileChange
from ksync_tui.session.session import Session
from ksync_tui.session.syncs import Review, Sync, SyncRow, SyncState

__all__ = [
    "CommitDraft",
    "Confirmation",
    "CoreSide",
    "Draft",
    "FileChange",
    "Review",
    "Session",
    "Sync",
    "SyncRow",
    "SyncState",
    "Watch",
]
