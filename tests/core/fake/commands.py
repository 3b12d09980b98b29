"""Texts of the agent: interpolation, pairs, and the commands it runs (semantics e.1, e.2, e.3, e.6, e.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json
from tests.core.fake.state import Resource

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_NAME = re.compile(r"\[(\[\[[^\[\]]*\]\])\]|\[\[([^\[\]]*)\]\]")


@dataclass
class Interpolation:
    """Two passes over texts, variables and then secrets, and what was used."""

    core: FakeCore
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """A text with the values in it."""
        held = self.core.variables.values()
        text = _pass(text, {entry.name: entry.value for entry in held if not entry.is_secret}, self.variables)
        return _pass(text, {entry.name: entry.value for entry in held if entry.is_secret}, self.secrets)

    def hide(self, text: str) -> str:
        """A text as logs show it: secrets by name."""
        for name, value in self.secrets.items():
            text = text.replace(value, f"<{name}>")
        return text

    def logs(self) -> list[tuple[str, str]]:
        """Stage and text of what was replaced."""
        dim = '<span class="text-muted-foreground">'
        found = []
        if self.variables:
            lines = [f"{dim}{name} =></span> {value}" for name, value in self.variables.items()]
            found.append(("Interpolate Variables", "\n".join(lines)))
        if self.secrets:
            found.append(("Interpolate Secrets", "\n".join(f"{dim}replaced:</span> {name}" for name in self.secrets)))
        return found


def _pass(text: str, values: Mapping[str, str], used: dict[str, str]) -> str:
    def put(found: re.Match[str]) -> str:
        if found[1]:
            return str(found[1])
        name = str(found[2])
        if name not in values:
            return str(found[0])
        used[name] = values[name]
        return values[name]

    return _NAME.sub(put, text)


def pairs(text: str) -> list[tuple[str, str]]:
    """The entries of a key and value text."""
    found = []
    for line in text.strip().splitlines():
        line = line.strip()
        if not line or line.startswith(("#", "//")):
            continue
        line = line.split(" #")[0].lstrip("-").strip()
        cut = re.match(r"([^=:]*)[=:](.*)", line)
        if cut:
            key, value = cut[1].strip(), cut[2].strip()
            if key.startswith('"') and not key.endswith('"') and value.endswith('"'):
                key, value = key[1:], value[:-1]
            found.append((key, value))
    return found


def one_line(command: str) -> str:
    """A command of several lines as it is run."""
    lines = [line.strip().split(" #")[0] for line in command.splitlines()]
    kept = "\n".join(line for line in lines if line and not line.startswith("#"))
    joined = " ".join(part.strip() for part in kept.split(" \\"))
    return " && ".join(line for line in joined.splitlines() if line)


def _quoted(value: str) -> str:
    return value if len(value) > 1 and value[0] == value[-1] == '"' else f'"{value}"'


def docker_run(resource: Resource, image: str, put: Interpolation) -> str:
    """The command of a deployment, values in it."""
    config = resource.config
    parts = [f"docker run -d --name {config['custom_name'] or resource.name}", f"--network {config['network']}"]
    parts += [f"-p {local}:{inside}" for local, inside in pairs(put(config["ports"]))]
    parts += [f"-v {local}:{inside}" for local, inside in pairs(put(config["volumes"]))]
    parts += [f"--env {key}={_quoted(value)}" for key, value in pairs(put(config["environment"]))]
    restart = config["restart"]
    parts.append(f"--restart {'on-failure:10' if restart == 'on-failure' else restart}")
    parts += [f"--label {key}={_quoted(value)}" for key, value in pairs(put(config["labels"]))]
    parts += [put(argument) for argument in config["extra_args"]]
    parts += [image, put(config["command"])]
    return " ".join(part for part in parts if part)


def compose(core: FakeCore, config: Json, project: str) -> str:
    """The start of every compose command of a stack."""
    files = " ".join(f"-f {path}" for path in config["file_paths"] or ["compose.yaml"])
    env = f" --env-file {config['env_file_path']}" if config["environment"] else ""
    return f"{core.compose} -p {project} {files}{env}"
