"""What a config may hold, from the text tables beside it: apart from ksync's own models on purpose."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent

ENUMS: dict[str, tuple[str, ...]] = {
    "RestartMode": ("no", "on-failure", "always", "unless-stopped"),
    "TerminationSignal": ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"),
    "ScheduleFormat": ("English", "Cron"),
    "FileFormat": ("key_value", "toml", "yaml", "json"),
    "MaintenanceScheduleType": ("Daily", "Weekly", "OneTime"),
    "StackFileRequires": ("Redeploy", "Restart", "None"),
    "PermissionLevel": ("None", "Read", "Execute", "Write"),
    "SpecificPermission": ("Terminal", "Attach", "Inspect", "Logs", "Processes"),
    "SeverityLevel": ("OK", "WARNING", "CRITICAL"),
    "ResourceTargetVariant": (
        "System",
        "Swarm",
        "Server",
        "Stack",
        "Deployment",
        "Build",
        "Repo",
        "Procedure",
        "Action",
        "Builder",
        "Alerter",
        "ResourceSync",
    ),
    "UserTargetVariant": ("User", "UserGroup"),
    "TagBehavior": ("All", "Any"),
    "TemplatesQueryBehavior": ("Include", "Exclude", "Only"),
    "AlertDataVariant": (
        "None",
        "Test",
        "SwarmUnhealthy",
        "ServerUnreachable",
        "ServerCpu",
        "ServerMem",
        "ServerDisk",
        "ServerVersionMismatch",
        "ContainerStateChange",
        "DeploymentImageUpdateAvailable",
        "DeploymentAutoUpdated",
        "StackStateChange",
        "StackImageUpdateAvailable",
        "StackAutoUpdated",
        "AwsBuilderTerminationFailed",
        "ResourceSyncPendingUpdates",
        "BuildFailed",
        "RepoBuildFailed",
        "ProcedureFailed",
        "ActionFailed",
        "ScheduleRun",
        "Custom",
    ),
    "NodeSpecAvailabilityEnum": ("", "active", "pause", "drain"),
    "NodeSpecRoleEnum": ("", "worker", "manager"),
}
ENUM_ALIASES = {
    "TerminationSignal": {"1": "SIGHUP", "2": "SIGINT", "3": "SIGQUIT", "15": "SIGTERM"},
    "StackFileRequires": {"redeploy": "Redeploy", "restart": "Restart", "none": "None"},
}
ENDPOINTS: dict[str, dict[str, Any]] = {
    "Custom": {"url": "http://localhost:7000"},
    "Slack": {"url": "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"},
    "Discord": {"url": "https://discord.com/api/webhooks/XXXXXXXXXXXX/XXXX-XXXXXXXXXX"},
    "Ntfy": {"url": "http://localhost:8080/komodo", "email": None},
    "Pushover": {"url": "https://api.pushover.net/1/messages.json?token=XXXXXXXXXXXXX&user=XXXXXXXXXXXXX"},
}
BUILDER_TYPES = ("Url", "Server", "Aws")
NO_VERSION = {"major": 0, "minor": 0, "patch": 0}


@dataclass(frozen=True)
class Field:
    """One key of a table."""

    name: str
    type: str
    default: Any = None
    required: bool = False
    aliases: tuple[str, ...] = ()
    key: str = ""
    """The name in exports."""
    form: str = ""
    ref: str = ""
    """The kind it names: stored as id."""
    flags: frozenset[str] = frozenset()


def _field(line: str) -> Field:
    name, type_, default, *rest = line.split(" ")
    options = dict(option.split("=", 1) for option in rest if "=" in option)
    return Field(
        name,
        type_,
        None if default == "required" else json.loads(default),
        default == "required",
        tuple(options["alias"].split(",")) if "alias" in options else (),
        options.get("key", name),
        options.get("form", ""),
        options.get("ref", ""),
        frozenset(option for option in rest if "=" not in option),
    )


def _lines(name: str) -> list[str]:
    return [line for line in (_HERE / name).read_text().splitlines() if line and not line.startswith("#")]


@cache
def tables() -> dict[str, tuple[Field, ...]]:
    """Every table by its name: kinds by theirs (`stack`), the builder's variants as `builder.Url`."""
    found: dict[str, list[Field]] = {}
    for line in (*_lines("fields.txt"), *_lines("structs.txt")):
        if line.startswith("["):
            found[line.strip("[]")] = []
        else:
            found[list(found)[-1]].append(_field(line))
    return {name: tuple(fields) for name, fields in found.items()}


_PARAM = re.compile(r"(?P<name>\w+):(?P<type>[^=>*]+)(?:=(?P<default>[^>*]+))?(?:>(?P<ref>\w+))?(?:\*(?P<over>\w+))?")


def params(text: str) -> tuple[Field, ...]:
    """The params of a request: `name:type`, `=default` (JSON) where it may be left out, `|` between aliases."""
    return tuple(_param(word) for word in text.split())


def _param(word: str) -> Field:
    names, rest = word.split(":", 1)
    name, *aliases = names.split("|")
    found = _PARAM.fullmatch(f"{name}:{rest}")
    if not found:
        raise ValueError(word)
    default = found["default"]
    return Field(
        name,
        found["type"],
        None if default is None else json.loads(default),
        default is None,
        tuple(aliases),
        name,
        ref=found["ref"] or "",
        flags=frozenset({f"over={found['over']}"}) if found["over"] else frozenset(),
    )


@cache
def executions() -> dict[str, tuple[Field, ...]]:
    """The params of every execution by its type."""
    return {name: params(" ".join(rest)) for name, *rest in (line.split() for line in _lines("executions.txt"))}
