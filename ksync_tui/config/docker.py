"""`[docker]` of ksync's own config.toml: which docker command reaches the Docker hosts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ksync_tui.errors import ConfigError


@dataclass(frozen=True, slots=True)
class DockerSettings:
    """The words of the command, and the name that it is shown under beside the profile."""

    command: tuple[str, ...] = ("docker",)
    name: str = ""


def settings(value: Any, file: Path) -> DockerSettings:
    """What the table says; a command without a name goes by its last word. Raises ConfigError."""
    table: dict[str, Any] = value if isinstance(value, dict) else {"": None}
    given = table.get("command", ["docker"])
    words: list[str] = [given] if isinstance(given, str) else given
    name = table.get("name", "")
    wrong = table.keys() - {"command", "name"}
    if wrong or not isinstance(name, str) or not _are_words(words):
        hint = 'Write: [docker], then command = ["podman"]; `name` says how it is shown.'
        raise ConfigError("[docker] cannot be used", where=str(file), why=", ".join(sorted(wrong)) or None, hint=hint)
    return DockerSettings(tuple(words), name or (words[-1] if words != ["docker"] else ""))


def _are_words(words: object) -> bool:
    return isinstance(words, list) and bool(words) and all(isinstance(word, str) and word for word in words)
