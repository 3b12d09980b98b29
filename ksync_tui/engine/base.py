"""The engine protocol: where live resources are and who acts on them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Snapshot, Target

Log = Callable[[str], None]
"""Takes one line of output; secrets in it are already replaced by `<NAME>`."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can and cannot do; the planner and the screens ask here instead of knowing engines.

    `keeps_deploy`: `deploy` and `after` are part of the live resource, so they are compared.
    `refuses_dangling`: a reference to nothing is refused, not stored by name (DESIGN rule 3).
    """

    keeps_deploy: bool = True
    refuses_dangling: bool = False


class Engine(Protocol):
    """Live resources and the single operations on them. Every call may raise EngineError."""

    @property
    def name(self) -> str:
        """`embedded` or `core`."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""

    def snapshot(self) -> Snapshot:
        """All live resources and states at one moment. Cheap when nothing changed since the last call."""

    def deploy_block(self, server: str) -> str | None:
        """Why nothing can be deployed to a server (by name; "" for none) and what to do, or None."""

    def fingerprint(self, target: Target) -> str | None:
        """The live fingerprint of a target right now, or None where it does not exist (DESIGN rule 6)."""

    def apply(self, action: Action, log: Log) -> None:
        """Carries out one action. Returns only when the effect is there; raises EngineError when it is not."""

    def group(self) -> AbstractContextManager[None]:
        """Actions applied inside, and journal rows written inside, become durable together or not at all.

        Engines whose effects lie outside ksync's database give a context that does nothing.
        """
