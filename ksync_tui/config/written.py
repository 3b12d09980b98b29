"""`[profiles.NAME]` of ksync's own config.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ksync_tui.config.addresses import checked, in_clear
from ksync_tui.config.profiles import ENVIRONMENT, HOW, LOCAL, TIMEOUT, Engine, Given, Profile, Secrets, suffix
from ksync_tui.errors import ConfigError

T = TypeVar("T")

_TEXTS = ("address", "engine", "user", "key", "secret", "password", "key_file", "secret_file", "password_file", "ca")
_SWITCHES = ("read_only", "keyring")
_KNOWN = (*_TEXTS, *_SWITCHES, "timeout")
_CORE_ONLY = tuple(key for key in _KNOWN if key not in ("engine", "read_only"))
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def profiles(value: Any, file: Path) -> tuple[Profile, ...]:
    """The profiles in the order of the file. Raises ConfigError, which never shows a value."""
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise ConfigError("[profiles] must hold one table per profile", where=str(file), hint=HOW)
    made = tuple(_profile(name, table, file) for name, table in value.items())
    _check_names([item.name for item in made], file)
    return made


def warnings(made: tuple[Profile, ...], file: Path) -> Iterator[str]:
    """What is unwise about these profiles, each with what to do."""
    given = [value for profile in made for value in _given(profile)]
    if any(value.value for value in given) and readable_by_others(file):
        yield f"{file} holds a secret and others on this machine can read it: chmod 600 {file}"
    for path in dict.fromkeys(value.file for value in given if value.file):
        if readable_by_others(path):
            yield f"others on this machine can read {path}: chmod 600 {path}"
    for profile in made:
        yield from unencrypted(profile)


def unencrypted(profile: Profile) -> Iterator[str]:
    """The warning about a profile whose credentials can be read on their way."""
    if in_clear(profile.address):
        yield f"profile {profile.name}: {profile.address} is not encrypted, the credentials can be read on the way"


def readable_by_others(path: Path) -> bool:
    """Whether users who are neither the owner nor of its group may read the file."""
    try:
        return bool(path.stat().st_mode & 0o004)
    except OSError:
        return False


def _given(profile: Profile) -> tuple[Given, ...]:
    return profile.secrets.key, profile.secrets.secret, profile.secrets.password


def _profile(name: str, table: Mapping[str, Any], file: Path) -> Profile:
    where = f"{file}: [profiles.{name}]"
    _check_keys(table, where)
    address = _text(table, "address", where)
    engine = _engine(name, table, where)
    return Profile(
        name,
        engine,
        checked(address, f"{where} address") if address else "",
        _text(table, "user", where),
        read_only=_switch(table, "read_only", where),
        ca=_path(table, "ca", file, where),
        timeout=_timeout(table.get("timeout", TIMEOUT), where),
        origin=where,
        secrets=_secrets(table, file, where),
    )


def _check_names(names: list[str], file: Path) -> None:
    """Two names with the same environment variables would get each other's keys."""
    by_suffix: dict[str, str] = {}
    for name in names:
        if not _NAME.fullmatch(name):
            hint = "A name is of letters, digits, dots, dashes and underscores."
            raise ConfigError(f"a profile cannot be called {name!r}", where=str(file), hint=hint)
        if name == ENVIRONMENT:
            why = "that is the profile of KSYNC_CORE_ADDRESS"
            raise ConfigError(f"a profile cannot be called {name}", where=str(file), why=why, hint="Rename it.")
        other = by_suffix.setdefault(suffix(name), name)
        if other != name:
            why = f"the environment variables of both end in {suffix(name)}"
            raise ConfigError(f"profiles {other} and {name}", where=str(file), why=why, hint="Rename one of them.")


def _check_keys(table: Mapping[str, Any], where: str) -> None:
    unknown = sorted(table.keys() - set(_KNOWN))
    if unknown:
        hint = f"Known are: {', '.join(_KNOWN)}."
        raise ConfigError(f"unknown settings: {', '.join(map(repr, unknown))}", where=where, hint=hint)


def _engine(name: str, table: Mapping[str, Any], where: str) -> Engine:
    usual = "embedded" if name == LOCAL and "address" not in table else "core"
    engine = table.get("engine", usual)
    if engine == "embedded":
        return _embedded(table, where)
    if engine != "core":
        raise ConfigError("engine is not core or embedded", where=where)
    if name == LOCAL:
        raise ConfigError("local is the embedded engine", where=where, hint="Give the server another name.")
    if "address" not in table:
        raise ConfigError("an address is missing", where=where, hint='Write: address = "https://komodo.example".')
    return "core"


def _embedded(table: Mapping[str, Any], where: str) -> Engine:
    for key in _CORE_ONLY:
        if key in table:
            raise ConfigError(f"the embedded engine has no {key}", where=where, hint='Write: engine = "core".')
    return "embedded"


def _secrets(table: Mapping[str, Any], file: Path, where: str) -> Secrets:
    key, secret, password = (_one(table, name, file, where) for name in ("key", "secret", "password"))
    return Secrets(key, secret, password, _switch(table, "keyring", where))


def _one(table: Mapping[str, Any], name: str, file: Path, where: str) -> Given:
    value, path = _text(table, name, where), _path(table, f"{name}_file", file, where)
    if value and path:
        raise ConfigError(f"{name} and {name}_file are both given", where=where, hint="Leave one of them out.")
    return Given(value, path, f"{where} {name}_file" if path else f"{where} {name}" if value else "")


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    value = _of_type(table, name, str, "", where)
    if name in table and not value.strip():
        raise ConfigError(f"{name} is empty", where=where, hint="Leave the line out, or write a value.")
    if not value.strip().isprintable():
        raise ConfigError(f"{name} holds control characters", where=where, hint="Write it again by hand.")
    return value.strip()


def _path(table: Mapping[str, Any], name: str, file: Path, where: str) -> Path | None:
    """A path as it is meant in the settings: from their folder, or from the home of the user."""
    text = _text(table, name, where)
    return file.parent / os.path.expanduser(text) if text else None  # noqa: PTH111 - an unknown user stays as written


def _switch(table: Mapping[str, Any], name: str, where: str) -> bool:
    return _of_type(table, name, bool, False, where)


def _of_type(table: Mapping[str, Any], name: str, wanted: type[T], default: T, where: str) -> T:
    value = table.get(name, default)
    if not isinstance(value, wanted):
        needs = "true or false" if wanted is bool else "a text in quotes"
        raise ConfigError(f"{name} must be {needs}", where=where)
    return value


def _timeout(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ConfigError("timeout must be a number of seconds above 0", where=where, hint="Write: timeout = 30.")
    return float(value)
