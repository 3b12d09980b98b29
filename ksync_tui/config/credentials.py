"""What a Komodo Core is told about who asks: an API key with its secret, or a login (semantics a.2).

Each value is looked for in this order, and the first that is there is taken:

    1. the profile's own variable:     KSYNC_CORE_KEY_PROD, KSYNC_CORE_SECRET_PROD, KSYNC_CORE_PASSWORD_PROD
    2. ksync's variable:               KSYNC_CORE_KEY, ...; and Komodo's where they come with this very address
    3. the profile:                    key_file or key, ...
    4. Komodo's variables:             KOMODO_API_KEY, KOMODO_CLI_KEY, ..., where they come without an address
    5. the keyring:                    service ksync:ADDRESS, user name `key`, `secret`, or the user for a password
    6. whoever can be asked

A variable is never sent to another address than the one that comes with it in the environment, nor a password for
another user. Where a file in the current folder says the address, only variables that come with that very address are
sent: whoever wrote the file need not be whose the variables are. No value is in a repr or an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ksync_tui.config.environment import KOMODO, KSYNC, Names, belongs, names_address
from ksync_tui.config.keyrings import kept
from ksync_tui.config.profiles import LOCAL, Given, Profile, suffix
from ksync_tui.errors import ConfigError

Ask = Callable[[str, bool], str | None]
"""Asks a person: the question, and whether the answer must not be seen. None where nobody answered."""

_LONGEST = 4096
"""Characters of a line that may be a secret: a file that is something else is not read to its end."""


@dataclass(frozen=True, slots=True, repr=False)
class ApiKey:
    """An API key with its secret."""

    key: str
    secret: str

    def __repr__(self) -> str:
        return "ApiKey(key=***, secret=***)"


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """A user with the password, for a token."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login(user={self.user!r}, password=***)"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One value that is looked for."""

    name: str
    """As it is called in a profile."""
    given: Given
    account: str
    """The user name in the keyring."""


def credentials(profile: Profile, environ: Mapping[str, str] | None = None, ask: Ask | None = None) -> ApiKey | Login:
    """The credentials for the Core of this profile.

    Raises ConfigError for a value that is nowhere, saying every place where it could be; for a file that cannot be
    read; for a keyring that was asked for and fails; and for the embedded engine, which needs none.
    """
    environ = os.environ if environ is None else environ
    if profile.engine != "core":
        raise ConfigError(f"the profile {profile.name} needs no credentials", hint=f"{LOCAL} is this machine.")
    user = user_of(profile, environ)
    if user:
        password = _Wanted("password", profile.secrets.password, user)
        return Login(user, _value(password, profile, environ, ask))
    key, secret = (_Wanted(name, getattr(profile.secrets, name), name) for name in ("key", "secret"))
    return ApiKey(_value(key, profile, environ, ask), _value(secret, profile, environ, ask))


def user_of(profile: Profile, environ: Mapping[str, str]) -> str:
    """Whom to log in; nobody where the profile comes with an API key."""
    if profile.user or profile.secrets.key or own_variable("key", profile.name) in environ:
        return profile.user
    return environ.get(KSYNC.user, "").strip() if _may_go(KSYNC, profile, environ) else ""


def _value(wanted: _Wanted, profile: Profile, environ: Mapping[str, str], ask: Ask | None) -> str:
    for value, origin in _found(wanted, profile, environ, ask):
        if value:
            return _sendable(value, wanted, origin)
    raise _nowhere(wanted, profile, environ)


def _found(wanted: _Wanted, profile: Profile, environ: Mapping[str, str], ask: Ask | None) -> Iterator[tuple[str, str]]:
    """What the places say, in their order, each with its name; the next is not looked at before it is needed."""
    if not profile.secrets.foreign:
        yield _of(environ, own_variable(wanted.name, profile.name))
    may_go = [names for names in (KSYNC, *KOMODO) if _may_give(names, wanted, profile, environ)]
    late = [names for names in may_go if names is not KSYNC and not names_address(environ, names)]
    for names in may_go:
        if names not in late:
            yield _of(environ, _variable(names, wanted.name))
    yield _written(wanted.given), wanted.given.origin
    for names in late:
        yield _of(environ, _variable(names, wanted.name))
    yield _kept(wanted, profile), "the keyring"
    if ask:
        yield (ask(_question(wanted, profile), True) or "").strip(), "what was typed"


def _may_go(names: Names, profile: Profile, environ: Mapping[str, str]) -> bool:
    if profile.secrets.foreign and not names_address(environ, names):
        return False
    return belongs(environ, names, profile.address)


def _may_give(names: Names, wanted: _Wanted, profile: Profile, environ: Mapping[str, str]) -> bool:
    """Whether these variables may say it; a password that comes with another user is that user's."""
    whose = environ.get(names.user, "").strip() if wanted.name == "password" else ""
    return whose in ("", wanted.account) and _may_go(names, profile, environ)


def _of(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    return environ.get(name, "").strip(), name


def _variable(names: Names, name: str) -> str:
    return {"key": names.key, "secret": names.secret, "password": names.password}[name]


def own_variable(name: str, profile: str) -> str:
    """The environment variable of a value for this profile alone: `KSYNC_CORE_KEY_PROD`."""
    return f"{_variable(KSYNC, name)}_{suffix(profile)}"


def _written(given: Given) -> str:
    if given.file is None:
        return given.value
    line = _first_line(given.file)
    if not line:
        hint = f"{given.origin} names it: write the secret into its first line."
        raise ConfigError("a secret is missing", where=str(given.file), why="the first line is empty", hint=hint)
    return line


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline(_LONGEST).strip()
    except OSError as error:
        raise ConfigError("a secret cannot be read", where=str(path), why=error.strerror) from error
    except UnicodeDecodeError:
        # What Python says of it quotes the bytes.
        raise ConfigError("a secret cannot be read", where=str(path), why="the file is not text") from None


def _sendable(value: str, wanted: _Wanted, origin: str) -> str:
    """A key goes into a header, where only visible ASCII can stand."""
    if wanted.name == "password" or (value.isascii() and value.isprintable() and " " not in value):
        return value
    why = "it contains spaces or characters that are not allowed"
    raise ConfigError(f"not a {wanted.name} of a Komodo Core", where=origin, why=why, hint="Copy it again from Komodo.")


def _kept(wanted: _Wanted, profile: Profile) -> str:
    return kept(profile.address, wanted.account, profile.secrets.keyring)


def _question(wanted: _Wanted, profile: Profile) -> str:
    whose = f"Password of {wanted.account}" if wanted.name == "password" else f"API {wanted.name}"
    return f"{whose} for {profile.address}"


def _nowhere(wanted: _Wanted, profile: Profile, environ: Mapping[str, str]) -> ConfigError:
    withheld = [
        name
        for names in (KSYNC, *KOMODO)
        if (name := _variable(names, wanted.name)) in environ and not _may_give(names, wanted, profile, environ)
    ]
    why = f"{', '.join(withheld)} may belong to another address or user and is not sent there" if withheld else None
    places = "; ".join(_places(wanted, profile))
    what = f"no {wanted.name} for {profile.address} (profile {profile.name})"
    return ConfigError(what, why=why, hint=f"It can be given as {places}.")


def _places(wanted: _Wanted, profile: Profile) -> Iterator[str]:
    yield f"{own_variable(wanted.name, profile.name)} or {_variable(KSYNC, wanted.name)} in the environment"
    if others := [name for names in KOMODO if (name := _variable(names, wanted.name))]:
        yield f"{' or '.join(others)} there"
    yield f"{wanted.name} or {wanted.name}_file of [profiles.{profile.name}] in config.toml"
    yield f"in the keyring: keyring set ksync:{profile.address} {wanted.account}"
