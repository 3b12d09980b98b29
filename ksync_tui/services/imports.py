"""What already runs on a server's host: as a resource file to review, then taken over as that file says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ksync_tui.errors import NotPossibleError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.server import Server
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Target, redeploy_digest
from ksync_tui.planner.diff import compare
from ksync_tui.present.text import count, neutral
from ksync_tui.toml.export import SEPARATOR, export_block

if TYPE_CHECKING:
    from ksync_tui.engine.base import Engine
    from ksync_tui.model.discovery import Discovered, Discovery
    from ksync_tui.model.plan import Action, Plan
    from ksync_tui.model.secret_look import SecretLook
    from ksync_tui.services.reviews import Reviews
    from ksync_tui.services.sync import Sync


@dataclass(frozen=True, slots=True)
class Imports:
    """Finds what ksync did not make. `look` finds the values that a file names instead of holding them."""

    engine: Engine
    reviews: Reviews
    look: SecretLook

    def discover(self, server: str) -> Discovery:
        """What runs on the host of a server and is no resource's. Raises EngineError."""
        return self.engine.discover(server, self.look)

    def toml(self, discovery: Discovery, *, secrets: bool = False) -> str:
        """A resource file that declares what was found, with comments on what it cannot say.

        Without `secrets`, a secret is named by a variable without a value: one that is managed elsewhere.
        """
        order = {kind: at for at, kind in enumerate(KINDS)}
        found = sorted(discovery.found, key=lambda one: (order[one.target.kind], one.target.name))
        known = Target("server", discovery.server) in self.engine.recent().live
        blocks = [] if known else [export_block(Server(name=discovery.server), "server", secrets=secrets).rstrip()]
        blocks += map(_block, found)
        blocks += [export_block(variable, "variable", secrets=secrets) for variable in _variables(discovery)]
        return SEPARATOR.join(blocks)

    def adopting(self, discovery: Discovery, sync: Sync) -> Plan:
        """The plan that takes over what a sync declares and what runs: a create for each, and for what it needs.

        One whose block says something else than what runs is blocked. Raises NotPossibleError where the sync declares
        none of it.
        """
        plan = self.reviews.create(sync).plan
        creates = {action.target: action for action in plan.actions if action.verb == "create"}
        found = [one for one in discovery.found if one.target in creates]
        if not found:
            why = f"it declares nothing that runs on server {discovery.server} and is not ksync's already"
            hint = "`ksync import` without --adopt prints what is there"
            raise NotPossibleError("there is nothing to adopt", where=sync.name, why=why, hint=hint)
        server = Target("server", discovery.server)
        values = {Target("variable", name): value for one in found for name, value in one.secrets.items()}
        needed = [_with_value(creates[target], values.get(target)) for target in (server, *values) if target in creates]
        adopted = [_adopting(creates[one.target], one, server, needed) for one in found]
        return replace(plan, actions=(*needed, *adopted))


def _block(found: Discovered) -> str:
    notes = "".join(f"# {neutral(note)}\n" for note in found.notes)
    return notes + export_block(found.resource, found.target.kind, secrets=True)


def _variables(discovery: Discovery) -> Iterator[Variable]:
    for found in discovery.found:
        says = f"Used by {found.target}"
        for name, value in found.secrets.items():
            yield Variable(name=name, description=says, value=value, is_secret=True)


def _with_value(action: Action, value: str | None) -> Action:
    """The create of a secret variable with the value that what runs has, where its file holds none."""
    declared = action.proposed
    if not isinstance(declared, Variable) or declared.value or not value:
        return action
    return replace(action, proposed=declared.model_copy(update={"value": value}))


def _adopting(action: Action, found: Discovered, server: Target, needed: Collection[Action]) -> Action:
    """The create of a resource as one that takes over what runs, after the creates that it needs."""
    needs = {server, *(Target("variable", name) for name in found.secrets)}
    containers = count(len(found.containers), "container")
    return replace(
        action,
        adopts=found.containers,
        reason=f"takes over {containers}, nothing restarts",
        requires=tuple(dict.fromkeys([*action.requires, *(one.id for one in needed if one.target in needs)])),
        consequences=tuple(map(_sentence, found.notes)),
        blocked=action.blocked or _differing(action, found),
    )


def _differing(action: Action, found: Discovered) -> str | None:
    """Why the declared one is not what runs, field by field; None where it is."""
    declared = action.proposed
    if declared is None or redeploy_digest(declared) == redeploy_digest(found.resource):
        return None
    fields = [change.field for change in compare(found.resource, declared).changes if change.redeploys]
    return f"its block says something else than what runs: {', '.join(fields)}. Adopt it as it is, then change it"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
