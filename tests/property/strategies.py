"""Hypothesis strategies for resources of every kind, made from what the fields say about themselves."""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Lt
from hypothesis import strategies as st

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target

Values = dict[str, Any]

_NASTY = [
    '"', '"""', "'", "'''", "\\", '\\"', "\\n", "\n", "\n\n", "\r", "\r\n", "\t", " ", "#", " # ", "=", " = ", ":", ",",
    "[[NAME]]", "[[", "]]", "[[stack]]", "{", "}", "[", "]", "é", "漢", "🦎", "\x00", "\x1b", "\x7f", "\u2028",
    "\ufeff", "a", "B", "0", "-",
]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(_NASTY), max_size=8).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.lists(st.text("abc =:#-\\\"'", max_size=10), max_size=4).map("\n".join),
)
"""Any text that can stand in TOML, with a liking for what breaks writers."""
_KEYS = st.from_regex(r"[A-Z_][A-Z0-9_]{0,6}", fullmatch=True)
_VALUES = st.text("abcXYZ019 ./-_\"'\\$é", max_size=10)
PAIRS = st.lists(
    st.one_of(
        st.tuples(_KEYS, st.sampled_from(["=", " = ", ":", ": "]), _VALUES).map("".join),
        st.sampled_from(["# comment", "", "  # indented", "// other"]),
        st.tuples(_KEYS, st.just("=[["), _KEYS, st.just("]]")).map("".join),
    ),
    max_size=5,
).map("\n".join)
"""Text of environments, labels, ports and the like."""
NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
"""Names that every kind stores as they are."""
_JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=4,
)


def values_of(model: type[Table]) -> st.SearchStrategy[Values]:
    """What a file may say for a table, by field name: required fields always, others now and then."""
    if issubclass(model, Choice):
        return _choices(model)
    fields = {field.name: _field(field) for field in schema(model)}
    required = {field.name: fields[field.name] for field in schema(model) if field.required}
    optional = {name: strategy for name, strategy in fields.items() if name not in required}
    few = st.lists(st.sampled_from(sorted(optional)), max_size=6, unique=True) if optional else st.just([])
    return few.flatmap(lambda names: st.fixed_dictionaries({**required, **{name: optional[name] for name in names}}))


def _choices(model: type[Choice]) -> st.SearchStrategy[Values]:
    return st.sampled_from(sorted(model.variants)).flatmap(
        lambda name: st.fixed_dictionaries({"type": st.just(name), "params": values_of(model.variants[name])})
    )


def _field(field: FieldSchema) -> st.SearchStrategy[Any]:
    if field.form == "version":
        return st.tuples(*[st.integers(0, 20)] * 3).map(lambda parts: ".".join(map(str, parts)))
    if field.compare is not None and field.compare.how == "pairs":
        return PAIRS
    if field.ref is not None and field.annotation is str:
        return NAMES
    return _annotated(field.annotation)


def _annotated(annotation: Any) -> st.SearchStrategy[Any]:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _bounded(args[0], args[1:])
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(_annotated, args))
    if origin is list:
        return st.lists(_annotated(args[0]), max_size=4)
    if origin is dict:
        return st.dictionaries(_annotated(args[0]), _annotated(args[1]), max_size=3)
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return st.deferred(lambda: values_of(annotation))
    return _SIMPLE[annotation]


_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bool: st.booleans(),
    int: st.integers(0, 200),
    float: st.floats(-1e6, 1e6, width=32),
    type(None): st.none(),
    Any: _JSON,
}


def _bounded(annotation: Any, marks: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    limits = [limit for mark in marks for limit in (mark, *getattr(mark, "metadata", ()))]
    low = next((limit.ge for limit in limits if isinstance(limit, Ge)), None)
    high = next((limit.lt for limit in limits if isinstance(limit, Lt)), None)
    if annotation is int and low is not None and high is not None:
        return st.integers(low, high - 1)  # type: ignore[arg-type, operator]
    return _annotated(annotation)


@cache
def resources(kind: str) -> st.SearchStrategy[Resource]:
    """Checked resources of a kind."""
    model = KINDS[kind].model
    return st.tuples(values_of(model), NAMES).map(lambda drawn: model.model_validate({**drawn[0], "name": drawn[1]}))


def targeted(kind: str) -> st.SearchStrategy[tuple[Target, Resource]]:
    """Checked resources of a kind, each with its target."""
    return resources(kind).map(lambda resource: (Target(kind, resource.name), resource))


def any_resource() -> st.SearchStrategy[tuple[Target, Resource]]:
    """Checked resources of any kind, each with its target."""
    return st.sampled_from(list(KINDS)).flatmap(targeted)
