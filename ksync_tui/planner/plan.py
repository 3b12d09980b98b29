"""Declared and live to a plan (docs/architecture.md, "Path to plan"). Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from ksync_tui.model.ignored import SyncPolicy
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Declarations, Live, Snapshot, Target
from ksync_tui.planner.checks import silent_hosts
from ksync_tui.planner.consequences import tell_consequences
from ksync_tui.planner.deploys import DeployBlock, Deploys, Digests
from ksync_tui.planner.draft import ActionDraft, ActionDrafts
from ksync_tui.planner.groups import expanded
from ksync_tui.planner.ignored import Ignoring
from ksync_tui.planner.left_out import left_out
from ksync_tui.planner.match import Comparer, Matched, PlanCapabilities, delete, match, undeclared
from ksync_tui.planner.order import freeze, settle
from ksync_tui.planner.origin import Origins
from ksync_tui.planner.protected import protect
from ksync_tui.planner.references import References, check_writes
from ksync_tui.planner.renames import rename_hints
from ksync_tui.planner.renaming import Rename, add_renames, applicable, renamed
from ksync_tui.planner.scope import Scope

NO_POLICY = SyncPolicy()

Refused = Callable[[Collection[Action]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Drafted:
    """A plan in the making, apart from the order of its actions."""

    declarations: Declarations
    snapshot: Snapshot
    scope: Scope
    found: Matched
    gone: list[Live]
    held: str | None
    ignoring: Ignoring

    def plan(self, engine: str, actions: tuple[Action, ...]) -> Plan:
        """The plan of these actions, with all that there is to say beside them."""
        found, snapshot = self.found, self.snapshot
        return Plan(
            options=self.scope.options,
            engine=engine,
            actions=actions,
            problems=(*self.declarations.problems, *silent_hosts(found.declared, snapshot)),
            unchanged=dict(found.unchanged),
            same=tuple(found.same),
            states=snapshot.states,
            renames=rename_hints(_creates(found), self.gone),
            deletes_held=self.held,
            unseen=tuple(snapshot.unreachable),
            left_out=tuple(left_out(self.declarations.resources, self.scope)),
            ignored=tuple(self.ignoring.ignored),
            returned=tuple(self.ignoring.returned),
        )


class Planner:
    """Plans, and remembers what was compared: planning again costs what changed."""

    def __init__(self) -> None:
        self._comparer = Comparer()
        self._digests = Digests()
        self._origins = Origins()

    def plan(
        self,
        declarations: Declarations,
        snapshot: Snapshot,
        options: SyncOptions,
        *,
        engine: str,
        capabilities: PlanCapabilities,
        deploy_block: DeployBlock,
        itself: Target | None = None,
        refused: Refused | None = None,
        policy: SyncPolicy = NO_POLICY,
        renames: Sequence[Rename] = (),
    ) -> Plan:
        """What it would take to make live equal declared.

        `deploy_block` says why a resource cannot be deployed, or gives None; `itself` is the live resource_sync that is
        planned, if it is one; `refused` gives, by ids of actions, what this user may not do; `policy` is what the
        settings say of the sync; `renames` are those that a person chose, and are left out where they cannot be.
        Nothing in a plan is done before somebody ticks it.
        """
        renames = applicable(renames, declarations, snapshot)
        later = renamed(snapshot, renames)
        drafted = self._draft(declarations, later, Scope(options, itself), capabilities, deploy_block, policy)
        add_renames(drafted.found, renames, snapshot, later, capabilities)
        protect(drafted.found.drafts.values(), later, policy.protected)
        _block_refused(drafted.found.drafts, refused)
        actions = self._ordered(drafted.found, later, options, itself)
        hidden, applied = drafted.ignoring.ignored, later.last_applied
        drafted.ignoring.ignored = [self._origins.of_ignored(one, applied, options.name) for one in hidden]
        return drafted.plan(engine, actions)

    def _draft(
        self,
        declarations: Declarations,
        snapshot: Snapshot,
        scope: Scope,
        capabilities: PlanCapabilities,
        deploy_block: DeployBlock,
        policy: SyncPolicy,
    ) -> _Drafted:
        """Creates, updates, deploys and deletes, less what is ignored."""
        declarations = expanded(declarations, snapshot) if capabilities.expands_patterns else declarations
        found = match(declarations, snapshot, scope, capabilities, self._comparer)
        ignoring, deletes = Ignoring(policy), scope.options.deletes
        ignoring.leave_out(found)
        gone = _gone(declarations, found, snapshot, scope, capabilities, ignoring)
        held = _held(declarations, len(gone)) if deletes else None
        self._add_deploys(found, snapshot, capabilities, deploy_block, ignoring)
        if deletes and (held is None or _declares_nothing(declarations)):
            for live in gone:
                found.add(delete(live, snapshot, capabilities, held))
        return _Drafted(declarations, snapshot, scope, found, gone, held, ignoring)

    def _add_deploys(
        self,
        found: Matched,
        snapshot: Snapshot,
        capabilities: PlanCapabilities,
        deploy_block: DeployBlock,
        ignoring: Ignoring,
    ) -> None:
        references = References(found.drafts, found.declared, snapshot)
        if capabilities.refuses_dangling:
            check_writes(references)
        Deploys(found.part, found.drafts, references, snapshot, deploy_block, self._digests, ignoring.hides).add()

    def _ordered(
        self, found: Matched, snapshot: Snapshot, options: SyncOptions, itself: Target | None
    ) -> tuple[Action, ...]:
        """The actions in their order, with where each comes from and what it brings about."""
        self._origins.tell(found.drafts.values(), snapshot.last_applied, options.name)
        keys = settle(found.drafts, itself)
        tell_consequences(found.drafts, found.declared, snapshot)
        self._forget(found)
        return freeze(found.drafts, keys)

    def _forget(self, found: Matched) -> None:
        self._comparer.forget(found.declared)
        self._digests.forget(2 * len(found.declared) + 1000)
        self._origins.forget(found.drafts)


def _creates(found: Matched) -> list[ActionDraft]:
    return [draft for draft in found.drafts.values() if draft.verb == "create"]


def _gone(
    declarations: Declarations,
    found: Matched,
    snapshot: Snapshot,
    scope: Scope,
    capabilities: PlanCapabilities,
    ignoring: Ignoring,
) -> list[Live]:
    """What is live and not declared, where that matters: to a sync that deletes, or as what a create was before."""
    deletes = scope.options.deletes
    if not deletes and not _creates(found):
        return []
    gone = undeclared(declarations, found, snapshot, scope)
    return [live for live in gone if not deletes or not ignoring.hides_delete(live, snapshot, capabilities)]


def _block_refused(drafts: ActionDrafts, refused: Refused | None) -> None:
    if refused is None:
        return
    for action, why in refused([draft.freeze(0) for draft in drafts.values()]).items():
        drafts[action].block(why)


def _declares_nothing(declarations: Declarations) -> bool:
    """Whether files were read as a whole and hold no resource: all that is live can still go into them."""
    unread = declarations.broken or any(problem.severity == "error" for problem in declarations.problems)
    return bool(declarations.files) and not declarations.resources and not unread


def _held(declarations: Declarations, gone: int) -> str | None:
    """Why nothing is deleted although something is not declared (architecture rule 4, semantics h.18)."""
    if not gone:
        return None
    if not declarations.resources and (declarations.complete or _declares_nothing(declarations)):
        return f"0 declared, {gone} live: nothing is deleted while the source declares nothing"
    if not declarations.complete:
        return f"part of the source could not be read or understood: {gone} undeclared are kept"
    return None
