"""A profile: which engine, at which address, with whose credentials; and the choice of one by name or engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ksync_tui.errors import ConfigError

Engine = Literal["embedded", "core"]

LOCAL = "local"
"""The profile that is always there: the embedded engine."""
ENVIRONMENT = "environment"
"""The profile of an address in an environment variable."""
RESERVED = (LOCAL, ENVIRONMENT)
TIMEOUT = 30.0
"""Seconds that a server may take to answer."""
PARALLEL = 8
"""Requests that a server gets at the same time."""
MOST_PARALLEL = 64

HOW = 'Write in config.toml: [profiles.NAME] and below it address = "https://komodo.example".'


@dataclass(frozen=True, slots=True)
class Given:
    """A value as a profile gives it: written down, or the first line of a file. Its repr never shows it."""

    value: str = field(default="", repr=False)
    file: Path | None = None
    origin: str = ""
    """Where it stands: a file and its key."""

    def __bool__(self) -> bool:
        return bool(self.value or self.file)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a profile itself gives; the environment and the keyring are looked at when it is used."""

    key: Given = Given()
    secret: Given = Given()
    password: Given = Given()
    keyring: bool = False
    """Whether the keyring was asked for: then one that fails is an error."""
    foreign: bool = False
    """Whether the address is from a file in the current folder: what is not given for it there is not sent to it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One place where live resources are, and how it is reached."""

    name: str
    engine: Engine
    address: str = ""
    """Of a Komodo Core: http or https, without a slash at the end and without user and password."""
    user: str = ""
    """With one, a login by user and password; without, an API key and its secret (semantics a.2)."""
    read_only: bool = False
    ca: Path | None = None
    """Certificates that are trusted besides the system's. Nothing turns the check off."""
    timeout: float = TIMEOUT
    """Seconds."""
    origin: str = ""
    """The file or environment variable that it is from."""
    secrets: Secrets = Secrets()
    aliases: tuple[str, ...] = ()
    """Other names of it, in Komodo CLI's files."""

    def is_called(self, name: str) -> bool:
        """Whether it goes by this name."""
        return name == self.name or name in self.aliases


@dataclass(frozen=True, slots=True)
class FoundProfile:
    """The profiles of one place. What is broken there is told when it is asked for by name."""

    profiles: tuple[Profile, ...] = ()
    broken: Mapping[str, ConfigError] = field(default_factory=dict)
    """Why a profile cannot be used, by its name."""
    default: str = ""
    """The name of the one that is meant where none is named."""
    problem: ConfigError | None = None
    """Why the place cannot be read at all."""
    warnings: tuple[str, ...] = ()


def suffix(name: str) -> str:
    """The end of the environment variables of a profile: `PROD` in KSYNC_CORE_KEY_PROD."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def choose(
    name: str | None, engine: str | None, usual: str, near: FoundProfile, far: Callable[[], FoundProfile]
) -> Profile:
    """The profile of that name, else of that engine, else the usual one.

    `near` are ksync's own and the environment's; `far` reads Komodo CLI's files, only where they are needed.
    Raises ConfigError for an unknown or broken one, and where engine and profile contradict.
    """
    if name:
        return _checked(_named(name, near, far), engine)
    preferred = _named(usual or LOCAL, near, far) if usual or engine != "core" else None
    if preferred and engine in (None, preferred.engine):
        return preferred
    return _only_core(near, far()) if engine == "core" else _named(LOCAL, near, far)


def _checked(profile: Profile, engine: str | None) -> Profile:
    if engine in (None, profile.engine):
        return profile
    what = f"the profile {profile.name} is for the {profile.engine} engine, not for {engine}"
    raise ConfigError(what, where=profile.origin or None, hint="Leave out --engine, or name another profile.")


def _named(name: str, near: FoundProfile, far: Callable[[], FoundProfile]) -> Profile:
    found = _in(near, name)
    if found:
        return found
    more = far()
    found = _in(more, name)
    if found:
        return found
    known = [one.name for one in (*near.profiles, *more.profiles)]
    why = str(more.problem).rstrip(".") if more.problem else None
    raise ConfigError(f"no such profile: {name}", why=why, hint=f"{_meant(name, known)} {HOW}")


def _in(found: FoundProfile, name: str) -> Profile | None:
    if name in found.broken:
        raise found.broken[name]
    exact = (profile for profile in found.profiles if profile.name == name)
    return next(exact, None) or next((profile for profile in found.profiles if profile.is_called(name)), None)


def _meant(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistyped name needs it

    names = list(known)
    meant = get_close_matches(name, names, 1)
    return f"Did you mean {meant[0]}?" if meant else f"There are: {', '.join(names)}."


def _only_core(near: FoundProfile, far: FoundProfile) -> Profile:
    if near.broken:
        raise next(iter(near.broken.values()))
    # What a file in the current folder says is used where it is named, never because it is there.
    cores = [one for one in (*near.profiles, *far.profiles) if one.engine == "core" and not one.secrets.foreign]
    if len(cores) == 1:
        return cores[0]
    defaults = [profile for default in (near.default, far.default) for profile in cores if profile.name == default]
    if defaults:
        return defaults[0]
    raise _several(cores) if cores else _no_core(far)


def _several(cores: Iterable[Profile]) -> ConfigError:
    names = ", ".join(profile.name for profile in cores)
    return ConfigError(f"several profiles are for the core engine: {names}", hint="Name one with --profile.")


def _no_core(far: FoundProfile) -> ConfigError:
    if reasons := [*filter(None, [far.problem]), *far.broken.values()]:
        return reasons[0]
    if far.profiles:
        names = ", ".join(profile.name for profile in far.profiles)
        why = "settings in the current folder are not used without --profile"
        return ConfigError("no profile is for the core engine", why=why, hint=f"Name one with --profile: {names}.")
    return ConfigError("no profile is for the core engine", hint=f"{HOW} Or set KSYNC_CORE_ADDRESS.")
