"""Names in `after`, and cycles in any graph (semantics c.7, h.1, h.3)."""

from __future__ import annotations

import pytest

from ksync_tui.model.references import after_cycles, find_cycles, resolve_after
from ksync_tui.model.resource import Target

WEB_STACK, WEB_DEPLOYMENT = Target("stack", "web"), Target("deployment", "web")
OTHER = Target("stack", "other")


@pytest.mark.parametrize(
    ("name", "own", "declared", "live", "found"),
    [
        ("web", OTHER, {WEB_STACK, WEB_DEPLOYMENT}, set(), WEB_DEPLOYMENT),
        ("web", OTHER, {WEB_STACK}, {WEB_DEPLOYMENT}, WEB_STACK),
        ("web", OTHER, set(), {WEB_STACK}, WEB_STACK),
        ("web", OTHER, {OTHER}, set(), None),
        ("web", WEB_DEPLOYMENT, {WEB_DEPLOYMENT, WEB_STACK}, set(), WEB_STACK),
        ("web", WEB_DEPLOYMENT, {WEB_DEPLOYMENT}, {WEB_STACK}, WEB_STACK),
        ("web", WEB_STACK, {WEB_STACK}, set(), WEB_STACK),
        ("Web", OTHER, {WEB_STACK}, set(), WEB_STACK),
        ("other", WEB_DEPLOYMENT, {WEB_DEPLOYMENT, OTHER}, set(), OTHER),
    ],
)
def test_a_name_in_after(
    name: str, own: Target, declared: set[Target], live: set[Target], found: Target | None
) -> None:
    assert resolve_after(name, own, declared, live) == found


@pytest.mark.parametrize(
    ("edges", "cycles"),
    [
        ({}, []),
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["a"]}, [("a",)]),
        ({"a": ["b"], "b": ["a"]}, [("a", "b")]),
        ({"x": ["a"], "c": ["a"], "a": ["b", "nobody"], "b": ["c"]}, [("c", "a", "b")]),
        ({"a": ["b"], "b": ["a"], "c": ["d", "a"], "d": ["c"]}, [("a", "b"), ("c", "d")]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
    ],
)
def test_cycles(edges: dict[str, list[str]], cycles: list[tuple[str, ...]]) -> None:
    assert find_cycles(edges) == cycles


def test_a_very_long_chain_needs_no_deep_stack() -> None:
    count = 20_000
    chain = {at: [at + 1] for at in range(count)}
    assert find_cycles(chain) == []
    assert find_cycles({**chain, count: [0]}) == [tuple(range(count + 1))]


def test_cycles_of_after_go_by_resolved_names() -> None:
    waits = {WEB_STACK: ["web"], WEB_DEPLOYMENT: ["web"], OTHER: ["web", "unknown"]}
    assert after_cycles(waits, waits.keys()) == [(WEB_STACK, WEB_DEPLOYMENT)]
