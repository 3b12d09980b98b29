"""The session: one open profile, with the services that commands and screens call."""

from __future__ import annotations

import logging
import os
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ksync_tui import config
from ksync_tui.errors import NotPossibleError
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import Redactor
from ksync_tui.services.exports import Exports
from ksync_tui.services.home import open_home
from ksync_tui.services.hosts import Hosts
from ksync_tui.services.profiles import Profiles
from ksync_tui.services.reviews import Reviews
from ksync_tui.services.runs import Runs
from ksync_tui.services.sync_settings import SyncSettings
from ksync_tui.services.syncs import Syncs
from ksync_tui.services.uncommitted import Uncommitted
from ksync_tui.services.waiting import Waiting
from ksync_tui.source.decrypting import Decrypter
from ksync_tui.state.journal import Journal
from ksync_tui.state.uncommitted import UncommittedTable
from ksync_tui.system import debug_log
from ksync_tui.system.cancellation import never

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ksync_tui.config import Ask, Profile, Settings
    from ksync_tui.engine.base import Capabilities, Engine
    from ksync_tui.engine.embedded.observing import HostState
    from ksync_tui.model.resource import Snapshot, Target
    from ksync_tui.services.alerting import Alerting
    from ksync_tui.services.core import CoreService
    from ksync_tui.services.files import Files
    from ksync_tui.services.imports import Imports
    from ksync_tui.system.cancellation import Stop


_log = logging.getLogger(__name__)


class Session:
    """One open profile. Its services and its own methods raise KsyncError; none may be called after `close`."""

    def __init__(self, settings: Settings, profile: Profile | None = None, ask: Ask | None = None) -> None:
        """`ask` asks a person for what a login needs; without it only what is written somewhere is used."""
        self.settings = settings
        self.waiting = Waiting()
        self._profile = profile or settings.profile()
        self._prompt = ask
        self._closed = False
        secrets = {name: source.value for name, source in settings.secrets.items()}
        self.hosts = Hosts(settings.file, dict(settings.hosts))
        self._home = open_home(settings.state, self.hosts.mapped, settings.file, settings.docker.command, secrets)
        self._core = self._open_core() if self._profile.engine == "core" else None
        self._engine: Engine = self._core.engine if self._core else self._home.engine
        debug_log.hide(self._written_secrets)
        _log.debug("opened the profile %s: %s engine %s", self.profile, self.engine, self.address)
        self._open_services()

    def _open_services(self) -> None:
        settings, database, engine, core = self.settings, self._home.database, self._engine, self._core
        journal = Journal(database, self._home.secret_store, self.profile)
        self._uncommitted = Uncommitted(UncommittedTable(database), engine)
        # Without KSYNC_HOME the settings are in a folder of their own, and a child process finds them by itself.
        folder = settings.state if settings.file.parent == settings.state else None
        self.profiles = Profiles(settings)
        self.exports = Exports(engine)
        self.sync_settings = SyncSettings(settings, self.profile)
        keys = settings.secret_keys
        self.runs = Runs(engine, journal, self._profile, folder, core, settings.protected, keys, self.sync_settings)
        self.syncs = Syncs(engine, self.runs, settings.state, core, self.waiting, self.sync_settings)
        decrypter, own = Decrypter(settings.decrypt), self._uncommitted
        self.reviews = Reviews(
            settings, engine, self.syncs, self.runs, database, own, core, self.sync_settings, decrypter
        )

    @classmethod
    def open(
        cls,
        home: Path | None = None,
        profile: str | None = None,
        engine: str | None = None,
        ask: Ask | None = None,
    ) -> Self:
        """The session of this user, or the one kept in `home`, in a profile: `with Session.open() as session:`.

        Without `profile` the usual one of the settings; `engine` must fit it. `ask` asks a person for what a login
        needs. Nothing is sent to a Core yet. Raises ConfigError, StoreError.
        """
        settings = config.load({**os.environ, "KSYNC_HOME": str(home)} if home else None)
        return cls(settings, settings.profile(profile, engine), ask)

    def switched(self, profile: str) -> Self:
        """Another session, in another profile as it is written now; this one stays open.

        Raises ConfigError, EngineError.
        """
        settings = self.settings.reread()
        return type(self)(settings, settings.profile(profile), self._prompt)

    def ask_with(self, ask: Ask) -> None:
        """Asks a person like this from now on: the question, and whether the answer must not be seen.

        It is called in threads that wait for the answer; None means that nobody answered.
        """
        self._prompt = ask

    def close(self) -> None:
        """Gives back the connection to a Core, and the database. Once is enough."""
        if self._closed:
            return
        self._closed = True
        self._engine.close()
        self._home.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self._engine.name

    @property
    def capabilities(self) -> Capabilities:
        """What the engine can and cannot do."""
        return self._engine.capabilities

    @property
    def profile(self) -> str:
        """The name of the profile."""
        return self._profile.name

    @property
    def address(self) -> str:
        """The address of the Core; "" for the embedded engine."""
        return self._profile.address

    @property
    def docker(self) -> str:
        """The name of the docker command that deploys go through; "" for the usual one, and where a Core deploys."""
        return "" if self._core else self.settings.docker.name

    @property
    def read_only(self) -> str | None:
        """Why nothing can be changed here, or None."""
        return self.runs.read_only

    @property
    def core(self) -> CoreService:
        """What only a Core has. Raises NotPossibleError where the engine is another."""
        if self._core is None:
            why, hint = (
                f"the profile {self.profile} has the embedded engine",
                "Name a profile of a Core with --profile.",
            )
            raise NotPossibleError("only a Komodo Core has that", why=why, hint=hint)
        return self._core

    @cached_property
    def files(self) -> Files:
        """Edits of files, and their commits."""
        from ksync_tui.services.files import Files  # noqa: PLC0415 - a plan writes no files

        engine, settings = self._engine, self.sync_settings
        return Files(engine, self.syncs, self.runs, self._uncommitted, self._core, self.waiting, settings)

    @cached_property
    def imports(self) -> Imports:
        """What already runs, as resources."""
        from ksync_tui.services.imports import Imports  # noqa: PLC0415 - few commands need it

        return Imports(self._engine, self.reviews, self.look)

    @cached_property
    def alerting(self) -> Alerting:
        """Alerts about syncs that became pending or clean."""
        from ksync_tui.services.alerting import Alerting  # noqa: PLC0415 - few commands need it

        return Alerting(self.recent, self._home.database, self.profile)

    def snapshot(self) -> Snapshot:
        """All live resources, as they are now."""
        return self._engine.snapshot()

    def recent(self) -> Snapshot:
        """All live resources as they were a moment ago: cheap to ask for."""
        return self._engine.recent()

    def known_secrets(self) -> Mapping[str, str]:
        """The values of live secrets by label, for masking."""
        known = self._engine.known_secrets()
        debug_log.hide(lambda: known)
        return known

    @property
    def look(self) -> SecretLook:
        """What finds secrets by their keys and by their form, as the settings say."""
        return SecretLook(self.settings.secret_keys)

    def redactor(self, *, looks: bool = True) -> Redactor:
        """What masks secrets in texts: the known ones and, with `looks`, what looks like one."""
        return Redactor(self.known_secrets(), self.look if looks else None)

    def container_log(self, target: Target, stop: Stop = never) -> list[str]:
        """The last lines that the containers of a live stack or deployment wrote, the newest last, secrets masked."""
        kinds = ("stack", "deployment")
        if target.kind not in kinds:
            raise NotPossibleError("it has no containers", where=str(target), hint=f"Name a {' or '.join(kinds)}.")
        redact = self.redactor(looks=False)
        return [redact(line) for line in self._engine.container_log(target, stop)]

    def look_at_hosts(self) -> list[HostState]:
        """Each Docker host that a server stands for, looked at now; none where a Core has the servers."""
        return [] if self.capabilities.remote else self._home.engine.hosts()

    def _written_secrets(self) -> Mapping[str, str]:
        """What is secret here without asking a server."""
        from_settings = {"webhook_secret": self.settings.watch.webhook_secret}
        return from_settings if self._core else {**from_settings, **self._engine.known_secrets()}

    def _open_core(self) -> CoreService:
        from ksync_tui.services.core import CoreService  # noqa: PLC0415 - only a Core needs it
        from ksync_tui.services.engines import core_engine  # noqa: PLC0415 - only a Core needs it

        try:
            engine = core_engine(self._profile, self.settings, self._home, self._ask)
        except BaseException:
            self._home.close()
            raise
        return CoreService(engine, self._profile.read_only)

    def _ask(self, question: str, secret: bool) -> str | None:
        return self._prompt(question, secret) if self._prompt else None
