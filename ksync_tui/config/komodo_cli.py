"""The profiles of Komodo CLI's own configuration files (semantics j).

Its top level is the profile `komodo`, with its default profile laid over it; each `[[profile]]`, laid over the top
level, is one under its own name. Komodo CLI would send a key of the top level to whatever address is laid over it;
here it stays with the address it came with, or with those of its own folder where it came with none. An address that
a file in the current folder names gets the keys of that folder only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ksync_tui.config import komodo_files
from ksync_tui.config.addresses import checked
from ksync_tui.config.komodo_files import File
from ksync_tui.config.profiles import RESERVED, FoundProfile, Given, Profile, Secrets, suffix
from ksync_tui.config.written import readable_by_others, unencrypted
from ksync_tui.errors import ConfigError

KOMODO = "komodo"
"""The profile of the top level."""


_NOWHERE = File(Path(), False)


@dataclass(frozen=True, slots=True)
class _Value:
    """One text with the file it is from."""

    text: str = field(default="", repr=False)
    file: File = _NOWHERE

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class _Table:
    """The top level of all files, or one `[[profile]]`."""

    name: str = ""
    aliases: tuple[str, ...] = ()
    default: str = ""
    host: _Value = _Value()
    key: _Value = _Value()
    secret: _Value = _Value()
    profiles: tuple[_Table, ...] = ()
    problem: ConfigError | None = None


def found(environ: Mapping[str, str], taken: Iterable[str]) -> FoundProfile:
    """What Komodo CLI's files say, without the profiles whose names are taken.

    Never raises: files that cannot be read are a problem of who asks for a profile that may be in them.
    """
    try:
        tables = [_table(komodo_files.read(file, environ), file) for file in komodo_files.files(environ)]
    except ConfigError as error:
        return FoundProfile(problem=error, warnings=(str(error),))
    top = _Table()
    for table in tables:
        top = replace(_over(top, table), profiles=(*top.profiles, *table.profiles))
    top = replace(top, default=environ.get("KOMODO_CLI_DEFAULT_PROFILE") or top.default)
    return _collected(top, {suffix(name) for name in (*taken, *RESERVED)})


def _table(values: Mapping[str, Any], file: File) -> _Table:
    inner = values.get("profile") or []
    if not isinstance(inner, list) or not all(isinstance(item, dict) for item in inner):
        raise ConfigError(
            "profile in Komodo CLI's files is not a list of tables", where=str(file.path), hint="Write: [[profile]]"
        )
    return _Table(
        _text(values, file, "name", "config_profile"),
        _aliases(values, file),
        _text(values, file, "default_profile", "default"),
        _Value(_text(values, file, "host"), file),
        _Value(_text(values, file, "key", "cli_key"), file),
        _Value(_text(values, file, "secret", "cli_secret"), file),
        tuple(_inner(item, file) for item in inner),
    )


def _inner(values: Mapping[str, Any], file: File) -> _Table:
    """One `[[profile]]`; a broken one costs only itself."""
    try:
        return _table(values, file)
    except ConfigError as error:
        name = values.get("name") or values.get("config_profile")
        return _Table(name if isinstance(name, str) else "", problem=error)


def _text(values: Mapping[str, Any], file: File, *names: str) -> str:
    for name in names:
        value = values.get(name)
        if value is not None and not isinstance(value, str):
            raise ConfigError(
                f"{name} in Komodo CLI's files is not a string", where=str(file.path), hint="Put it in quotes."
            )
        if value and value.strip():
            return value.strip()
    return ""


def _aliases(values: Mapping[str, Any], file: File) -> tuple[str, ...]:
    words: Any = next((values[name] for name in ("config_aliases", "aliases", "alias") if values.get(name)), [])
    words = [words] if isinstance(words, str) else words
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        what, hint = (
            "config_aliases in Komodo CLI's files is not a list of strings",
            'Write: config_aliases = ["NAME"].',
        )
        raise ConfigError(what, where=str(file.path), hint=hint)
    return tuple(words)


def _over(base: _Table, top: _Table) -> _Table:
    """One table laid over another: what it says wins, and no key follows to a host that it did not come with."""
    moves = bool(top.host) and top.host.text.rstrip("/") != base.host.text.rstrip("/")
    return _Table(
        top.name,
        top.aliases,
        top.default or base.default,
        top.host if moves else base.host,
        top.key or (_following(base.key, base, top) if moves else base.key),
        top.secret or (_following(base.secret, base, top) if moves else base.secret),
    )


def _following(value: _Value, base: _Table, top: _Table) -> _Value:
    return value if not base.host and _folder(value) == _folder(top.host) else _Value()


def _folder(value: _Value) -> Path:
    return value.file.path.resolve().parent


def _collected(top: _Table, taken: set[str]) -> FoundProfile:
    profiles: list[Profile] = []
    broken: dict[str, ConfigError] = {}
    warnings = [str(profile.problem) for profile in top.profiles if profile.problem and not profile.name]
    for table in _named(top):
        if suffix(table.name) in taken:
            warnings.append(f"profile {table.name!r} in Komodo CLI's files is hidden by another of the same name")
            continue
        taken.add(suffix(table.name))
        try:
            if table.problem:
                raise table.problem
            profiles += _profile(table)
        except ConfigError as error:
            broken[table.name] = error
            warnings.append(str(error))
    names = [profile.name for profile in profiles]
    default = next((item for item in (KOMODO, *_called(top, profiles)) if item in names), "")
    warnings += _unwise(profiles)
    return FoundProfile(tuple(profiles), broken, default, warnings=tuple(warnings))


def _named(top: _Table) -> Iterator[_Table]:
    """Every table that can be a profile, the top level last: a `[[profile]]` may be called komodo itself."""
    chosen = next((profile for profile in top.profiles if top.default in (profile.name, *profile.aliases)), None)
    yield from (
        replace(_over(top, profile), default="", problem=profile.problem) for profile in top.profiles if profile.name
    )
    if top.host:
        laid = _over(top, chosen) if chosen else top
        # A default that is left over is one that there is not.
        yield replace(laid, name=KOMODO, aliases=(), default="" if chosen else top.default)


def _called(top: _Table, profiles: Iterable[Profile]) -> Iterator[str]:
    return (profile.name for profile in profiles if top.default and profile.is_called(top.default))


def _profile(table: _Table) -> Iterator[Profile]:
    """The profile of the table; none without a host, since such a table is about something else."""
    if not table.host:
        return
    where = f"{table.host.file.path}: profile {table.name!r}"
    if table.default:
        raise ConfigError(f"the default profile {table.default!r} is not in Komodo CLI's files", where=where)
    if not table.name.isprintable():
        raise ConfigError("the name of a profile holds control characters", where=where, hint="Rename it.")
    secrets = Secrets(_given(table.key, table.host), _given(table.secret, table.host), foreign=table.host.file.foreign)
    address = checked(table.host.text, where)
    yield Profile(table.name, "core", address, origin=where, secrets=secrets, aliases=table.aliases)


def _given(value: _Value, host: _Value) -> Given:
    """The value for that host; one that a foreign file names gets nothing of other folders, however it was laid."""
    if not value or (host.file.foreign and _folder(value) != _folder(host)):
        return Given()
    return Given(value.text, None, str(value.file.path))


def _unwise(profiles: Iterable[Profile]) -> Iterator[str]:
    profiles = list(profiles)
    given = (item for profile in profiles for item in (profile.secrets.key, profile.secrets.secret) if item)
    for path in dict.fromkeys(value.origin for value in given):
        if readable_by_others(Path(path)):
            yield f"{path} holds a secret and others on this machine can read it: chmod 600 {path}"
    for profile in profiles:
        yield from unencrypted(profile)
