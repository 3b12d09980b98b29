"""The one door for CLI and TUI: open, review, select, run, write back, commit."""

from ksync_tui.session.session import Session, Watch
from ksync_tui.session.syncs import Review, Sync, SyncRow, SyncState

__all__ = ["Review", "Session", "Sync", "SyncRow", "SyncState", "Watch"]
