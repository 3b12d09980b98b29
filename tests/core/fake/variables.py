"""Variables (semantics b.3, e.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.core.fake import updates
from tests.core.fake.auth import duplicate
from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import RefusedError, failed, red
from tests.core.fake.permissions import admin_only
from tests.core.fake.state import User, Variable

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


def _check_name(name: str) -> None:
    if not 1 <= len(name.encode()) <= 500:
        raise RefusedError(400, "Failed to validate variable name", ["Input length must be between 1 and 500"])
    if not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name):
        trace = ["Invalid characters in input", "Only alphanumeric characters and underscores are allowed"]
        raise RefusedError(400, "Failed to validate variable name", trace)


def check_value(value: str) -> None:
    """Raise the 400 for values Core refuses."""
    if len(value.encode()) > 10_000:
        raise RefusedError(400, "Failed to validate variable value", ["Input too long. Max length: 10000"])
    for index, char in enumerate(value):
        if ord(char) < 32 or ord(char) == 127:
            trace = [f'Control character at index {index}. Input: "{value}"']
            raise RefusedError(400, "Failed to validate variable value", trace)


def held(core: FakeCore, name: str) -> Variable:
    """A variable by name."""
    if name not in core.variables:
        raise failed(f"no variable found with given name: {name}")
    return core.variables[name]


def create(core: FakeCore, who: User, p: Json) -> Variable:
    """A new variable."""
    _check_name(p["name"])
    check_value(p["value"])
    if p["name"] in core.variables:
        raise failed("Failed to create Variable on db", duplicate("Variable"))
    made = Variable(p["name"], p["value"], p["description"], p["is_secret"])
    core.variables[made.name] = made
    _record(core, who, "CreateVariable", "create variable", f"name: {made.name}")
    return made


def change(core: FakeCore, who: User, name: str, key: str, value: Any) -> Variable:
    """One part of a variable; a value that is the same leaves no update."""
    variable = held(core, name)
    if key == "value":
        check_value(value)
    before = getattr(variable, key)
    setattr(variable, key, value)
    if key == "value" and before != value:
        # Only the old value of a secret is hidden (semantics h.16).
        shown = "#" * len(str(before)) if variable.is_secret else before
        said = f"variable: '{name}'\nfrom: {red(str(shown))}\nto:   {value}"
        _record(core, who, "UpdateVariableValue", "Update Variable Value", said)
    return variable


def delete(core: FakeCore, who: User, name: str) -> Variable:
    """A variable ends."""
    variable = held(core, name)
    del core.variables[name]
    _record(core, who, "DeleteVariable", "Delete Variable", f"name: {name}")
    return variable


def _record(core: FakeCore, who: User, operation: str, stage: str, said: str) -> None:
    updates.record(core, who, operation, updates.SYSTEM, (stage, said))


@answers("read", "ListVariables")
def _list(core: FakeCore, who: User, p: Json) -> list[Json]:
    return [core.variables[name].as_json(who.admin) for name in sorted(core.variables)]


@answers("read", "GetVariable", "name:str")
def _get(core: FakeCore, who: User, p: Json) -> Json:
    return held(core, p["name"]).as_json(who.admin)


@answers("write", "CreateVariable", 'name:str value:str="" description:str="" is_secret:bool=false')
def _create(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 403, "Only Admins can create Variables")
    return create(core, who, p).as_json()


@answers("write", "UpdateVariableValue", "name:str value:str")
def _value(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 403, "Only Admins can update Variables")
    return change(core, who, p["name"], "value", p["value"]).as_json()


@answers("write", "UpdateVariableDescription", "name:str description:str")
def _description(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 403, "Only Admins can update Variables")
    return change(core, who, p["name"], "description", p["description"]).as_json()


@answers("write", "UpdateVariableIsSecret", "name:str is_secret:bool")
def _is_secret(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 403, "Only Admins can update Variables")
    return change(core, who, p["name"], "is_secret", p["is_secret"]).as_json()


@answers("write", "DeleteVariable", "name:str")
def _delete(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 403, "Only Admins can delete Variables")
    return delete(core, who, p["name"]).as_json()
