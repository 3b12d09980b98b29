"""Which request does what: every handler is registered under the API and name it answers to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.core.fake.schema import Field, params

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore
    from tests.core.fake.state import User

Json = dict[str, Any]
Run = Callable[["FakeCore", "User", Json], Any]


@dataclass(frozen=True)
class Clause:
    """One request: its params and what answers it."""

    name: str
    fields: tuple[Field, ...]
    run: Run


CLAUSES: dict[str, dict[str, Clause]] = {"read": {}, "write": {}, "execute": {}, "login": {}, "manage": {}}
"""Every request by the API and its name."""


def answers(api: str, name: str, wanted: str | tuple[Field, ...] = "") -> Callable[[Run], Run]:
    """Register a handler; `wanted` are its params (see `schema.params`)."""

    def register(run: Run) -> Run:
        fields = params(wanted) if isinstance(wanted, str) else wanted
        CLAUSES[api][name] = Clause(name, fields, run)
        return run

    return register
