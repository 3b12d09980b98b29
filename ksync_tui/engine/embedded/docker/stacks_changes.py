"""What changed files of a stack ask for (semantics c.7, e.7 without h.5). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from ksync_tui.model.kinds.stack import Stack, StackFileDependency

Verb = Literal["redeploy", "restart"]


class Effect(NamedTuple):
    """What a change asks for, and of which services; no service means all."""

    verb: Verb
    services: tuple[str, ...]


class Changed(NamedTuple):
    """What changed files ask for, of which services (none means all), and the files that ask for it."""

    verb: Verb | None
    services: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def changed(deployed: Mapping[str, str], now: Mapping[str, str], stack: Stack) -> Changed:
    """Compares contents: new, different and removed compose and env files redeploy; config files as `requires` says.

    Nothing known to be deployed gives no change. A mix of both redeploys what either names.
    """
    effects = dict(_effects(deployed, now, stack)) if deployed else {}
    if not effects:
        return Changed(None)
    verb: Verb = "redeploy" if any(one.verb == "redeploy" for one in effects.values()) else "restart"
    named = [one.services for one in effects.values()]
    services = () if () in named else tuple(sorted({service for each in named for service in each}))
    return Changed(verb, services, tuple(sorted(effects)))


def config_effects(deployed: Mapping[str, str], now: Mapping[str, str], stack: Stack) -> list[Effect]:
    """What the changes of config files alone ask for: compose does not see those."""
    config_files = _config_files(stack)
    return [effect for path, effect in _effects(deployed, now, stack) if path in config_files] if deployed else []


def _effects(deployed: Mapping[str, str], now: Mapping[str, str], stack: Stack) -> Iterator[tuple[str, Effect]]:
    config_files = _config_files(stack)
    for path in sorted(deployed.keys() | now.keys()):
        if deployed.get(path) == now.get(path):
            continue
        effect = _effect(config_files.get(path))
        if effect is not None:
            yield path, effect


def _effect(file: StackFileDependency | None) -> Effect | None:
    if file is None:
        return Effect("redeploy", ())
    services = tuple(file.services)
    match file.requires:
        case "Redeploy":
            return Effect("redeploy", services)
        case "Restart":
            return Effect("restart", services)
        case "None":
            return None


def _config_files(stack: Stack) -> dict[str, StackFileDependency]:
    return {file.path: file for file in stack.config.config_files}
