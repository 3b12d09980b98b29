"""`[secrets]` of ksync's own config.toml: where the values of `[[NAME]]` are, outside of ksync.

    [secrets]
    DB_PASSWORD = { command = ["pass", "show", "db"] }
    TOKEN = { file = "/run/secrets/token" }
    API_KEY = { dotenv = "~/infra/.env", key = "API_KEY" }
    SMTP = { keyring = "smtp", user = "rosa" }
    OTHER = { env = "OTHER_PASSWORD" }

A resource file only names a secret; what is run for it stands here and nowhere else. No value is in an error.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ksync_tui.config import keyrings
from ksync_tui.errors import ConfigError
from ksync_tui.system.command import Command, run

SECONDS = 30.0
"""How long a command may take."""
MOST_BYTES = 64 * 1024
_BESIDE = {"dotenv": "key", "keyring": "user"}
"""What stands beside these, which alone do not say enough."""
_KINDS = ("command", "file", "dotenv", "keyring", "env")


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where one value is: the kind of place, and its words."""

    name: str
    kind: str
    words: tuple[str, ...]
    where: str

    def value(self) -> str:
        """The value, got anew. Raises ConfigError, which says of which secret."""
        value = _GET[self.kind](self)
        if not value:
            raise self.failed("there is nothing")
        return value

    def failed(self, why: str, hint: str | None = None) -> ConfigError:
        """The error for a value that cannot be had."""
        return ConfigError(f"the secret {self.name} cannot be had", where=self.where, why=why, hint=hint)


def sources(value: Any, file: Path) -> dict[str, SecretSource]:
    """The table, by names. Raises ConfigError."""
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise ConfigError("[secrets] must map names to places", where=str(file), hint=_hint())
    return {name: _source(name, table, file) for name, table in value.items()}


def _source(name: str, table: Mapping[str, Any], file: Path) -> SecretSource:
    where = f"{file}: [secrets] {name}"
    kinds = [kind for kind in _KINDS if kind in table]
    beside = _BESIDE.get(kinds[0]) if kinds else None
    if len(kinds) != 1 or table.keys() != {kinds[0], *filter(None, [beside])}:
        raise ConfigError("this is no place of a secret", where=where, hint=_hint())
    given = table[kinds[0]]
    first = given if isinstance(given, list) else [given]
    words = [*first, *([table[beside]] if beside else [])]
    if not first or not all(isinstance(word, str) and word for word in words):
        raise ConfigError("this is no place of a secret", where=where, why="a text is missing", hint=_hint())
    if kinds[0] == "command" and isinstance(given, str):
        words = shlex.split(given)
    elif kinds[0] != "command" and isinstance(given, list):
        raise ConfigError("this is no place of a secret", where=where, why="only a command is a list", hint=_hint())
    if kinds[0] in ("file", "dotenv"):
        words[0] = str(file.parent / os.path.expanduser(words[0]))  # noqa: PTH111 - an unknown user stays as written
    return SecretSource(name, kinds[0], tuple(words), where)


def _hint() -> str:
    return 'Write: NAME = { command = ["pass", "show", "db"] }, or file, env, dotenv with key, keyring with user.'


def _of_command(source: SecretSource) -> str:
    said, other = bytearray(), bytearray()
    too_much = False

    def take(data: bytes) -> None:
        nonlocal too_much
        said.extend(data[: MOST_BYTES + 1 - len(said)])
        too_much = too_much or len(said) > MOST_BYTES

    try:
        command = Command(source.words, None, os.environ, SECONDS, 1)
        ending = run(command, take, lambda data: other.extend(data[:500]), lambda: too_much)
    except OSError as error:
        raise source.failed(f"`{source.words[0]}` cannot be started: {error.strerror}") from error
    if too_much:
        raise source.failed(f"`{source.words[0]}` printed more than {MOST_BYTES // 1024} KB")
    if ending != 0:
        ended = f"took longer than {SECONDS:g} s" if ending == "timed out" else f"ended with {ending}"
        last = other.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise source.failed(f"`{source.words[0]}` {ended}{f': {last}' if last else ''}")
    return _text(source, bytes(said))


def _of_file(source: SecretSource) -> str:
    return _text(source, _bytes(source))


def _of_dotenv(source: SecretSource) -> str:
    path, key = source.words
    for line in reversed(_text(source, _bytes(source)).split("\n")):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name.strip() == key:
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            return value[1:-1] if quoted else value
    raise source.failed(f"{path} has no {key}")


def _of_keyring(source: SecretSource) -> str:
    try:
        return keyrings.password(*source.words)
    except ConfigError as error:
        raise source.failed(str(error.why or error.what), error.hint) from error


def _of_environment(source: SecretSource) -> str:
    return os.environ.get(source.words[0], "")


def _bytes(source: SecretSource) -> bytes:
    try:
        with Path(source.words[0]).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise source.failed(f"{source.words[0]}: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise source.failed(f"{source.words[0]} has more than {MOST_BYTES // 1024} KB")
    return data


def _text(source: SecretSource, data: bytes) -> str:
    try:
        return data.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:  # what Python says of it quotes the bytes
        raise source.failed("it is not text") from None


_GET: Mapping[str, Callable[[SecretSource], str]] = {
    "command": _of_command, "file": _of_file, "dotenv": _of_dotenv, "keyring": _of_keyring, "env": _of_environment,
}  # fmt: skip
