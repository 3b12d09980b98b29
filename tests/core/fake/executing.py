"""Executions: answered at once with an update in progress, carried out after (semantics a.8, b.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.core.fake import updates
from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import RefusedError, failed, formatted
from tests.core.fake.patterns import matching
from tests.core.fake.permissions import allowed, find, visible
from tests.core.fake.schema import Field, executions
from tests.core.fake.state import Resource, User
from tests.core.fake.states import reachable

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

Effect = Callable[["FakeCore", User, Resource | None, Json, Json], None]
"""What an execution does: the core, who, the target, its params, its update."""


class NeverEndsError(Exception):
    """An execution that goes round until Core restarts (semantics h.3)."""


EFFECTS: dict[str, Effect] = {}
_PARALLEL = ("RunAction", "CancelAction", "CancelBuild", "CancelProcedure", "CancelRepoBuild")


def does(*names: str) -> Callable[[Effect], Effect]:
    """Register what some executions do."""

    def register(effect: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(names, effect))
        return effect

    return register


@dataclass
class Task:
    """An execution under way."""

    type: str
    update: Json
    who: User
    resource: Resource | None
    params: Json
    polls: int
    started: bool = False

    @property
    def id(self) -> str:
        """The id of its update."""
        return str(self.update["_id"]["$oid"])


class Tasks:
    """What runs behind the answers."""

    def __init__(self, core: FakeCore) -> None:
        self._core = core
        self._open: list[Task] = []

    def add(self, task: Task) -> None:
        """Start with the next tick."""
        self._open.append(task)

    def begin(self) -> None:
        """Start what waits."""
        for task in [task for task in self._open if not task.started]:
            if not self._begin(task):
                self._open.remove(task)

    def tick(self) -> None:
        """Start what waits, end what is due; what this starts is due as well."""
        self.begin()
        while due := [task for task in self._open if task.started and task.polls <= 0]:
            with self.under_way(due[0]):
                carry_out(self._core, due[0])
            self.begin()

    def looked_at(self, update_id: str) -> None:
        """Somebody polled an update: it gets on by one step."""
        for task in [task for task in self._open if task.id == update_id]:
            task.polls -= 1
            if task.polls > 0:
                updates.add_log(self._core, task.update, "Progress", f"{task.polls} to go")
                updates.tell(self._core, task.update)
        self.tick()

    def run_on(self, resource_id: str) -> bool:
        """Whether one that excludes others is at a resource."""
        return any(
            task.started and task.resource is not None and task.resource.id == resource_id
            for task in self._open
            if task.type not in _PARALLEL
        )

    def on(self, resource_id: str) -> list[str]:
        """The updates of what runs on a resource."""
        return [task.id for task in self._open if task.resource is not None and task.resource.id == resource_id]

    @contextmanager
    def under_way(self, task: Task) -> Iterator[None]:
        """Its resource is busy meanwhile."""
        self._open = [*(other for other in self._open if other is not task), task]
        task.started = True
        try:
            yield
        finally:
            self._open = [other for other in self._open if other is not task]

    def drop(self) -> None:
        """Core stops: nobody ends them."""
        self._open.clear()

    def _begin(self, task: Task) -> bool:
        try:
            check(self._core, task)
        except RefusedError as refused:
            fail(self._core, task.update, refused)
            return False
        task.started = True
        updates.tell(self._core, task.update)
        return True


def check(core: FakeCore, task: Task) -> None:
    """Permission, then whether somebody else is at it."""
    if task.resource is None:
        return
    allowed(core, task.who, task.resource.title, task.resource.id, "Execute")
    if task.type not in _PARALLEL:
        core.check_free(task.resource)
    if task.resource.title in ("Stack", "Deployment", "Repo"):
        _check_server(core, task.resource)


def _check_server(core: FakeCore, resource: Resource) -> None:
    if not resource.config["server_id"]:
        raise failed(f"{resource.title} has no Server or Swarm configured")
    if not reachable(core, resource.config["server_id"]):
        raise failed("Cannot send command when Server is unreachable or disabled")


def fail(core: FakeCore, update: Json, refused: RefusedError) -> None:
    """An error inside an execution ends its update."""
    updates.add_log(core, update, "Task Error", stderr=formatted(refused.error, refused.trace), success=False)
    updates.complete(core, update)


def carry_out(core: FakeCore, task: Task) -> None:
    """Do it and complete the update."""
    effect = EFFECTS.get(task.type, _just_says)
    try:
        effect(core, task.who, task.resource, task.params, task.update)
    except NeverEndsError:
        core.held[task.resource.id if task.resource else ""] = task.id
        return
    except RefusedError as refused:
        fail(core, task.update, refused)
        return
    updates.complete(core, task.update)


def _just_says(core: FakeCore, who: User, resource: Resource | None, params: Json, update: Json) -> None:
    updates.add_log(core, update, update["operation"])


def _ref(fields: tuple[Field, ...]) -> Field | None:
    return next((field for field in fields if field.ref), None)


def operation(name: str, params: Json) -> str:
    """The operation of an update: not always the name of the execution."""
    if name == "DeployStackIfChanged":
        return "DeployStack"
    return f"{name}Service" if name.endswith("Stack") and params.get("services") else name


def start(core: FakeCore, who: User, name: str, params: Json) -> Task:
    """A new execution; raises only for an unknown target."""
    ref = _ref(executions()[name])
    resource = find(core, ref.ref, params[ref.name]) if ref else None
    target = resource.target if resource else updates.SYSTEM
    update = updates.start(core, who.id, operation(name, params), target)
    title = resource.kind.header if resource else ""
    return Task(name, update, who, resource, params, core.polls.get(name, core.polls.get(title, 0)))


def attempt(core: FakeCore, who: User, name: str, target: str) -> Json:
    """A deploy inside a sync: an error is raised, and leaves its update in progress (semantics h.22)."""
    ref = _ref(executions()[name])
    assert ref is not None
    blank = {field.name: deepcopy(field.default) for field in executions()[name]}
    task = start(core, who, name, {**blank, ref.name: target})
    check(core, task)
    updates.tell(core, task.update)
    with core.tasks.under_way(task):
        EFFECTS[name](core, who, task.resource, task.params, task.update)
    updates.complete(core, task.update)
    return task.update


def now(core: FakeCore, who: User, name: str, params: Json) -> Json:
    """An execution inside another one: over when this returns."""
    task = start(core, who, name, params)
    try:
        check(core, task)
    except RefusedError as refused:
        fail(core, task.update, refused)
        return task.update
    updates.tell(core, task.update)
    with core.tasks.under_way(task):
        carry_out(core, task)
    return task.update


def _single(core: FakeCore, who: User, name: str, params: Json) -> Json:
    if name == "DeployStackIfChanged":
        return _if_changed(core, who, params)
    task = start(core, who, name, params)
    core.tasks.add(task)
    return deepcopy(task.update)


def _if_changed(core: FakeCore, who: User, params: Json) -> Json:
    """The answer has no id: there may be no update at all, or another one later (semantics a.8)."""
    resource = find(core, "Stack", params["stack"])
    answer = core.updates.pop(updates.start(core, who.id, "DeployStack", resource.target)["_id"]["$oid"])
    if files_changed(resource):
        core.tasks.add(start(core, who, "DeployStack", {**params, "services": []}))
    return {key: held for key, held in answer.items() if key != "_id"}


def files_changed(resource: Resource) -> bool:
    """Whether a stack was never deployed, or of other files than are there now; a text in the config never differs."""
    deployed, remote = (_texts(resource.info[key]) for key in ("deployed_contents", "remote_contents"))
    return deployed is None or (remote is not None and deployed != remote)


def _texts(files: list[Json] | None) -> dict[str, str] | None:
    return files and {file["path"]: file["contents"] for file in files}


def batch_targets(core: FakeCore, who: User, name: str, params: Json) -> tuple[str, Field, list[Resource]]:
    """What a batch runs, the param that names each target, and the targets."""
    single = name.removeprefix("Batch")
    ref = _ref(executions()[single])
    if ref is None:
        raise failed(f"{name} has no targets")
    found = visible(core, who, ref.ref)
    return single, ref, [resource for resource in found if matching(params["pattern"], resource.name)]


def _register(name: str, fields: tuple[Field, ...]) -> None:
    if name == "CommitSync":
        return
    if name.startswith("Batch"):

        @answers("execute", name, fields)
        def _batch(core: FakeCore, who: User, p: Json) -> list[Json]:
            single, ref, found = batch_targets(core, who, name, p)
            blank = {field.name: deepcopy(field.default) for field in executions()[single]}
            return [
                {"status": "Ok", "data": _single(core, who, single, {**blank, ref.name: resource.id})}
                for resource in found
            ]

        return

    @answers("execute", name, fields)
    def _one(core: FakeCore, who: User, p: Json) -> Json:
        return _single(core, who, name, p)


for _name, _fields in executions().items():
    _register(_name, _fields)
