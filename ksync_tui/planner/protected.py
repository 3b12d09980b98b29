"""Resources that the settings protect: no sync deletes them, whatever its files say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ksync_tui.model.patterns import matches
from ksync_tui.model.resource import Live, Snapshot
from ksync_tui.planner.draft import ActionDraft

TAG = "tag:"


def protect(drafts: Iterable[ActionDraft], snapshot: Snapshot, patterns: Sequence[str]) -> None:
    """Blocks the deletes of resources that a pattern matches, with the reason."""
    for draft in drafts if patterns else ():
        live = snapshot.live.get(draft.target)
        if draft.verb == "delete" and live is not None:
            draft.block(protection_of(live, patterns))


def protection_of(live: Live, patterns: Sequence[str]) -> str | None:
    """Why a resource may not be deleted, or None. A pattern is `KIND/NAME` with wildcards, or `tag:NAME`."""
    pattern = next((pattern for pattern in patterns if _protects(pattern, live)), None)
    return f"it is protected by '{pattern}' in the settings: take that out first" if pattern else None


def _protects(pattern: str, live: Live) -> bool:
    if pattern.startswith(TAG):
        return any(matches(pattern.removeprefix(TAG), tag) for tag in live.tags)
    return matches(pattern, str(live.target))
