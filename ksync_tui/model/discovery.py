"""What already runs on a host and was not made by ksync, as the resources that would declare it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Target


@dataclass(frozen=True, slots=True)
class Discovered:
    """A compose project or a container as a resource: what declares it, and what runs of it.

    `containers` are the ids of its containers, in order; `secrets` the values that its resource names as `[[NAME]]`;
    `notes` say in sentences what the resource cannot say of what runs.
    """

    target: Target
    resource: Resource
    containers: tuple[str, ...]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    live: bool = False
    """Whether that resource is there already, and what runs in its place was not made by ksync."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What runs and becomes no resource, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """All that a server's host has: what can be declared, what is left out, and how much is ksync's already."""

    server: str
    found: tuple[Discovered, ...]
    left_out: tuple[LeftOut, ...]
    owned: int
