"""Which engine a profile means, opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.config.credentials import ApiKey, credentials, own_variable, user_of
from ksync_tui.engine.core.access import KeyAccess, LoginAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine, connect
from ksync_tui.engine.core.tokens import FILE, TokenFile
from ksync_tui.state.deploy_records import DeployRecords
from ksync_tui.system import debug_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from ksync_tui.config import Ask, Profile, Settings
    from ksync_tui.engine.core.access import Access
    from ksync_tui.services.home import Home


def core_engine(profile: Profile, settings: Settings, home: Home, ask: Ask | None) -> CoreEngine:
    """The engine of a Core; its records are in ksync's own database. Nothing is sent yet. Raises KsyncError."""
    server = CoreServer(profile.address, profile.timeout, profile.ca, settings.parallel)
    connection = connect(server, _access(profile, settings, ask), _code(profile, ask))
    return CoreEngine(connection, DeployRecords(home.database, home.secret_store, profile.address))


def handed_down(profile: str, engine: CoreEngine) -> dict[str, str]:
    """The environment in which a child of this process is who we are, though nobody can be asked there.

    A login needs none of it: its token is in a file.
    """
    access = engine.connection.client.access
    if not isinstance(access, KeyAccess):
        return {}
    names = {"key": access.key, "secret": access.secret}
    return {own_variable(name, profile): value for name, value in names.items()}


def _access(profile: Profile, settings: Settings, ask: Ask | None) -> Access:
    user = user_of(profile, settings.environ)
    if user:
        keeper = TokenFile(settings.state / FILE, profile.address, user)
        return LoginAccess(user, lambda: _password(profile, settings, ask), keeper)
    given = credentials(profile, settings.environ, ask)
    if not isinstance(given, ApiKey):
        return LoginAccess(given.user, lambda: given.password)
    debug_log.hide(lambda: {"key": given.key, "secret": given.secret})
    return KeyAccess(given.key, given.secret)


def _password(profile: Profile, settings: Settings, ask: Ask | None) -> str:
    given = credentials(profile, settings.environ, ask)
    password = given.secret if isinstance(given, ApiKey) else given.password
    debug_log.hide(lambda: {"password": password})
    return password


def _code(profile: Profile, ask: Ask | None) -> Callable[[], str | None] | None:
    if ask is None:
        return None
    return lambda: ask(f"Code of the second factor for {profile.name}", False)
