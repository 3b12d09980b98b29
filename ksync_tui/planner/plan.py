"""Declared and live to a plan (docs/architecture.md, "Path to plan"). Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from ksync_tui.model.ignored import SyncPolicy
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Declarations, Snapshot, Target
from ksync_tui.planner.checks import silent_hosts
from ksync_tui.planner.consequences import tell_consequences
from ksync_tui.planner.deploys import DeployBlock, Deploys, Digests
from ksync_tui.planner.draft import ActionDrafts
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
        scope = Scope(options, itself)
        before, renames = snapshot, applicable(renames, declarations, snapshot)
        snapshot = renamed(snapshot, renames)
        declarations = expanded(declarations, snapshot) if capabilities.expands_patterns else declarations
        found = match(declarations, snapshot, scope, capabilities, self._comparer)
        ignoring = Ignoring(policy)
        ignoring.leave_out(found)
        creates = [draft for draft in found.drafts.values() if draft.verb == "create"]
        gone = undeclared(declarations, found, snapshot, scope) if options.deletes or creates else []
        if options.deletes:
            gone = [live for live in gone if not ignoring.hides_delete(live, snapshot, capabilities)]
        held = _held(declarations, len(gone)) if options.deletes else None
        self._add_deploys(found, snapshot, capabilities, deploy_block, ignoring)
        if options.deletes and (held is None or _declares_nothing(declarations)):
            for live in gone:
                found.add(delete(live, snapshot, capabilities, held))
        add_renames(found, renames, before, snapshot, capabilities)
        protect(found.drafts.values(), snapshot, policy.protected)
        _block_refused(found.drafts, refused)
        return Plan(
            options=options,
            engine=engine,
            actions=self._ordered(found, snapshot, options, itself),
            problems=(*declarations.problems, *silent_hosts(found.declared, snapshot)),
            unchanged=dict(found.unchanged),
            same=tuple(found.same),
            states=snapshot.states,
            renames=rename_hints(creates, gone),
            deletes_held=held,
            unseen=tuple(snapshot.unreachable),
            left_out=tuple(left_out(declarations.resources, scope)),
            ignored=tuple(ignoring.ignored),
            returned=tuple(ignoring.returned),
        )

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
        tell_consequences(found.drafts, found.declared, snapshot.states)
        self._forget(found)
        return freeze(found.drafts, keys)

    def _forget(self, found: Matched) -> None:
        self._comparer.forget(found.declared)
        self._digests.forget(2 * len(found.declared) + 1000)
        self._origins.forget(found.drafts)


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
