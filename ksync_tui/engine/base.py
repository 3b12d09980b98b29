"""The engine protocol: where live resources are and who acts on them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, Self

from ksync_tui.model.discovery import Discovery
from ksync_tui.model.events import Change
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Action, Removal, Verb
from ksync_tui.model.resource import Find, Snapshot, Target
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.system.cancellation import Stop, never

Log = Callable[[str], None]
"""Takes one line of output as it comes; secrets in it are replaced by `<NAME>` before it is kept or shown."""

_RUNS: Mapping[str, Verb] = {
    "stack": "deploy", "deployment": "deploy", "build": "run", "repo": "run", "procedure": "run",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can and cannot do; the planner and the screens ask here instead of knowing engines.

    `keeps_deploy`: `deploy` and `after` are part of the live resource, so they are compared.
    `refuses_dangling`: a reference to nothing is refused, not stored by name (architecture rule 3).
    `expands_patterns`: permissions are stored per resource, so the patterns of a user group mean what they match.
    `compares_texts`: live is also read by a sync of the engine's own, to which comments and spacing are a difference.
    `remote`: live is on another machine, which reads the files of its own syncs and sends alerts by itself.
    `history`: whatever anyone did is kept, with its log.
    `keeps_names`: the kinds that cannot be renamed.
    `removals`: what may become of the containers of what is deleted, the usual first.
    `runs`: the kinds that a person may run by hand, each with the verb of that action.
    `refuses_taken`: the kinds of which a create is refused with a ConflictError at the moment of the create where the
    name is taken: nothing that is read before proves as much.
    `parallel`: how many actions that need nothing of each other may go on at once; `fingerprint` and `apply` are then
    called from as many threads.
    """

    keeps_deploy: bool = True
    refuses_dangling: bool = False
    expands_patterns: bool = False
    compares_texts: bool = False
    remote: bool = False
    history: bool = False
    keeps_names: frozenset[str] = frozenset()
    removals: tuple[Removal, ...] = ("down", "volumes", "forget")
    runs: Mapping[str, Verb] = field(default_factory=lambda: _RUNS)
    refuses_taken: frozenset[str] = frozenset()
    parallel: int = 1


class Engine(Protocol):
    """Live resources and the single operations on them. Every call may raise EngineError."""

    @property
    def name(self) -> str:
        """`embedded` or `core`."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""

    def snapshot(self) -> Snapshot:
        """All live resources at one moment, as they are now."""

    def recent(self) -> Snapshot:
        """The snapshot of a moment ago, for names and hints: cheap to ask for at every key."""

    def acting_for(self, sync: str) -> Self:
        """The same engine, remembering what it applies as applied by that sync."""

    def prepare(self, actions: Iterable[Action]) -> None:
        """Gets what a run of these actions needs from elsewhere, so that it is among the known secrets."""

    def known_secrets(self) -> Mapping[str, str]:
        """The secrets of all live resources by label (`variable/TOKEN`), for masking and the commit guard."""

    def close(self) -> None:
        """Gives back what it holds. No other call may follow."""

    def observed(self, snapshot: Snapshot, wanted: Collection[Target]) -> Snapshot:
        """The snapshot with what is seen of the wanted resources, and of all that was deployed, where they run.

        A host that does not answer in time is named in `unreachable`; never raises for one.
        """

    def deploy_block(self, resource: Resource, find: Find) -> str | None:
        """Why a resource cannot be deployed and what to do, or None; `find` gives what will be there by then."""

    def refused(self, actions: Collection[Action]) -> Mapping[str, str]:
        """By ids of actions, what the user may not do: which permission is missing."""

    def last_changes(self, targets: Collection[Target]) -> Mapping[Target, Change]:
        """Who changed live resources last, and when, as far as the engine knows."""

    def container_log(self, target: Target, stop: Stop = never) -> list[str]:
        """The last lines that the containers of a live stack or deployment wrote, the newest last.

        Where several wrote, each line begins with its container. Secrets stand in them as they were written.
        """

    def discover(self, server: str, look: SecretLook) -> Discovery:
        """What already runs on the host of a server and is no resource's, as resources. What `look` finds is named."""

    def running_difference(self, target: Target, resource: Resource) -> str | None:
        """What a deploy of a resource would change about what runs in its place, in words; None where nothing."""

    def outside(self, action: Action) -> bool:
        """Whether an action has effects outside ksync's database, so that it shares no transaction with others."""

    def fingerprint(self, target: Target) -> str | None:
        """The live fingerprint of a target right now, or None where it does not exist (architecture rule 6)."""

    def apply(self, action: Action, log: Log, stop: Stop = never) -> None:
        """Carries out one action. Returns only when the effect is there; raises EngineError when it is not.

        One that goes on outside ksync gives up when `stop` asks for it, and raises EngineError.
        """

    def agree(self, target: Target, live: Resource | None, parts: Collection[str] = ()) -> None:
        """Remembers what a file says now because live has it, as if the file had been applied.

        None: neither the file nor live has it any more. `parts`: only these paths of it are the same.
        """

    def group(self) -> AbstractContextManager[None]:
        """Actions applied inside, and journal rows written inside, become durable together or not at all.

        Engines whose effects lie outside ksync's database give a context that does nothing.
        """
