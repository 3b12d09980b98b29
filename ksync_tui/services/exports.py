"""Live resources as TOML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import UsageError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import readable
from ksync_tui.toml.export import export, export_block
from ksync_tui.writeback.left_out import left_out

if TYPE_CHECKING:
    from ksync_tui.engine.base import Engine
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.resource import Live, Target


@dataclass(frozen=True, slots=True)
class Exports:
    """Writes live resources as a resource file. `targets` and `tags` choose some; neither means all."""

    engine: Engine

    def toml(self, *, secrets: bool, targets: Sequence[Target] = (), tags: Sequence[str] = ()) -> str:
        """The text of a resource file. Raises UsageError for a target that does not exist."""
        live = self.engine.snapshot().live
        for target in targets:
            if target not in live:
                raise UsageError("no such live resource", where=str(target))
        order = {kind: at for at, kind in enumerate(KINDS)}
        chosen = sorted(self._chosen(targets, tags), key=lambda one: (order[one[0].kind], one[0].name))
        found = {target: one.resource if targets else readable(one) for target, one in chosen}
        unreadable = [f"# left out, as it cannot be read: {target}\n" for target, item in found.items() if item is None]
        text = export([(target, item) for target, item in found.items() if item is not None], secrets=secrets)
        return "\n".join(filter(None, ("".join(unreadable), text)))

    def left_out(self, targets: Sequence[Target] = (), tags: Sequence[str] = ()) -> list[str]:
        """The secrets that an export of the same leaves out, and how to fill them in."""
        found = ((target, readable(item)) for target, item in self._chosen(targets, tags))
        return [line for target, one in found if one is not None for line in left_out(target, one)]

    def block(self, target: Target, resource: Resource) -> str:
        """One resource as TOML, secrets included: the caller masks them."""
        return export_block(resource, target.kind, secrets=True)

    def _chosen(self, targets: Sequence[Target], tags: Sequence[str]) -> Iterator[tuple[Target, Live]]:
        live = self.engine.snapshot().live
        if targets:
            return ((target, live[target]) for target in targets)
        return ((target, current) for target, current in live.items() if set(tags) <= set(current.tags))
