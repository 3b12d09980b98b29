"""How resources refer to one another: `after` names and cycles. Pure; shared by reading and planning."""

from __future__ import annotations

from collections.abc import Collection, Container, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

from ksync_tui.model.kinds.base import Deployable, Resource
from ksync_tui.model.kinds.mentions import mentions, with_name
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target

AFTER_KINDS = ("deployment", "stack")
"""The kinds that `after` may name, in the order in which a name is looked up (semantics c.7)."""

R = TypeVar("R", bound=Resource)
Node = TypeVar("Node", bound=Hashable)


def resolve_after(name: str, own: Target, *known: Container[Target]) -> Target | None:
    """Whom an `after` entry of `own` names: looked up by its own name in each of `known` in turn (semantics c.7, h.1).

    A deployment comes before a stack of the same name, any other resource before `own` itself. Gives `own` where
    nothing else has the name, and None for an unknown name.
    """
    candidates = _candidates(name)
    for place in known:
        for candidate in candidates:
            if candidate in place and candidate != own:
                return candidate
    return own if own in candidates else None


@lru_cache(maxsize=1 << 16)
def _candidates(name: str) -> tuple[Target, ...]:
    """What a name may mean: as written first, then as Komodo would have stored it (semantics h.10)."""
    written = [Target(kind, name) for kind in AFTER_KINDS]
    return tuple(dict.fromkeys([*written, *(Target(kind, KINDS[kind].normalise(name)) for kind in AFTER_KINDS)]))


def renamed_in(resource: R, own: Target, old: Target, new: str, known: Container[Target]) -> R:
    """A resource that names `old`, with `new` in its place; the same one where it does not name it.

    `known` are the targets that exist, for the names in `after`.
    """
    paths = [mention.path for mention in mentions(resource) if Target(mention.kind, mention.name) == old]
    found = with_name(resource, paths, new) if paths else resource
    if isinstance(found, Deployable) and old.name in found.after and resolve_after(old.name, own, known) == old:
        after = [new if name == old.name else name for name in found.after]
        found = found.model_copy(update={"after": after})
    return found


def after_edges(waits: Mapping[Target, Iterable[str]], *known: Container[Target]) -> dict[Target, list[Target]]:
    """For each resource and its `after`: whom it waits for, unknown names left out. See resolve_after for `known`."""
    return {
        target: [found for name in names if (found := resolve_after(name, target, *known))]
        for target, names in waits.items()
    }


def after_cycles(waits: Mapping[Target, Iterable[str]], *known: Container[Target]) -> list[tuple[Target, ...]]:
    """Groups of resources that wait for each other, or for themselves (semantics h.3)."""
    return find_cycles(after_edges(waits, *known))


def find_cycles(edges: Mapping[Node, Collection[Node]]) -> list[tuple[Node, ...]]:
    """Groups of nodes that reach each other, and single nodes that point at themselves, in order of `edges`.

    Takes time linear in nodes and edges and does not recurse (Tarjan's strongly connected components).
    """
    order = {node: at for at, node in enumerate(edges)}
    groups = (sorted(group, key=lambda node: order[node]) for group in _components(edges))
    cycles = [tuple(group) for group in groups if len(group) > 1 or group[0] in edges[group[0]]]
    return sorted(cycles, key=lambda cycle: order[cycle[0]])


def _components(edges: Mapping[Node, Collection[Node]]) -> Iterator[list[Node]]:
    search = _Search(edges)
    for start in edges:
        if start not in search.low:
            search.enter(start)
        while search.path:
            if group := search.step():
                yield group


class _Search(Generic[Node]):
    """One walk through a graph: the path it stands on, and what it has passed without closing a group yet."""

    def __init__(self, edges: Mapping[Node, Collection[Node]]) -> None:
        self.edges = edges
        self.path: list[tuple[Node, Iterator[Node]]] = []
        self.low: dict[Node, int] = {}
        self.number: dict[Node, int] = {}
        self.open: dict[Node, None] = {}

    def enter(self, node: Node) -> None:
        self.number[node] = self.low[node] = len(self.number)
        self.open[node] = None
        self.path.append((node, iter(self.edges[node])))

    def step(self) -> list[Node]:
        """Goes one edge further, or back; gives a group when one is complete."""
        node, others = self.path[-1]
        for other in others:
            if other in self.open:
                self.low[node] = min(self.low[node], self.number[other])
            elif other in self.edges and other not in self.number:
                self.enter(other)
                return []
        return self.leave()

    def leave(self) -> list[Node]:
        node, _ = self.path.pop()
        if self.path:
            parent = self.path[-1][0]
            self.low[parent] = min(self.low[parent], self.low[node])
        if self.low[node] != self.number[node]:
            return []
        group = [self.open.popitem()[0]]
        while group[-1] != node:
            group.append(self.open.popitem()[0])
        return group
