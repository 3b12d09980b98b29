"""The embedded engine: the single operations on live resources. Deploys are refused, never pretended."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import assert_never

from ksync_tui.engine.base import Capabilities, Log
from ksync_tui.engine.embedded.database import Database
from ksync_tui.engine.embedded.store import Store
from ksync_tui.engine.embedded.vault import Vault
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Snapshot, Target, wants_deploy

ON_CREATION = "deploy on creation"
CONFIG_CHANGED = "config has changed"
TURNED_ON = "deploy was turned on"


class EmbeddedEngine:
    """Live resources in an SQLite file; implements `engine.base.Engine`."""

    name = "embedded"
    capabilities = Capabilities(keeps_deploy=True, refuses_dangling=False)

    def __init__(
        self,
        database: Database,
        vault: Vault,
        hosts: Mapping[str, str] | None = None,
        config: Path | None = None,
        store: Store | None = None,
        sync: str = "",
    ) -> None:
        """`hosts` maps servers to Docker hosts, as `[hosts]` of the configuration file `config` does."""
        self.store = store or Store(database, vault)
        self._database = database
        self._vault = vault
        self._hosts = hosts or {}
        self._config = config
        self._sync = sync

    def acting_for(self, sync: str) -> EmbeddedEngine:
        """The same engine, remembering what it applies as applied by that sync."""
        return EmbeddedEngine(self._database, self._vault, self._hosts, self._config, self.store, sync)

    def snapshot(self) -> Snapshot:
        """See `Engine.snapshot`; states are left out, as nothing here has looked at containers."""
        return self.store.snapshot()

    def fingerprint(self, target: Target) -> str | None:
        """See `Engine.fingerprint`."""
        return self.store.fingerprint(target)

    def known_secrets(self) -> Mapping[str, str]:
        """The secrets of all live resources by label (`variable/TOKEN`), for masking and the commit guard."""
        return self.store.known_secrets()

    def group(self) -> AbstractContextManager[None]:
        """See `Engine.group`: one transaction."""
        return self._database.transaction()

    def deploy_block(self, server: str) -> str | None:
        """See `Engine.deploy_block`."""
        if not server:
            return "it names no server: set `server`"
        if server not in self._hosts:
            config = self._config or "ksync's configuration"
            return (
                f"no Docker host is mapped to server '{server}': "
                f'add `"{server}" = "unix:///var/run/docker.sock"` under [hosts] in {config}'
            )
        return "this version of ksync does not deploy to Docker hosts yet: deploy it there by hand meanwhile"

    def apply(self, action: Action, log: Log) -> None:
        """See `Engine.apply`."""
        with self._database.transaction():
            match action.verb:
                case "create":
                    self._create(action)
                case "update":
                    self._update(action)
                case "rename":
                    self._rename(action)
                case "delete":
                    self._existing(action.target)
                    self.store.remove(action.target)
                case "deploy":
                    self._refuse_deploy(action)
                case _:
                    assert_never(action.verb)

    def _create(self, action: Action) -> None:
        proposed = _proposed(action)
        self._absent(action.target)
        self.store.put(action.target, proposed)
        self.store.record_applied(action.target, proposed, self._sync)
        if wants_deploy(proposed):
            self.store.owe_deploy(action.target, ON_CREATION)

    def _update(self, action: Action) -> None:
        proposed = _proposed(action)
        live = self._existing(action.target)
        self.store.put(action.target, self._with_unmanaged(action.target, proposed, live))
        self.store.record_applied(action.target, proposed, self._sync)
        if not wants_deploy(proposed):
            return
        if not wants_deploy(live):
            self.store.owe_deploy(action.target, TURNED_ON)
        elif any(change.redeploys for change in action.changes):
            self.store.owe_deploy(action.target, CONFIG_CHANGED)

    def _rename(self, action: Action) -> None:
        """Names in other resources stay as they are: the plan says what happens to those."""
        if not action.old_name:
            raise EngineError("the rename does not say of what", where=str(action.target), hint="Plan again")
        old = Target(action.target.kind, action.old_name)
        live = self._existing(old)
        self._absent(action.target)
        self.store.rename(old, action.target.name)
        self.store.put(action.target, live.model_copy(update={"name": action.target.name}))

    def _refuse_deploy(self, action: Action) -> None:
        resource = action.proposed or action.current
        server = getattr(resource.settings, "server_id", "") if resource else ""
        raise NotPossibleError("nothing was deployed", where=str(action.target), why=self.deploy_block(server))

    def _existing(self, target: Target) -> Resource:
        live = self.store.get(target)
        if live is None:
            raise EngineError("it no longer exists", where=str(target), hint="Plan again to see what is there now")
        return live

    def _absent(self, target: Target) -> None:
        if self.store.fingerprint(target) is not None:
            raise EngineError("it exists already", where=str(target), hint="Plan again to see how it differs")

    def _with_unmanaged(self, target: Target, proposed: Resource, live: Resource) -> Resource:
        """The proposed resource with the live value of what its file leaves to others (DESIGN rule 9)."""
        kept = {name: getattr(live, name) for name in proposed.unmanaged()}
        if not kept:
            return proposed
        if target in self.store.unavailable():
            raise EngineError(
                "the value to keep is no longer there",
                where=str(target),
                why=f"{self._vault.path} does not hold it",
                hint="Bring that file back, or give the value in the resource file",
            )
        return proposed.model_copy(update=kept)


def _proposed(action: Action) -> Resource:
    if action.proposed is None:
        raise EngineError("the action does not say what it shall become", where=str(action.target), hint="Plan again")
    return action.proposed
