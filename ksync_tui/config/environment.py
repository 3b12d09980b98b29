"""The environment variables about a Komodo Core: ksync's own, and those of Komodo's own clients (semantics a.2, j)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ksync_tui.config.addresses import checked
from ksync_tui.config.profiles import ENVIRONMENT, FoundProfile, Profile
from ksync_tui.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Names:
    """Variables that belong together: what they say of a key is said of their address."""

    addresses: tuple[str, ...]
    key: str
    secret: str
    user: str = ""
    password: str = ""


KSYNC = Names(("KSYNC_CORE_ADDRESS",), "KSYNC_CORE_KEY", "KSYNC_CORE_SECRET", "KSYNC_CORE_USER", "KSYNC_CORE_PASSWORD")
KOMODO = (
    Names(("KOMODO_ADDRESS",), "KOMODO_API_KEY", "KOMODO_API_SECRET"),
    Names(("KOMODO_CLI_HOST", "KOMODO_HOST"), "KOMODO_CLI_KEY", "KOMODO_CLI_SECRET"),
)


def profile(environ: Mapping[str, str]) -> FoundProfile:
    """The profile `environment`, where an address is in the environment."""
    given = _first_address(environ, KSYNC, *KOMODO)
    if not given:
        return FoundProfile()
    try:
        address = checked(environ[given], given)
    except ConfigError as error:
        return FoundProfile(broken={ENVIRONMENT: error}, warnings=(str(error),))
    user = environ.get(KSYNC.user, "") if belongs(environ, KSYNC, address) else ""
    made = Profile(ENVIRONMENT, "core", address, user, origin=given)
    return FoundProfile((made,), default=ENVIRONMENT)


def belongs(environ: Mapping[str, str], names: Names, address: str) -> bool:
    """Whether the key among these variables may go to this address: never to another than the one they name.

    Variables that name no address belong to the address that others name; where none does, to any.
    """
    given = _first_address(environ, names) or _first_address(environ, KSYNC, *KOMODO)
    if not given:
        return True
    try:
        return checked(environ[given], given) == address
    except ConfigError:
        return False


def names_address(environ: Mapping[str, str], names: Names) -> bool:
    """Whether these variables themselves say where their key belongs."""
    return bool(_first_address(environ, names))


def _first_address(environ: Mapping[str, str], *families: Names) -> str:
    return next((name for name in _addresses(*families) if environ.get(name)), "")


def _addresses(*families: Names) -> Iterator[str]:
    return (name for names in families for name in names.addresses)
