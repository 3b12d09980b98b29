"""The one door for CLI and TUI: open, review, select, run, write back, commit."""

from ksync_tui.planner.safety import Confirmation
from ksync_tui.services.core import CoreSide
from ksync_tui.services.files import CommitDraft
from ksync_tui.services.runs import Watch
from ksync_tui.services.session import Session
from ksync_tui.services.syncs import Review, Sync, SyncRow, SyncState
from ksync_tui.services.writeback import Draft, FileChange

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
