"""Bringing a stack up: the steps of a deploy in Komodo's order (semantics e.7), and back when it fails.

A pull that fails counts only when an image is not there already. Compose has no way back of its own: a deploy that
fails after the project was touched brings up again what compose had resolved for the one before, from ksync's record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ksync_tui.engine.embedded.docker import files, shell, stacks_compose, stacks_record
from ksync_tui.engine.embedded.docker.command import CommandResult
from ksync_tui.engine.embedded.docker.containers import Container, last_words
from ksync_tui.engine.embedded.docker.stacks_changes import config_effects
from ksync_tui.engine.embedded.docker.stacks_compose import Compose
from ksync_tui.engine.embedded.docker.stacks_project import Job
from ksync_tui.engine.embedded.docker.stacks_record import Record
from ksync_tui.errors import EngineError

_SET_ASIDE = re.compile(r"[0-9a-f]{12}_(.+)")


@dataclass(frozen=True, slots=True)
class _Planned:
    """What compose made of the files: its command, all services, the project resolved; `before` was there already."""

    compose: Compose
    services: list[str]
    resolved: str
    before: list[Container]


def up(job: Job, wanted: Sequence[str], deployed: Mapping[str, str]) -> dict[str, str]:
    """Deploys a stack, or some of its services; gives the contents it was deployed with. Raises EngineError."""
    before = job.ensure_ours() + (job.ensure_ours(old) if (old := _old_project(job)) else [])
    place = fetched(job)
    shell.run(job.stack.config.pre_deploy, place.folder, job.execution, "pre_deploy")
    now = files.contents(job.name, job.stack, job.execution) or {}
    plan = _planned(job, files.laid(job.stack.config, place), wanted, before)
    _images(job, plan, wanted)
    _clear(job, plan.compose, wanted)
    _up(job, plan, wanted)
    _apply_config_files(job, plan, deployed, now)
    _settle(job, plan, list(wanted) or plan.services)
    made = Record(job.project, job.label, stacks_record.load(job.name, job.execution.state).written)
    stacks_record.save_resolved(job.name, job.execution.state, plan.resolved)
    stacks_record.save(job.name, job.execution.state, made)
    shell.run(job.stack.config.post_deploy, place.folder, job.execution, "post_deploy")
    return now


def fetched(job: Job) -> files.StackLocation:
    """The files brought; those that were written are recorded, also when bringing them fails half-way."""
    written = dict(job.record.written)
    try:
        return files.fetch(job.name, job.stack, job.execution, written)
    finally:
        record = Record(job.record.project, job.record.owner, written)
        stacks_record.save(job.name, job.execution.state, record)


def _planned(job: Job, laid: files.WrittenStack, wanted: Sequence[str], before: list[Container]) -> _Planned:
    """Asks compose what the files mean, then labels what they have: the services are not known before."""
    config, made = job.stack.config, stacks_record.folder(job.name, job.execution.state)
    bare = stacks_compose.of(config, job.project, laid, made, job.execution)
    services = _asked(job, bare, "config", "--services").out.split()
    ensure_known(wanted, services)
    unlabelled = _unlabelled(job, bare, before)
    labelled = [service for service in services if service not in unlabelled]
    labels = stacks_record.write(made / "owner.json", stacks_compose.override(labelled, job.label))
    compose = stacks_compose.of(config, job.project, laid, made, job.execution, labels)
    return _Planned(compose, services, _asked(job, compose, "config").out, before)


def resolved(job: Job, compose: Compose) -> str:
    """The project as compose resolves its files. Raises EngineError where it cannot use them."""
    return _asked(job, compose, "config").out


def changed_services(job: Job, bare: Compose, found: Sequence[Container] | None = None) -> list[str]:
    """The services of containers, all of the project by default, that are no longer as the files say.

    Raises EngineError where compose cannot use the files.
    """
    hashes = stacks_compose.hashes(_asked(job, bare, "config", "--hash", "*").out)
    looked_at = job.containers() if found is None else found
    return sorted({one.service for one in looked_at if hashes.get(one.service) != one.config_hash})


def _unlabelled(job: Job, bare: Compose, before: Sequence[Container]) -> set[str]:
    """The services whose containers were taken over and still are as the files say: a label would make them anew."""
    adopted = [container for container in before if container.id in job.execution.adopted]
    moved = changed_services(job, bare, adopted) if adopted else []
    return {one.service for one in adopted}.difference(moved)


def ensure_known(wanted: Sequence[str], services: Sequence[str]) -> None:
    """Raises EngineError when a service is asked for that is not among those there are."""
    unknown = sorted(set(wanted) - set(services))
    if unknown:
        raise EngineError(f"it has no service {', '.join(unknown)}", hint=f"It has {', '.join(services)}")


def _asked(job: Job, compose: Compose, *words: str) -> CommandResult:
    return _sure(job, compose.ask(*words), "compose cannot use its files")


def _images(job: Job, plan: _Planned, wanted: Sequence[str]) -> None:
    config = job.stack.config
    if config.run_build:
        done = plan.compose.run("build", extra=config.build_extra_args, services=wanted)
        _sure(job, done, "compose could not build its images")
    if config.auto_pull:
        done = plan.compose.run("pull", services=wanted)
        missing = _missing(job, plan) if done.code != 0 else []
        if missing:
            hint = "Check the image's name, the network, and `docker login`"
            raise job.failed(f"the image {missing[0]} is not there and cannot be pulled", done, hint)
        if done.code != 0:
            job.execution.log("the pull failed; every image is there already, so the deploy goes on")


def _missing(job: Job, plan: _Planned) -> list[str]:
    images = stacks_compose.to_pull(plan.resolved)
    return [
        image for image in images if job.execution.quietly("image", "inspect", "--format", "-", "--", image).code != 0
    ]


def _clear(job: Job, compose: Compose, wanted: Sequence[str]) -> None:
    """Takes down what went up before, where the config wants that, or where the project had another name."""
    known = stacks_record.resolved(job.name, job.execution.state)
    if (old := _old_project(job)) and known:
        earlier = stacks_compose.recorded(old, known, job.execution)
        _sure(job, earlier.run("down"), f"the project '{old}' it had before could not be taken down")
    elif job.stack.config.destroy_before_deploy:
        _sure(job, remove(compose, wanted), "what ran before could not be taken down")


def _old_project(job: Job) -> str:
    """The project it had at the last deploy, where that had another name."""
    return job.record.project if job.record.project != job.project else ""


def remove(compose: Compose, services: Sequence[str]) -> CommandResult:
    """Removes the containers of a project; of some services only by `rm`, which both compose commands have."""
    return compose.run("rm", "--stop", "--force", services=services) if services else compose.run("down")


def _up(job: Job, plan: _Planned, wanted: Sequence[str]) -> None:
    done = plan.compose.run("up", "-d", extra=job.stack.config.extra_args, services=wanted)
    if done.code != 0:
        raise job.failed("compose could not bring it up", done, _back(job, plan))


def _settle(job: Job, plan: _Planned, services: Sequence[str]) -> None:
    try:
        job.wait(services)
    except EngineError as error:
        if not job.execution.stop() and job.gone_wrong():
            raise error.with_context(hint=_back(job, plan)) from error
        raise


def _back(job: Job, plan: _Planned) -> str | None:
    """Brings up again what was up before; tells how that went, or nothing where nothing was up.

    A wrapped command has values that only its wrapper knows, so there is nothing complete to go back to.
    """
    known = stacks_record.resolved(job.name, job.execution.state)
    if known is None or not plan.before:
        return None
    if job.stack.config.compose_cmd_wrapper:
        return "What ran before was not brought back: only compose_cmd_wrapper knows its values"
    job.execution.log("bringing back what was deployed before")
    added = {container.service for container in job.containers()} - {item.service for item in plan.before}
    if job.project != job.record.project:
        plan.compose.run("down")
    elif added:
        remove(plan.compose, sorted(added))
    done = stacks_compose.recorded(job.record.project, known, job.execution).run("up", "-d")
    if done.code != 0:
        return f"What ran before could not be brought back either: {last_words(done.last)}"
    _own_names(job)
    return "What was deployed before was brought up again"


def _own_names(job: Job) -> None:
    """The legacy command, failing halfway, leaves `ID_NAME` as the name of the container that it was replacing."""
    for container in job.containers(job.record.project):
        if found := _SET_ASIDE.fullmatch(container.name):
            job.execution.quietly("rename", container.id, found[1])


def _apply_config_files(job: Job, plan: _Planned, deployed: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Recreates or restarts services whose config files changed, where `up` saw no reason to."""
    before = {item.id for item in plan.before}
    for effect in config_effects(deployed, now, job.stack):
        named = set(effect.services or plan.services)
        same = sorted(
            {
                container.service
                for container in job.containers()
                if container.id in before and container.service in named
            }
        )
        if not same:
            continue
        if effect.verb == "restart":
            done = plan.compose.run("restart", services=same)
        else:
            done = plan.compose.run("up", "-d", "--force-recreate", "--no-deps", services=same)
        _sure(job, done, f"services with changed config files could not {effect.verb}")


def _sure(job: Job, done: CommandResult, what: str) -> CommandResult:
    if done.code != 0:
        raise job.failed(what, done)
    return done
