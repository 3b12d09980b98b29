"""What takes part in a sync (semantics c.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from ksync_tui.errors import KsyncError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import SyncOptions
from ksync_tui.model.resource import Declared, Live, Target

if TYPE_CHECKING:
    from ksync_tui.model.kinds.resource_sync import ResourceSyncConfig

INLINE_SYNC = "a sync of this name is defined inline, and no sync changes those: rename it or this one"


@dataclass(frozen=True)
class Scope:
    """The options of a sync as a filter. `itself` is the sync's own resource, if it has one."""

    options: SyncOptions
    itself: Target | None = None

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds that the include switches let through."""
        switches = {"variable": self.options.include_variables, "user_group": self.options.include_user_groups}
        return frozenset(kind for kind in KINDS if switches.get(kind, self.options.include_resources))

    @cached_property
    def tags(self) -> frozenset[str]:
        """The tags that a resource must have, all of them."""
        return frozenset(self.options.match_tags)

    @cached_property
    def lets_all(self) -> frozenset[str]:
        """The kinds of which every resource takes part."""
        if not self.tags:
            return self.kinds - {"resource_sync"}
        return self.kinds & {"variable", "user_group"}

    def has(self, declared: Declared) -> bool:
        """Whether a declared resource takes part."""
        kind = declared.target.kind
        if kind in self.lets_all:
            return True
        return kind in self.kinds and self._tagged(kind, declared.tags) and _declares(declared)

    def may_delete(self, live: Live) -> bool:
        """Whether a live resource that is not declared would be deleted by a sync that deletes."""
        kind = live.target.kind
        if kind in self.lets_all:
            return True
        if kind not in self.kinds or live.target == self.itself or not self._tagged(kind, live.tags):
            return False
        return _declares(live)

    def has_broken(self, target: Target, live: Live | None) -> bool:
        """Whether a resource whose block is broken takes part: its tags are those of live, if it has any."""
        if target.kind not in self.kinds:
            return False
        return self._tagged(target.kind, live.tags if live else ())

    def _tagged(self, kind: str, tags: Collection[str]) -> bool:
        return kind in self.lets_all or self.tags <= set(tags)


def _declares(item: Declared | Live) -> bool:
    """Whether a sync has files of its own, see has_files; one that the engine cannot read is left alone."""
    if item.target.kind != "resource_sync":
        return True
    try:
        return has_files(item.target, item.resource)
    except KsyncError:
        return False


def has_files(target: Target, resource: Resource) -> bool:
    """Whether a sync declares from files or a repo; other kinds always count.

    Inline syncs, and those not set up yet, are neither created, changed nor deleted by a sync (semantics c.3).
    """
    if target.kind != "resource_sync":
        return True
    config = cast("ResourceSyncConfig", resource.settings)
    return not config.file_contents.strip() and bool(config.files_on_host or config.repo or config.linked_repo)
