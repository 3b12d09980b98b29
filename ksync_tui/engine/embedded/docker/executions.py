"""What each of the executions does here: on which resources, by which call, or why only a Komodo Core can do it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from ksync_tui.engine.embedded.docker.command import Log
from ksync_tui.engine.embedded.docker.together import Task, together
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.executions import Execution, RunService
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.patterns import pieces
from ksync_tui.model.resource import Target
from ksync_tui.system.cancellation import Stop

Verb = Literal["pull", "start", "restart", "pause", "unpause", "stop", "destroy"]
Thing = Literal["network", "image", "volume"]
AT_ONCE = 8
"""How many of a batch are carried out at the same time."""
_LOOK = 0.2


class ExecutionHandler(Protocol):
    """Who carries out single executions. Each call returns when it is done, or raises EngineError.

    `params` are the execution's own: a stop signal, a time, whether orphans go.
    """

    def deploy_stack(self, name: str, services: Sequence[str], log: Log) -> None:
        """Deploys a stack, or some of its services."""

    def deploy_stack_if_changed(self, name: str, log: Log) -> None:
        """Deploys a stack whose files are not what was deployed."""

    def act_on_stack(self, verb: Verb, name: str, services: Sequence[str], params: Table, log: Log) -> None:
        """Pulls, starts, ... or destroys a stack, or some of its services."""

    def run_service(self, name: str, params: RunService, log: Log) -> None:
        """Runs a command in a new container of a stack's service."""

    def deploy(self, name: str, params: Table, log: Log) -> None:
        """Deploys a deployment."""

    def act_on_deployment(self, verb: Verb, name: str, params: Table, log: Log) -> None:
        """Pulls, starts, ... or destroys a deployment."""

    def act_on_container(self, verb: Verb, server: str, container: str, params: Table, log: Log) -> None:
        """Starts, ... or destroys any container of a server; only one that ksync made is destroyed."""

    def act_on_all_containers(self, verb: Verb, server: str, log: Log) -> None:
        """Starts, ... or stops all containers of a server."""

    def delete(self, thing: Thing, server: str, name: str, log: Log) -> None:
        """Deletes a network, image or volume of a server."""

    def build(self, name: str, log: Log) -> None:
        """Runs a build."""

    def clone_repo(self, name: str, log: Log) -> None:
        """Clones a repo anew."""

    def pull_repo(self, name: str, log: Log) -> None:
        """Brings a repo up to date."""

    def run_procedure(self, name: str, log: Log) -> None:
        """Runs a procedure."""


Names = Mapping[str, Iterable[str]]
"""The names of live resources by kind."""
Handler = Callable[[Any, ExecutionHandler, Log], None]

_VERBS: tuple[Verb, ...] = ("pull", "start", "restart", "pause", "unpause", "stop", "destroy")
_ON_CONTAINERS = _VERBS[1:]
_ON_ALL: tuple[Verb, ...] = ("start", "restart", "pause", "unpause", "stop")
_THINGS: tuple[Thing, ...] = ("network", "image", "volume")


def _stack(verb: Verb) -> Handler:
    return lambda params, handler, log: handler.act_on_stack(verb, params.stack, params.services, params, log)


def _deployment(verb: Verb) -> Handler:
    return lambda params, handler, log: handler.act_on_deployment(verb, params.deployment, params, log)


def _container(verb: Verb) -> Handler:
    return lambda params, handler, log: handler.act_on_container(verb, params.server, params.container, params, log)


def _all_containers(verb: Verb) -> Handler:
    return lambda params, handler, log: handler.act_on_all_containers(verb, params.server, log)


def _delete(thing: Thing) -> Handler:
    return lambda params, handler, log: handler.delete(thing, params.server, params.name, log)


HANDLERS: dict[str, Handler] = {
    "None": lambda _params, _doer, _log: None,
    "DeployStack": lambda params, handler, log: handler.deploy_stack(params.stack, params.services, log),
    "DeployStackIfChanged": lambda params, handler, log: handler.deploy_stack_if_changed(params.stack, log),
    "RunStackService": lambda params, handler, log: handler.run_service(params.stack, params, log),
    "Deploy": lambda params, handler, log: handler.deploy(params.deployment, params, log),
    "RunBuild": lambda params, handler, log: handler.build(params.build, log),
    "CloneRepo": lambda params, handler, log: handler.clone_repo(params.repo, log),
    "PullRepo": lambda params, handler, log: handler.pull_repo(params.repo, log),
    "RunProcedure": lambda params, handler, log: handler.run_procedure(params.procedure, log),
    **{f"{verb.title()}Stack": _stack(verb) for verb in _VERBS},
    **{f"{verb.title()}Deployment": _deployment(verb) for verb in _VERBS},
    **{f"{verb.title()}Container": _container(verb) for verb in _ON_CONTAINERS},
    **{f"{verb.title()}AllContainers": _all_containers(verb) for verb in _ON_ALL},
    **{f"Delete{thing.title()}": _delete(thing) for thing in _THINGS},
}
"""How the executions on one resource are carried out; `Sleep` and the batches are `carry_out`'s own."""

_NEEDS_CORE = "it covers many hosts and needs a Komodo Core"
_PRUNES = "it would remove what others keep on the host: run docker's own `prune` there"
_OTHER_REASONS = {
    "CancelBuild": "stop a run where you watch it",
    "CancelRepoBuild": "stop a run where you watch it",
    "CancelProcedure": "stop a run where you watch it",
    "RunAction": "actions are scripts that run inside a Komodo Core",
    "BatchRunAction": "actions are scripts that run inside a Komodo Core",
    "RunSync": "a sync is applied by a person who has seen its plan: `ksync apply --sync NAME`",
    "CommitSync": "a commit is made by a person who has seen it: `ksync commit --sync NAME`",
}


def is_batch(execution: Execution) -> bool:
    """Whether an execution names its resources by pattern."""
    return execution.type.startswith("Batch")


def why_not(execution: Execution) -> str | None:
    """Why an execution cannot be carried out here, or None."""
    single = execution.type.removeprefix("Batch")
    if single in HANDLERS or execution.type == "Sleep":
        return None
    if execution.type.startswith("Prune"):
        return _PRUNES
    return _OTHER_REASONS.get(execution.type, _NEEDS_CORE)


def ensure_possible(execution: Execution) -> None:
    """Raises NotPossibleError when an execution cannot be carried out here."""
    why = why_not(execution)
    if why is not None:
        hint = "Use `--engine core` for it" if "Komodo Core" in why else None
        raise NotPossibleError(f"{execution.type} is not possible here", why=why, hint=hint)


def targets(execution: Execution, live: Iterable[Target]) -> list[Target]:
    """The resources an execution is about: the one it names, or those whose name its pattern matches, in order.

    A named one need not be live. Raises EngineError for a pattern that means nothing.
    """
    field = _subject(type(execution.params))
    if field is None:
        return []
    text = getattr(execution.params, field.name)
    if field.pattern is None:
        return [Target(field.ref or "", text)] if text else []
    meant = pieces(text)
    return sorted(
        target for target in live if target.kind == field.pattern and any(piece(target.name) for piece in meant)
    )


def describe(execution: Execution) -> str:
    """An execution in a few words: `DeployStack web`, `BatchDeploy web-*`, `Sleep 500 ms`."""
    if execution.type == "Sleep":
        return f"Sleep {getattr(execution.params, 'duration_ms', 0)} ms"
    words = (getattr(execution.params, name, "") for name in _NAMING)
    field = _subject(type(execution.params))
    subject = getattr(execution.params, field.name) if field else ""
    return " ".join(filter(None, (execution.type, *_flat(subject), *words)))


_NAMING = ("container", "name", "service")


def _flat(subject: Any) -> list[str]:
    return [" ".join(subject.split())] if isinstance(subject, str) else list(subject)


def _subject(params: type[Table]) -> FieldSchema | None:
    return next((field for field in schema(params) if field.ref or field.pattern), None)


def singles(execution: Execution, live: Iterable[Target]) -> list[Execution]:
    """A batch as executions on one resource each; any other as itself. Raises EngineError for a bad pattern."""
    if not is_batch(execution):
        return [execution]
    single = execution.type.removeprefix("Batch")
    return [Execution.of(single, **{target.kind: target.name}) for target in targets(execution, live)]


def carry_out(execution: Execution, handler: ExecutionHandler, names: Names, log: Log, stop: Stop) -> None:
    """Carries out one execution; those of a batch at the same time.

    Raises NotPossibleError for what only a Core can do; EngineError when it fails, or names what does not exist.
    """
    ensure_possible(execution)
    if execution.type == "Sleep":
        _sleep(execution, stop)
    elif is_batch(execution):
        _batch(execution, handler, names, log, stop)
    else:
        for target in targets(execution, ()):
            _ensure_there(target, names)
        HANDLERS[execution.type](execution.params, handler, log)


def _ensure_there(target: Target, names: Names) -> None:
    # A server need not be declared: real files name servers made by hand elsewhere (architecture rule 3).
    if target.kind != "server" and target.name not in set(names.get(target.kind, ())):
        raise EngineError("it does not exist", where=str(target), hint="Declare it, or correct the name")


def _batch(execution: Execution, handler: ExecutionHandler, names: Names, log: Log, stop: Stop) -> None:
    live = [Target(kind, name) for kind in names for name in names[kind]]
    each = singles(execution, live)
    if not each:
        log(f"{describe(execution)}: nothing matches")

    def task(single: Execution) -> Task:
        return Task(describe(single), lambda log: carry_out(single, handler, names, log, stop))

    failures = together([task(single) for single in each], log, AT_ONCE)
    if failures:
        raise EngineError(f"{len(failures)} of {len(each)} failed", why="; ".join(str(each.error) for each in failures))


def _sleep(execution: Execution, stop: Stop) -> None:
    until = time.monotonic() + max(getattr(execution.params, "duration_ms", 0), 0) / 1000
    while (left := until - time.monotonic()) > 0:
        if stop():
            raise EngineError("the sleep was stopped")
        time.sleep(min(left, _LOOK))
