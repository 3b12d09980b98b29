"""What commands and screens call: each service is a class with typed results, a session has them all."""

from ksync_tui.planner.safety import Confirmation
from ksync_tui.services.core import CoreService
from ksync_tui.services.file_change import FileChange
from ksync_tui.services.review import Review, SyncRow, SyncState
from ksync_tui.services.runs import RunProgress
from ksync_tui.services.session import Session
from ksync_tui.services.sync import Sync

__all__ = [
    "Confirmation",
    "CoreService",
    "FileChange",
    "Review",
    "RunProgress",
    "Session",
    "Sync",
    "SyncRow",
    "SyncState",
]
