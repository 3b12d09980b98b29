"""The embedded engine: the single operations on live resources."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from ksync_tui.engine.base import Capabilities, Log
from ksync_tui.engine.embedded.host_resolver import HostResolver, secrets_outside, tokens_outside
from ksync_tui.engine.embedded.secret_values import SecretValues
from ksync_tui.engine.pending_deploys import pending_after_adoption, pending_after_create, pending_after_update
from ksync_tui.errors import EngineError, KsyncError
from ksync_tui.model.events import Change
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import NO_VERSION
from ksync_tui.model.plan import Action
from ksync_tui.model.references import renamed_in
from ksync_tui.model.resource import Find, Live, Snapshot, Target, wants_deploy
from ksync_tui.state.database import Database
from ksync_tui.state.resources import ResourceStore
from ksync_tui.state.secret_store import SecretStore
from ksync_tui.system.cancellation import Stop, never

if TYPE_CHECKING:
    from ksync_tui.engine.embedded.deploying import Deploying
    from ksync_tui.engine.embedded.importing import Importing
    from ksync_tui.engine.embedded.observing import HostState
    from ksync_tui.engine.embedded.running import Running
    from ksync_tui.model.discovery import Discovery
    from ksync_tui.model.secret_look import SecretLook


class EmbeddedEngine:
    """Live resources in an SQLite file; implements `engine.base.Engine`."""

    name = "embedded"
    capabilities = Capabilities(keeps_deploy=True, refuses_dangling=False)

    def __init__(
        self,
        database: Database,
        secret_store: SecretStore,
        hosts: Mapping[str, str] | None = None,
        config: Path | None = None,
        store: ResourceStore | None = None,
        sync: str = "",
        docker: tuple[str, ...] = ("docker",),
        secrets: SecretValues | None = None,
    ) -> None:
        """`hosts` maps servers to Docker hosts, as `[hosts]` of the settings file `config` does.

        `docker` is the docker command that reaches them; `secrets` are values that are kept elsewhere.
        """
        self.store = store or ResourceStore(database, secret_store)
        self._database = database
        self._secret_store = secret_store
        self._sync = sync
        file = config or database.home / "config.toml"
        mapped, elsewhere = {} if hosts is None else hosts, secrets or SecretValues({})
        self._resolver = HostResolver(self.store, mapped, file, database.home, docker, elsewhere)

    def acting_for(self, sync: str) -> EmbeddedEngine:
        """The same engine, remembering what it applies as applied by that sync."""
        known = self._resolver
        return EmbeddedEngine(
            self._database, self._secret_store, known.hosts, known.config, self.store, sync, known.docker, known.secrets
        )

    def snapshot(self) -> Snapshot:
        """See `Engine.snapshot`."""
        return self.store.snapshot()

    def recent(self) -> Snapshot:
        """See `Engine.recent`."""
        return self.snapshot()

    def close(self) -> None:
        """See `Engine.close`: the database is its opener's."""

    def observed(self, snapshot: Snapshot, wanted: Collection[Target]) -> Snapshot:
        """See `Engine.observed`: one call of Docker per host, where any host is mapped."""
        if not wanted and not snapshot.deployed:
            return snapshot
        from ksync_tui.engine.embedded.observing import observed  # noqa: PLC0415 - only what is deployed needs Docker

        return observed(snapshot, wanted, self._resolver)

    def fingerprint(self, target: Target) -> str | None:
        """See `Engine.fingerprint`."""
        return self.store.fingerprint(target)

    def known_secrets(self) -> Mapping[str, str]:
        """The secrets of all live resources by label (`variable/TOKEN`), for masking and the commit guard.

        Those that the environment gives are among them.
        """
        outside = self._resolver.secrets.known | secrets_outside() | tokens_outside()
        return {**self.store.known_secrets(), **{f"variable/{name}": value for name, value in outside.items()}}

    def prepare(self, actions: Iterable[Action]) -> None:
        """See `Engine.prepare`."""
        outside = [action for action in actions if self.outside(action)]
        names = [f"[[{name}]]" for name in self._resolver.secrets] if any(one.verb == "run" for one in outside) else []
        if outside and len(self._resolver.secrets):
            values = [item.value for item in self.store.variables()]
            texts = (str(action.proposed or self.store.get(action.target)) for action in outside)
            self._resolver.secrets.renew([*texts, *values, *names])

    def hosts(self) -> list[HostState]:
        """The Docker hosts that servers stand for, looked at now; docker's default where none does."""
        from ksync_tui.engine.embedded.observing import look_at_hosts  # noqa: PLC0415 - only what is deployed needs Docker

        return look_at_hosts(self.snapshot(), self._resolver)

    def group(self) -> AbstractContextManager[None]:
        """See `Engine.group`: one transaction."""
        return self._database.transaction()

    def deploy_block(self, resource: Resource, find: Find) -> str | None:
        """See `Engine.deploy_block`."""
        return self._resolver.block(resource, find) or self._no_image(resource)

    def _no_image(self, resource: Resource) -> str | None:
        """Why there is no image yet, where that is the latest of a build."""
        params = getattr(getattr(resource.settings, "image", None), "params", None)
        build, version = getattr(params, "build_id", ""), getattr(params, "version", NO_VERSION)
        if not build or version != NO_VERSION or self.store.last_built(Target("build", build)):
            return None
        return f"build '{build}' was never built: `ksync run build/{build}` builds it, then plan again"

    def refused(self, actions: Collection[Action]) -> Mapping[str, str]:
        """See `Engine.refused`: whoever can open the database may do everything."""
        del actions
        return {}

    def last_changes(self, targets: Collection[Target]) -> Mapping[Target, Change]:
        """See `Engine.last_changes`: only ksync changes what is here, and its runs tell of it."""
        del targets
        return {}

    def container_log(self, target: Target, stop: Stop = never) -> list[str]:
        """See `Engine.container_log`."""
        return self._deploying.container_log(target, stop)

    def outside(self, action: Action) -> bool:
        """See `Engine.outside`."""
        return action.verb in ("deploy", "run") or _takes_down(action) or _renames_container(action)

    def discover(self, server: str, look: SecretLook) -> Discovery:
        """See `Engine.discover`."""
        return self._importing.discover(server, look)

    def running_difference(self, target: Target, resource: Resource) -> str | None:
        """See `Engine.running_difference`."""
        return self._importing.difference(target, resource)

    def apply(self, action: Action, log: Log, stop: Stop = never) -> None:
        """See `Engine.apply`."""
        match action.verb:
            case "deploy" if action.adopts:
                self._take_over(action, log, stop)
                return
            case "deploy":
                self._deploying.deploy(action.target, log, stop)
                return
            case "run":
                self._running(stop).run(action.target, log)
                return
            case "delete" if action.removal is not None and _takes_down(action):
                self._existing(action.target)
                self._deploying.take_down(action.target, action.removal, log, stop)
            case "rename" if _renames_container(action):
                self._rename_deployed(action, log, stop)
                return
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
                    self.store.remove(action.target, self._sync)
                case _:
                    assert_never(action.verb)

    def agree(self, target: Target, live: Resource | None, parts: Collection[str] = ()) -> None:
        """See `Engine.agree`."""
        if live is None:
            self.store.forget_applied(target, self._sync)
        else:
            self.store.record_applied(target, live, self._sync, parts)

    @property
    def _deploying(self) -> Deploying:
        from ksync_tui.engine.embedded.deploying import Deploying  # noqa: PLC0415 - only what is deployed needs Docker

        return Deploying(self.store, self._resolver)

    def _running(self, stop: Stop) -> Running:
        from ksync_tui.engine.embedded.running import Running  # noqa: PLC0415 - only what is deployed needs Docker

        return Running(self.store, self._resolver, self._deploying, stop)

    @property
    def _importing(self) -> Importing:
        from ksync_tui.engine.embedded.importing import Importing  # noqa: PLC0415 - only an import needs Docker

        return Importing(self.store, self._resolver)

    def _take_over(self, action: Action, log: Log, stop: Stop) -> None:
        """Makes what already runs a resource's own, as if it had been deployed from it where that is so."""
        target, resource = action.target, self._existing(action.target)
        files = self._importing.take_over(target, resource, action.adopts, log, stop)
        with self._database.transaction():
            self.store.adopt(target, action.adopts)
            if files is None:
                pending_after_adoption(self.store, target, resource)
            else:
                self.store.record_deployed(target, resource, None, files)

    def _create(self, action: Action) -> None:
        proposed = _proposed(action)
        self._absent(action.target)
        self.store.put(action.target, proposed)
        self.store.record_applied(action.target, proposed, self._sync)
        pending_after_create(self.store, action.target, proposed)

    def _update(self, action: Action) -> None:
        proposed = _proposed(action)
        live = self._existing(action.target)
        self.store.put(action.target, self._with_unmanaged(action.target, proposed, live))
        self.store.record_applied(action.target, proposed, self._sync, action.parts)
        pending_after_update(self.store, action.target, live, proposed, wanted=wants_deploy(live))

    def _rename_deployed(self, action: Action, log: Log, stop: Stop) -> None:
        """Renames a deployment and its container, which goes on running."""
        old = self._renamable(action)
        deployed = self._deploying.rename(old, action.target.name, log, stop)
        with self._database.transaction():
            self._rename(action)
            if deployed is not None:
                self.store.keep_deployed(action.target, deployed)

    def _renamable(self, action: Action) -> Target:
        """The target that a rename is about, which exists while its new name is free. Raises EngineError."""
        if not action.old_name:
            raise EngineError("the rename has no old name", where=str(action.target), hint="Plan again")
        self._existing(action.subject)
        self._absent(action.target)
        return action.subject

    def _rename(self, action: Action) -> None:
        """Renames a resource; those that name it name it anew, and what is deployed goes on under the new name."""
        old = self._renamable(action)
        live = self._existing(old)
        known = self.store.snapshot().live
        self.store.rename(old, action.target.name)
        self.store.put(action.target, live.model_copy(update={"name": action.target.name}))
        for target, other in known.items():
            if target != old and (found := self._naming(other, old, action.target.name, known)):
                self.store.put(target, found)
        if old.kind == "stack":
            from ksync_tui.engine.embedded.docker.stacks import renamed  # noqa: PLC0415 - only what is deployed needs Docker

            renamed(old.name, action.target.name, self._database.home)

    def _naming(self, live: Live, old: Target, new: str, known: Collection[Target]) -> Resource | None:
        """A resource that names `old`, with the new name; None where it does not, or cannot be read."""
        try:
            found = renamed_in(live.resource, live.target, old, new, known)
        except KsyncError:
            return None
        return found if found is not live.resource else None

    def _existing(self, target: Target) -> Resource:
        live = self.store.get(target)
        if live is None:
            raise EngineError("it no longer exists", where=str(target), hint="Plan again to see what is there now")
        return live

    def _absent(self, target: Target) -> None:
        if self.store.fingerprint(target) is not None:
            raise EngineError("it exists already", where=str(target), hint="Plan again to see how it differs")

    def _with_unmanaged(self, target: Target, proposed: Resource, live: Resource) -> Resource:
        """The proposed one with the live value of what its file leaves out (architecture rule 9, semantics h.14)."""
        config = proposed.settings
        kept = {name: getattr(live.settings, name) for name in config.unmanaged() & live.settings.model_fields_set}
        if not kept:
            return proposed
        if config is not proposed:
            return proposed.model_copy(update={"config": config.model_copy(update=kept)})
        if target in self.store.unavailable():
            raise EngineError(
                "the value to keep no longer exists",
                where=str(target),
                why=f"{self._secret_store.path} does not hold it",
                hint="Restore that file, or set the value in the resource file",
            )
        return proposed.model_copy(update=kept)


def _renames_container(action: Action) -> bool:
    return action.verb == "rename" and action.target.kind == "deployment"


def _proposed(action: Action) -> Resource:
    if action.proposed is None:
        raise EngineError("the action has no proposed state", where=str(action.target), hint="Plan again")
    return action.proposed


def _takes_down(action: Action) -> bool:
    """Whether a delete has containers to take down."""
    return action.verb == "delete" and action.removal in ("down", "volumes")
