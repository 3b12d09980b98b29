"""Targets, declared and live resources, problems. Pure values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ksync_tui.errors import CoreError
from ksync_tui.model.kinds.base import Deployable, Resource, Templated
from ksync_tui.model.kinds.fields import canonical, schema
from ksync_tui.model.origin import Applied
from ksync_tui.model.rules import Rule

Severity = Literal["error", "warning"]


class Target(NamedTuple):
    """A resource by kind and name; written `stack/web`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class SourceLocation(NamedTuple):
    """Where something stands in a source: 1-based lines and column; `last` is the last line of a block."""

    file: str
    line: int
    column: int = 1
    last: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a source. An error blocks the targets it touches and no others (architecture rule 3)."""

    rule: Rule
    severity: Severity
    place: SourceLocation
    message: str
    hint: str | None = None
    target: Target | None = None
    places: tuple[SourceLocation, ...] = ()
    """All places, `place` among them, where it is the same problem in several."""

    def __str__(self) -> str:
        tail = f" ({self.hint})" if self.hint else ""
        return f"{self.place}: {self.severity}: {self.message}{tail}"


def canonical_of(resource: Resource) -> dict[str, Any]:
    """What a resource means, as JSON values, defaults left out (architecture rule 2)."""
    return canonical(resource)


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


def fingerprint(resource: Resource) -> str:
    """A digest of what a resource means: equal digests, no difference (architecture rule 6)."""
    return digest_of(canonical_of(resource))


def digest_of(meant: Any, size: int = 16) -> str:
    """The digest of a meaning that is already at hand; `size` in bytes, written as twice as many hex digits."""
    return blake2b(_canonical(meant).encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def redeploy_digest(resource: Resource) -> str:
    """A digest of the fields whose change redeploys: equal digests, nothing to redeploy (architecture rule 5).

    Written `name:hash name:hash`, fields at their default left out, so that two digests tell which fields changed.
    """
    fields = schema(type(resource.settings)).fields
    meant = {name: value for name, value in canonical(resource.settings).items() if fields[name].redeploys}
    return " ".join(f"{name}:{digest_of(value, 8)}" for name, value in sorted(meant.items()))


def tags_of(resource: Resource) -> list[str]:
    """The tags of a resource; variables and user groups have none."""
    return resource.tags if isinstance(resource, Templated) else []


def wants_deploy(resource: Resource) -> bool:
    """Whether a sync keeps the resource deployed."""
    return isinstance(resource, Deployable) and resource.deploy


def bare(resource: Resource) -> Resource:
    """The resource without `deploy` and `after`, for engines that have no place for them."""
    return resource.model_copy(update={"deploy": False, "after": []}) if isinstance(resource, Deployable) else resource


Find = Callable[[Target], Resource | None]
"""Looks a resource up by its target."""


class Reference(NamedTuple):
    """A field that names another resource: its path inside the resource, and whom it names."""

    path: tuple[str | int, ...]
    target: Target
    needed: bool = True
    """False where the reference stands in something disabled, so that nothing breaks without it."""


@dataclass(slots=True)
class Declared:
    """A resource as a file says it. `text` is the block's own characters.

    `tags`, `deploy` and `after` are the resource's, at hand without building it.
    """

    target: Target
    resource: Resource
    place: SourceLocation
    text: str = ""
    fingerprint: str = ""
    references: tuple[Reference, ...] = ()
    blocked: str | None = None
    """Why nothing may be done with it: an error in the file touches it."""
    tags: tuple[str, ...] = ()
    deploy: bool = False
    after: tuple[str, ...] = ()
    build: Callable[[str], Resource] | None = field(default=None, repr=False, compare=False)
    """Gives the resource from `text`, where that is put off (see `later`)."""

    def __post_init__(self) -> None:
        if not self.fingerprint:
            self.fingerprint = fingerprint(self.resource)
            self.tags, self.deploy = tuple(tags_of(self.resource)), wants_deploy(self.resource)
            self.after = tuple(self.resource.after) if isinstance(self.resource, Deployable) else ()

    @classmethod
    def later(
        cls,
        target: Target,
        place: SourceLocation,
        text: str,
        fingerprint: str,
        references: tuple[Reference, ...],
        tags: tuple[str, ...],
        deploy: bool,
        after: tuple[str, ...],
        build: Callable[[str], Resource],
    ) -> Declared:
        """One whose meaning is known from before: `build` makes the resource from `text` when it is first looked at."""
        declared = cls.__new__(cls)
        declared.target, declared.place, declared.text, declared.fingerprint = target, place, text, fingerprint
        declared.references, declared.blocked, declared.tags, declared.deploy, declared.after = (
            references,
            None,
            tags,
            deploy,
            after,
        )
        declared.build = build
        return declared

    def at(self, place: SourceLocation) -> Declared:
        """The same declaration in another place, not blocked."""
        target, text, digest, references = self.target, self.text, self.fingerprint, self.references
        tags, deploy, after = self.tags, self.deploy, self.after
        if self.build is not None:
            return Declared.later(target, place, text, digest, references, tags, deploy, after, self.build)
        return Declared(target, self.resource, place, text, digest, references, None, tags, deploy, after)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Builds the resource that was put off; nothing else is ever missing."""
            if name != "resource":
                raise AttributeError(name)
            self.resource, self.build = self.build(self.text), None
            return self.resource


@dataclass(frozen=True, slots=True)
class Broken:
    """A block that could not be understood; its target where at least kind and name were."""

    place: SourceLocation
    target: Target | None
    reason: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read: its name as shown, its path on disk (None for inline text), its text."""

    name: str
    path: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Declarations:
    """All that a source says, in file order.

    `complete` is false when something could not be read or understood, or nothing was found at all: such a source can
    create and update, never delete (architecture rule 4, semantics h.18).
    """

    resources: tuple[Declared, ...] = ()
    broken: tuple[Broken, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[SourceFile, ...] = ()
    complete: bool = True


class Live:
    """A resource as the engine has it. The resource itself is built only when somebody looks at it."""

    __slots__ = ("__dict__", "_build", "fingerprint", "tags", "target")

    def __init__(
        self, target: Target, fingerprint: str, build: Callable[[], Resource], tags: tuple[str, ...] = ()
    ) -> None:
        self.target = target
        self.fingerprint = fingerprint
        self.tags = tags
        self._build = build

    @cached_property
    def resource(self) -> Resource:
        """The resource; raises what the engine raises when its own record cannot be read."""
        return self._build()

    @classmethod
    def of(cls, target: Target, resource: Resource) -> Live:
        """A live resource that is already at hand."""
        return cls(target, fingerprint(resource), lambda: resource, tuple(tags_of(resource)))


DeployState = Literal[
    "running", "deploying", "paused", "stopped", "created", "restarting", "dead", "removing", "exited", "stopping",
    "unhealthy", "down", "not_deployed", "unknown",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deployed:
    """What was deployed last: the digest of the fields that redeploy, and an outstanding reason if a deploy is owed.

    `fingerprint` is that of the whole declared resource then: while it is equal, the digest is too. `built` is the
    version of the build that it was deployed with, where its image is the latest of one.
    """

    redeploy_digest: str | None = None
    outstanding: str | None = None
    fingerprint: str | None = None
    built: str | None = None


LastApplied = Callable[[Target], Sequence[Applied]]
"""What each sync applied last to a target, the newest first; read when it is asked for. May raise EngineError."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that the planner needs to know about live, read at one moment.

    `states` has an entry per deployable live resource whose state is known; others are unknown.
    `applied` has the fingerprint last applied from files per target; `last_applied` gives what that was, None where no
    record is kept. `built` has the version last built per build,
    `changed_files` the files that a stack was deployed with and that say something else now, `unreachable` why the
    Docker host of a server did not answer.
    """

    live: Mapping[Target, Live] = field(default_factory=dict)
    states: Mapping[Target, DeployState] = field(default_factory=dict)
    deployed: Mapping[Target, Deployed] = field(default_factory=dict)
    applied: Mapping[Target, str] = field(default_factory=dict)
    version: object = None
    """Changes whenever anything in the store changed; equal versions mean equal resources."""
    built: Mapping[str, str] = field(default_factory=dict)
    changed_files: Mapping[Target, tuple[str, ...]] = field(default_factory=dict)
    unreachable: Mapping[str, str] = field(default_factory=dict)
    last_applied: LastApplied | None = None
    users: frozenset[str] | None = None
    """The users that exist; None where groups may name anybody, or nobody tells."""


def readable(live: Live) -> Resource | None:
    """A live resource; None where this user may not see it, or a newer Core made it."""
    try:
        return live.resource
    except CoreError:
        return None
