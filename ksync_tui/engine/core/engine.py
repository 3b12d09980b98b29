"""The core engine: a Komodo Core holds what is live and acts on it; ksync plans, and asks for single operations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ksync_tui.engine.base import Capabilities, Log
from ksync_tui.engine.core import deploying, history, logs, syncs
from ksync_tui.engine.core.access import Access
from ksync_tui.engine.core.client import AskCode, Client, CoreServer
from ksync_tui.engine.core.errors import understanding
from ksync_tui.engine.core.loop import Loop
from ksync_tui.engine.core.names import Directory
from ksync_tui.engine.core.permissions import rights
from ksync_tui.engine.core.polling import UpdatePoller
from ksync_tui.engine.core.reading import CoreReading, read_all
from ksync_tui.engine.core.single_reads import SingleReads
from ksync_tui.engine.core.snapshots import LiveReading, live_of, snapshot_of, understood
from ksync_tui.engine.core.stream import Stream
from ksync_tui.engine.core.syncs import CoreFile, CoreSync
from ksync_tui.engine.core.writing import Writer
from ksync_tui.engine.pending_deploys import FAILED, pending_after_create, pending_after_update
from ksync_tui.errors import BusyError, CoreError, EngineError, NotFoundError, NotPossibleError
from ksync_tui.model.discovery import Discovery
from ksync_tui.model.events import Change
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Find, Snapshot, Target, wants_deploy
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import labelled_secrets
from ksync_tui.state.deploy_records import DeployRecords
from ksync_tui.system.cancellation import Stop, never

T = TypeVar("T")


_CAPABILITIES = Capabilities(
    compares_texts=True,
    keeps_deploy=False,
    refuses_dangling=True,
    expands_patterns=True,
    remote=True,
    history=True,
    keeps_names=frozenset({"variable"}),
    refuses_taken=frozenset(KINDS) - {"user_group"},
    removals=("down",),
    runs=deploying.RUNS,
)


@dataclass(slots=True)
class CoreConnection:
    """What the engines of one session share: the client in its loop, and what was read last."""

    loop: Loop
    client: Client
    stream: Stream
    reads: SingleReads
    seen: LiveReading
    directory: Directory
    last: Snapshot | None = None
    secrets: tuple[Snapshot | None, Mapping[str, str]] = field(default=(None, {}), repr=False)
    """The secrets of the snapshot beside them: to find them in ten thousand resources takes a while."""
    sync_info: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    version: str = ""

    def ask(self, call: Coroutine[Any, Any, T]) -> T:
        """Runs a call in the loop and waits for it. Raises CoreError too for what makes no sense of its answers."""
        with understanding(self.client.address):
            return self.loop.run(call)


def connect(server: CoreServer, access: Access, ask_code: AskCode | None = None) -> CoreConnection:
    """A connection that was not used yet: nothing is sent before the first question. Raises CoreError."""
    loop = Loop()
    try:
        client = loop.run(_client(server, access, ask_code))
    except BaseException:
        loop.close()
        raise
    return CoreConnection(loop, client, Stream(client), SingleReads(client), LiveReading(), Directory())


async def _client(server: CoreServer, access: Access, ask_code: AskCode | None) -> Client:
    return Client(server, access, ask_code)


class CoreEngine:
    """Live resources in a Komodo Core; implements `engine.base.Engine`. What it applied is in the ledger."""

    name = "core"

    def __init__(self, connection: CoreConnection, deploy_records: DeployRecords, sync: str = "") -> None:
        self.connection = connection
        self.deploy_records = deploy_records
        self.capabilities = replace(_CAPABILITIES, parallel=connection.client.places.most)
        self._sync = sync

    def acting_for(self, sync: str) -> CoreEngine:
        """See `Engine.acting_for`."""
        return CoreEngine(self.connection, self.deploy_records, sync)

    def close(self) -> None:
        """See `Engine.close`."""
        connection = self.connection
        connection.ask(connection.stream.close())
        connection.ask(connection.reads.close())
        # What goes on now would open connections that nobody closes.
        connection.loop.quiet()
        connection.ask(connection.client.close())
        connection.loop.close()

    def snapshot(self) -> Snapshot:
        """See `Engine.snapshot`: read anew each time, all kinds at once."""
        connection = self.connection
        self.server_version()
        reading = connection.ask(read_all(connection.client))
        connection.directory = reading.directory
        connection.sync_info = {
            target.name: info for target, info in reading.info.items() if target.kind == "resource_sync"
        }
        with understanding(connection.client.address):
            connection.last = self._snapshot(reading)
        return connection.last

    def _snapshot(self, reading: CoreReading) -> Snapshot:
        applied, deployed = self.deploy_records.records()
        found = snapshot_of(reading, self.connection.seen, applied, deployed, self.deploy_records.version)
        return replace(found, last_applied=self.deploy_records.last_applied)

    def server_version(self) -> str:
        """The version of the Core. Raises CoreError for one that is too old, or for none at all."""
        connection = self.connection
        connection.version = connection.version or connection.ask(connection.client.version())
        return connection.version

    def who(self) -> tuple[str, bool]:
        """The name of the calling user, and whether that is an admin."""
        user = self.connection.ask(self.connection.client.user())
        return str(user.get("username")), bool(user.get("admin"))

    def recent(self) -> Snapshot:
        """See `Engine.recent`."""
        return self.connection.last or self.snapshot()

    def observed(self, snapshot: Snapshot, wanted: Collection[Target]) -> Snapshot:
        """See `Engine.observed`: Core told the states with the rest."""
        del wanted
        return snapshot

    def fingerprint(self, target: Target) -> str | None:
        """See `Engine.fingerprint`."""
        connection = self.connection
        try:
            values = connection.ask(connection.reads.values(target, connection.directory))
        except NotFoundError:
            return None
        with understanding(connection.client.address):
            return live_of(target, values).fingerprint

    def prepare(self, actions: Iterable[Action]) -> None:
        """See `Engine.prepare`: a Core has all that it needs."""

    def known_secrets(self) -> Mapping[str, str]:
        """See `Engine.known_secrets`."""
        recent, (known_of, known) = self.recent(), self.connection.secrets
        if known_of is not recent:
            live = understood(recent.live)
            known = {label: value for target, current in live for label, value in labelled_secrets(target, current)}
            self.connection.secrets = recent, known
        return known

    def deploy_block(self, resource: Resource, find: Find) -> str | None:
        """See `Engine.deploy_block`."""
        return deploying.block(resource, find, self.recent().built)

    def refused(self, actions: Collection[Action]) -> Mapping[str, str]:
        """See `Engine.refused`."""
        connection = self.connection
        if not actions:
            return {}
        self.recent()
        held = connection.ask(rights(connection.client, actions, connection.directory))
        return {action.id: why for action in actions if (why := held.missing(action))}

    def last_changes(self, targets: Collection[Target]) -> Mapping[Target, Change]:
        """See `Engine.last_changes`."""
        connection = self.connection
        try:
            return connection.ask(history.last_changes(connection.client, connection.directory, targets))
        except CoreError:
            return {}  # good to know, but no reason to show no plan

    def changes(self, target: Target | None, most: int) -> list[Change]:
        """The newest updates and alerts of this Core, of all or of one target, newest first."""
        connection = self.connection
        self.recent()
        return connection.ask(history.changes(connection.client, connection.directory, target, most))

    def log_of(self, change: str) -> list[str]:
        """All that Core wrote down of an update, line by line."""
        connection = self.connection
        live = understood(self.recent().live)
        plain = {target.name for target, found in live if isinstance(found, Variable) and not found.is_secret}
        return connection.ask(history.log_of(connection.client, change, plain))

    def container_log(self, target: Target, stop: Stop = never) -> list[str]:
        """See `Engine.container_log`."""
        del stop  # the client has a time limit of its own
        return self.connection.ask(logs.container_log(self.connection.client, target))

    def discover(self, server: str, look: SecretLook) -> Discovery:
        """See `Engine.discover`. Raises NotPossibleError."""
        del look
        raise _no_import(f"server/{server}")

    def running_difference(self, target: Target, resource: Resource) -> str | None:
        """See `Engine.running_difference`. Raises NotPossibleError."""
        del resource
        raise _no_import(str(target))

    # ------------------------------------------------------------------ syncs

    def sync(self, name: str, *, fresh: bool) -> CoreSync:
        """One of Core's own syncs; `fresh` lets Core read its source anew first. Raises NotFoundError."""
        connection = self.connection
        read = syncs.refresh if fresh else syncs.stored
        return connection.ask(read(connection.client, name, connection.directory))

    def seen_sync(self, name: str) -> CoreSync | None:
        """One of Core's own syncs as it was read with the last snapshot; None where there was none of the name."""
        self.recent()
        connection = self.connection
        info = connection.sync_info.get(name)
        with understanding(connection.client.address):
            return None if info is None else syncs.sync_of(name, info, connection.directory)

    def commit_sync(self, name: str, log: Log, stop: Stop = never) -> list[str]:
        """Lets Core write what is live into the file of a managed sync."""
        connection = self.connection
        return connection.ask(syncs.commit(UpdatePoller(connection.client, connection.stream, log, stop), name))

    def write_file(self, name: str, file: CoreFile, log: Log, stop: Stop = never) -> None:
        """Lets Core write one file of a sync."""
        connection = self.connection
        connection.ask(syncs.write_file(UpdatePoller(connection.client, connection.stream, log, stop), name, file))

    def outside(self, action: Action) -> bool:
        """See `Engine.outside`: all that a Core does is outside ksync's database."""
        del action
        return True

    def agree(self, target: Target, live: Resource | None, parts: Collection[str] = ()) -> None:
        """See `Engine.agree`."""
        if live is None:
            self.deploy_records.forget_applied(target, self._sync)
        else:
            self.deploy_records.record_applied(target, live, self._sync, parts)

    def group(self) -> AbstractContextManager[None]:
        """See `Engine.group`."""
        return nullcontext()

    def apply(self, action: Action, log: Log, stop: Stop = never) -> None:
        """See `Engine.apply`."""
        connection = self.connection
        follower = UpdatePoller(connection.client, connection.stream, log, stop)
        _VERBS[action.verb](self, Writer(connection.client, connection.reads, connection.directory, follower), action)

    # ------------------------------------------------------------------ verbs
    # What Core did is recorded by the thread that asked for it: the loop waits for no disk.

    def _create(self, writer: Writer, action: Action) -> None:
        target, proposed = action.target, proposed_by(action)
        self.connection.ask(writer.create(target, proposed))
        with self.deploy_records.together():
            self.deploy_records.record_applied(target, proposed, self._sync)
            pending_after_create(self.deploy_records, target, proposed)

    def _update(self, writer: Writer, action: Action) -> None:
        target, proposed = action.target, proposed_by(action)
        before = self.connection.ask(writer.update(target, proposed))
        with self.deploy_records.together():
            applied = self.deploy_records.newest_applied(target)
            self.deploy_records.record_applied(target, proposed, self._sync, action.parts)
            # Core does not keep `deploy`: whether it was on before stands in what was last applied.
            wanted = applied is None or wants_deploy(applied)
            pending_after_update(self.deploy_records, target, before, proposed, wanted=wanted)

    def _delete(self, writer: Writer, action: Action) -> None:
        deploying.refuse_removal(action)
        self.connection.ask(writer.delete(action.target))
        self.deploy_records.forget(action.target, self._sync)

    def _rename(self, writer: Writer, action: Action) -> None:
        if not action.old_name:
            raise EngineError("the rename has no old name", where=str(action.target), hint="Plan again")
        old = Target(action.target.kind, action.old_name)
        self.connection.ask(writer.rename(old, action.target))
        self.deploy_records.rename(old, action.target.name)

    def _deploy(self, writer: Writer, action: Action) -> None:
        resource = self.connection.ask(writer.existing(action.target))
        try:
            self.connection.ask(deploying.deploy(writer, action.target, resource))
        except BusyError:
            raise
        except CoreError:
            # The state may be unknown from now on, and would then be no reason any more (semantics i).
            self.deploy_records.mark_deploy_pending(action.target, FAILED)
            raise
        self.deploy_records.record_deployed(action.target, action.proposed or resource)

    def _run(self, writer: Writer, action: Action) -> None:
        self.connection.ask(writer.existing(action.target))
        self.connection.ask(deploying.run(writer, action.target))


_VERBS: Mapping[str, Callable[[CoreEngine, Writer, Action], None]] = {
    "create": CoreEngine._create,
    "update": CoreEngine._update,
    "delete": CoreEngine._delete,
    "rename": CoreEngine._rename,
    "deploy": CoreEngine._deploy,
    "run": CoreEngine._run,
}


def _no_import(where: str) -> NotPossibleError:
    hint = "Import it on a profile of the embedded engine, and apply the file here: Komodo takes over what runs"
    return NotPossibleError("nothing can be imported through a Core", where=where, hint=hint)


def proposed_by(action: Action) -> Resource:
    """What an action's target is to become. Raises EngineError for an action that does not say."""
    if action.proposed is None:
        raise EngineError("the action has no proposed state", where=str(action.target), hint="Plan again")
    return action.proposed
