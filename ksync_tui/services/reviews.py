"""Reading a source and planning it, with all that the engine knows; doing so again costs what changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ksync_tui.planner.checks import check
from ksync_tui.planner.plan import Planner
from ksync_tui.services import ownership
from ksync_tui.services.core import CoreSide, blamed
from ksync_tui.services.syncs import Review, Sync
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader
from ksync_tui.state.ownership import Claims
from ksync_tui.state.parse_cache import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ksync_tui.engine.base import Engine
    from ksync_tui.model.plan import Plan
    from ksync_tui.model.resource import Declarations, Snapshot
    from ksync_tui.source.base import Gathered
    from ksync_tui.state.database import Database


@dataclass(slots=True)
class Reviewing:
    """Reviews the syncs of one place. What was read and compared is remembered per sync."""

    engine: Engine
    database: Database
    place: str
    core: CoreSide | None
    readers: dict[str, Reader] = field(default_factory=dict)
    planners: dict[str, Planner] = field(default_factory=dict)

    def review(self, sync: Sync, gathered: Gathered) -> Review:
        """What a sync's source says, and what it would take. Raises EngineError."""
        reader = self.readers.setdefault(sync.options.name, Reader(Remembered(self.database)))
        declarations = reader.read(gathered.files, gathered.problems, complete=gathered.complete)
        snapshot = self.engine.snapshot()
        declarations = check(declarations, snapshot.live, place_of)
        declarations = ownership.told(declarations, sync, Claims(self.database, self.place), snapshot.live)
        snapshot = self.engine.observed(snapshot, {one.target for one in declarations.resources if one.deploy})
        return Review(sync, self._told(sync, declarations, snapshot), declarations)

    def _told(self, sync: Sync, declarations: Declarations, snapshot: Snapshot) -> Plan:
        """The plan with what this user may not do, who changed live, and where a Core's own list differs."""
        plan = self._plan(sync, declarations, snapshot, {})
        if refused := self.engine.refused(plan.actions):
            plan = self._plan(sync, declarations, snapshot, refused)
        if updated := {action.target for action in plan.actions if action.verb == "update"}:
            plan = blamed(plan, self.engine.last_changes(updated))
        if self.core is None:
            return plan
        return replace(plan, problems=(*plan.problems, *self.core.remarks(sync, plan)))

    def _plan(self, sync: Sync, declarations: Declarations, snapshot: Snapshot, refused: Mapping[str, str]) -> Plan:
        engine = self.engine
        return self.planners.setdefault(sync.options.name, Planner()).plan(
            declarations,
            snapshot,
            sync.options,
            engine=engine.name,
            capabilities=engine.capabilities,
            deploy_block=engine.deploy_block,
            itself=sync.target,
            refused=refused,
        )
