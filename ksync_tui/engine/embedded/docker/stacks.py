"""Stacks as compose projects: deploy, take down, and what is done to their services (semantics e.7).

Every service gets ksync's label by a generated last `-f` file. A project of that name with containers that have no such
label, or another resource's, is never touched. The commands `pre_deploy` and `post_deploy` run on this machine.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ksync_tui.engine.embedded.docker import files, stacks_compose, stacks_record, stacks_up
from ksync_tui.engine.embedded.docker.command import CommandResult
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.paths import folder_of, reported
from ksync_tui.engine.embedded.docker.stacks_changes import Changed, changed
from ksync_tui.engine.embedded.docker.stacks_compose import Compose
from ksync_tui.engine.embedded.docker.stacks_project import Job
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target

__all__ = [
    "Changed",
    "Verb",
    "act",
    "changed",
    "changed_services",
    "contents",
    "deploy",
    "deploy_if_changed",
    "project_name",
    "renamed",
    "take_down",
    "take_over",
]

Verb = Literal["pull", "start", "restart", "pause", "unpause", "stop", "destroy"]
_COMES_UP = ("start", "restart", "unpause")


def project_name(name: str, stack: Stack) -> str:
    """The compose project of a stack: its `project_name`, else its own name, as compose takes it."""
    return KINDS["stack"].normalise(stack.config.project_name or name)


def deploy(
    name: str,
    stack: Stack,
    execution: ExecutionContext,
    *,
    services: Sequence[str] = (),
    deployed: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Brings a stack up, or some of its services, and returns when they run; gives the contents deployed, by path.

    `deployed` is what the last deploy gave: config files that changed since recreate or restart what they name.
    Raises EngineError; what was deployed before is brought up again where that is possible.
    """
    with _job(name, stack, execution) as job:
        return stacks_up.up(job, services, deployed or {})


def take_over(name: str, stack: Stack, execution: ExecutionContext) -> dict[str, str]:
    """Remembers a project that is up as what was deployed of a stack; nothing is made anew or restarted.

    Gives the contents of its files. Raises EngineError where compose cannot use them.
    """
    with _job(name, stack, execution) as job:
        now = files.contents(name, stack, execution) or {}
        stacks_record.save_resolved(name, execution.state, stacks_up.resolved(job, _from_files(job)))
        stacks_record.save(name, execution.state, stacks_record.Record(job.project, str(job.target)))
        return now


def changed_services(name: str, stack: Stack, execution: ExecutionContext) -> list[str]:
    """The services of a project that is up that a deploy would make anew: their files say something else by now.

    Raises EngineError where compose cannot use the files.
    """
    with _job(name, stack, execution) as job:
        return stacks_up.changed_services(job, _from_files(job))


def deploy_if_changed(
    name: str, stack: Stack, execution: ExecutionContext, *, deployed: Mapping[str, str]
) -> dict[str, str] | None:
    """Brings the files and does what their changes ask for; gives the contents now deployed, None where none asks.

    A stack of which nothing is known is deployed. Raises EngineError.
    """
    with _job(name, stack, execution) as job:
        stacks_up.fetched(job)
        now = files.contents(name, stack, job.execution) or {}
    found = changed(deployed, now, stack)
    if deployed and found.verb is None:
        return None
    if found.verb == "restart":
        act("restart", name, stack, execution, found.services)
        return now
    return deploy(name, stack, execution, services=found.services, deployed=deployed)


def contents(name: str, stack: Stack, execution: ExecutionContext) -> dict[str, str] | None:
    """What the tracked files say now, by path; None where that is not known without a network. Raises EngineError.

    A digest stands for env and config files, which may hold secrets.
    """
    with _about(Target("stack", name)):
        return files.contents(name, stack, execution)


def take_down(name: str, stack: Stack, execution: ExecutionContext, *, volumes: bool = False) -> None:
    """Removes the containers and networks of a stack, its volumes where asked; its files stay. Raises EngineError."""
    with _job(name, stack, execution) as job:
        job = _as_deployed(job)
        if not job.ensure_ours() and not volumes:
            execution.log(f"the compose project '{job.project}' has no containers")
        _sure(job, "take down", _compose(job).run("down", "--remove-orphans", *(["--volumes"] if volumes else [])))
        stacks_record.forget(name, execution.state)


def act(verb: Verb, name: str, stack: Stack, execution: ExecutionContext, services: Sequence[str] = ()) -> None:
    """Does something to all or some services of a stack as it was deployed last. Raises EngineError.

    `pull` gets the images of its files as they are now; `destroy` removes containers.
    """
    with _job(name, stack, execution) as job:
        if verb == "pull":
            stacks_up.fetched(job)
            _sure(job, verb, _from_files(job).run("pull", services=services))
            return
        job = _as_deployed(job)
        found = job.ensure_ours()
        if verb == "destroy":
            _sure(job, verb, stacks_up.remove(_compose(job), services))
            return
        if not found:
            raise EngineError(f"nothing to {verb}", why="it is not deployed", hint="Deploy it first")
        stacks_up.ensure_known(services, sorted({item.service for item in found}))
        _sure(job, verb, _compose(job).run(verb, services=services))
        if verb in _COMES_UP:
            job.wait(services or [item.service for item in found])


def _sure(job: Job, verb: str, done: CommandResult) -> None:
    if done.code != 0:
        raise job.failed(f"compose could not {verb} it", done)


def renamed(old: str, new: str, state: Path) -> None:
    """Moves what ksync keeps of a stack, and the files it made for it, to its new name. Raises EngineError.

    Its containers stay as they are; whoever deploys it anew says which project that is.
    """
    for kind in ("project", "stack"):
        here, there = folder_of(kind, old, state), folder_of(kind, new, state)
        with reported("the stack's folder cannot be renamed", here):
            if here.exists() and not there.exists():
                here.rename(there)


def _compose(job: Job) -> Compose:
    """The compose command of what was deployed last, else of the files as they are now."""
    known = stacks_record.resolved(job.name, job.execution.state)
    return stacks_compose.recorded(job.project, known, job.execution) if known else _from_files(job)


def _from_files(job: Job) -> Compose:
    config = job.stack.config
    place = files.place_of(job.name, job.stack, job.execution)
    made = stacks_record.folder(job.name, job.execution.state)
    return stacks_compose.of(config, job.project, files.laid(config, place), made, job.execution)


def _as_deployed(job: Job) -> Job:
    return dataclasses.replace(job, project=job.record.project or job.project)


@contextmanager
def _job(name: str, stack: Stack, execution: ExecutionContext) -> Iterator[Job]:
    """One stack at a time; errors say which. Raises NotPossibleError for a swarm's."""
    target = Target("stack", name)
    if stack.config.swarm_id:
        raise NotPossibleError(
            "a stack on a swarm is not deployed by ksync itself",
            where=str(target),
            hint="Take `swarm` out, or apply it to a Komodo Core",
        )
    if stack.config.skip_secret_interp:
        execution = dataclasses.replace(execution, interpolate=str)
    with _about(target), execution.alone_in(stacks_record.folder(name, execution.state)):
        yield Job(name, stack, execution, project_name(name, stack), stacks_record.load(name, execution.state))


@contextmanager
def _about(target: Target) -> Iterator[None]:
    try:
        yield
    except EngineError as error:
        raise error.with_context(where=error.where or str(target)) from error
