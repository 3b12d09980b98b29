"""What already runs on a server's host: as a resource file to review, then taken over as that file says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.server import Server
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target, redeploy_digest
from ksync_tui.present.text import count, neutral
from ksync_tui.toml.export import SEPARATOR, export_block

if TYPE_CHECKING:
    from ksync_tui.engine.base import Engine
    from ksync_tui.model.discovery import Discovered, Discovery
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.plan import Plan
    from ksync_tui.model.resource import Declared
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
        found = [one for one in discovery.found if not one.live]
        server = Target("server", discovery.server)
        known = server in self.engine.recent().live
        blocks = [] if known else [export_block(Server(name=server.name), "server", secrets=True).rstrip()]
        blocks += map(_block, sorted(found, key=lambda one: (order[one.target.kind], one.target.name)))
        blocks += [export_block(variable, "variable", secrets=secrets) for variable in _variables(found)]
        return SEPARATOR.join(blocks)

    def adopting(self, discovery: Discovery, sync: Sync) -> Plan:
        """The plan that takes over what a sync declares and what runs: a deploy for each, after the creates it needs.

        Where a block says something else than what runs, its deploy stays pending, and a consequence says why. Raises
        NotPossibleError where the sync declares none of it.
        """
        review = self.reviews.create(sync)
        found = [one for one in discovery.found if one.target in review.declared]
        if not found:
            why = f"it declares nothing that runs on server {discovery.server} and is not ksync's already"
            hint = "`ksync import` without --adopt prints what is there"
            raise NotPossibleError("there is nothing to adopt", where=sync.name, why=why, hint=hint)
        creates = {action.target: action for action in review.plan.actions if action.verb == "create"}
        values = {Target("variable", name): value for one in found for name, value in one.secrets.items()}
        server = Target("server", discovery.server)
        needed = [server, *values, *(one.target for one in found)]
        first = [_create(creates[target], values.get(target)) for target in needed if target in creates]
        adopted = [self._adopting(one, review.declared[one.target], server, first) for one in found]
        return replace(review.plan, actions=(*first, *adopted))

    def _adopting(self, found: Discovered, declared: Declared, server: Target, first: Collection[Action]) -> Action:
        """The deploy that takes over what runs, a round after `first`, of which it needs some."""
        target, live = found.target, self.engine.recent().live.get(found.target)
        needs = {server, target, *(Target("variable", name) for name in found.secrets)}
        resource = live.resource if live else declared.resource
        return Action(
            "deploy",
            target,
            f"takes over {count(len(found.containers), 'container')}, nothing restarts",
            declared.place,
            proposed=resource,
            requires=tuple(action.id for action in first if action.target in needs),
            round=max((action.round for action in first), default=0) + 1,
            fingerprint=live.fingerprint if live else declared.fingerprint,
            consequences=(*map(_sentence, found.notes), *self._pending(found, resource)),
            blocked=declared.blocked,
            adopts=found.containers,
        )

    def _pending(self, found: Discovered, resource: Resource) -> Iterator[str]:
        """What a deploy would change once it is taken over."""
        if not found.live and redeploy_digest(resource) == redeploy_digest(found.resource):
            return
        try:
            difference = self.engine.running_difference(found.target, resource)
        except EngineError as error:
            yield f"Its deploy stays pending: {error}"
        else:
            if difference:
                yield f"Its deploy stays pending: {difference}"


def _block(found: Discovered) -> str:
    notes = "".join(f"# {neutral(note)}\n" for note in found.notes)
    return notes + export_block(found.resource, found.target.kind, secrets=True)


def _variables(found: Iterable[Discovered]) -> Iterator[Variable]:
    for one in found:
        for name, value in one.secrets.items():
            yield Variable(name=name, description=f"Used by {one.target}", value=value, is_secret=True)


def _create(action: Action, value: str | None) -> Action:
    """A create that no deploy follows; a secret variable has the value of what runs where its file holds none."""
    declared = action.proposed
    if isinstance(declared, Variable) and not declared.value and value:
        declared = declared.model_copy(update={"value": value})
    return replace(action, proposed=declared, consequences=())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
