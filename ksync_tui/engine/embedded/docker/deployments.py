"""Deployments as single containers: starting, replacing, acting on and taking down (semantics e.6)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Literal

from ksync_tui.engine.embedded.docker import ready
from ksync_tui.engine.embedded.docker.arguments import arguments, environment, texts
from ksync_tui.engine.embedded.docker.command import Call, CommandResult, run
from ksync_tui.engine.embedded.docker.containers import Container, containers_of, hint_for, how_to_adopt, last_words
from ksync_tui.engine.embedded.docker.execution_context import OWNER_LABEL, ExecutionContext
from ksync_tui.engine.embedded.docker.interpolate import unknown
from ksync_tui.engine.embedded.docker.paths import reported
from ksync_tui.engine.embedded.docker.registries import login
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.deployment import Deployment, DeploymentConfig
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target

Verb = Literal["start", "restart", "pause", "unpause", "stop", "destroy"]
ASIDE = "-ksync-old"
"""What the name of a container ends with while its successor is being tried."""


def container_name(name: str, deployment: Deployment) -> str:
    """The name of a deployment's container: `custom_name`, else its own, as Komodo normalises them (semantics e.5)."""
    return KINDS["deployment"].normalise(deployment.config.custom_name or name)


@dataclass(frozen=True, slots=True)
class DeploymentTarget:
    """Where a deployment's container stands: for which resource, by which name, at which site."""

    target: Target
    name: str
    config: DeploymentConfig
    execution: ExecutionContext
    former: str = ""
    """The name that the deployment had when it was deployed last, which its container's label still has."""

    def owns(self, container: Container) -> bool:
        """Whether ksync made a container for this deployment."""
        return container.owner in (str(self.target), str(Target("deployment", self.former)))

    def uncancellable(self) -> DeploymentTarget:
        """The same, going on when the run is stopped: for what must not be left half done."""
        return replace(self, execution=replace(self.execution, stop=lambda: False))

    def do(self, otherwise: str, *words: str) -> None:
        """Runs `docker WORDS`, however long it takes; `otherwise` is what failed when it fails."""
        self.sure(self.execution.quietly(*words, seconds=None), otherwise)

    def sure(self, done: CommandResult, what: str) -> CommandResult:
        """The same result, or EngineError with docker's last words when the command failed."""
        if done.code != 0:
            raise EngineError(what, where=str(self.target), why=last_words(done.last), hint=hint_for(done.last))
        return done


def _post(name: str, deployment: Deployment, execution: ExecutionContext, former: str = "") -> DeploymentTarget:
    target = Target("deployment", name)
    if deployment.config.swarm_id:
        why = "a swarm has many hosts, and this engine acts on one"
        raise NotPossibleError(
            "it runs on a swarm", where=str(target), why=why, hint="Apply it to a Komodo Core, or take `swarm` out"
        )
    return DeploymentTarget(target, container_name(name, deployment), deployment.config, execution, former)


def deploy(name: str, deployment: Deployment, execution: ExecutionContext, image: str, *, former: str = "") -> None:
    """Starts the container of a deployment from `image`, in the place of the one before, and waits until it runs.

    When it does not start, or the run is stopped, the container before it comes back as it was. Raises EngineError;
    a container of that name that ksync did not make for this deployment is refused, never touched. `former` is the
    name that it had when it was deployed last.
    """
    post = _post(name, deployment, execution, former)
    with _environment(post) as env_file:
        words = _words(post, image, f"/dev/fd/{env_file}")
        known = containers_of(execution)
        before = _before(post, known)
        with _or_back(post, before, known):
            _pull(post, image)
            aside = _set_aside(post, before) if before else None
            done = post.sure(execution.docker(*words, files=[env_file]), "the container does not start")
            ready.wait(execution, done.out.split()[-1:], post.target)
    if aside is not None:
        _drop(post, aside)
    execution.log(f"container {post.name} runs")


def rename(deployed: Deployment, new: str, execution: ExecutionContext) -> str:
    """Gives the container of a deployment the name that it has under a new name, while it runs; answers that name.

    Without a container there is nothing to do. Raises EngineError where another container has the name.
    """
    post = _post(deployed.name, deployed, execution)
    name = KINDS["deployment"].normalise(new)
    by_name = {container.name: container for container in containers_of(execution)}
    here, there = _own(post, by_name.get(post.name)), by_name.get(name)
    if here is None:
        return name
    if there is not None:
        why = f"a container of {there.owner} has it" if there.owner else "a container that ksync did not make has it"
        hint = f"Choose another name, or remove that one yourself: docker rm -f {name}"
        raise EngineError(f"the name {name} is in use", where=str(post.target), why=why, hint=hint)
    post.do(f"{here.name} cannot be renamed", "rename", here.id, name)
    execution.log(f"container {here.name} is {name} now")
    return name


@contextmanager
def _environment(post: DeploymentTarget) -> Iterator[int]:
    """An open file without a name that holds the environment: nobody else can read it, and nothing of it stays."""
    with _about(post):
        text = environment(post.config, post.execution.interpolate)
    with reported("the environment cannot be written", tempfile.gettempdir()):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
    with file:
        with reported("the environment cannot be written", tempfile.gettempdir()):
            file.write(text.encode())
            file.seek(0)
        yield file.fileno()


@contextmanager
def _about(post: DeploymentTarget) -> Iterator[None]:
    """Says of an error inside which deployment it is about."""
    try:
        yield
    except EngineError as error:
        raise EngineError(error.what, where=str(post.target), why=error.why, hint=error.hint) from error


def _words(post: DeploymentTarget, image: str, env_file: str) -> list[str]:
    """The words of `docker run`. They are logged with the names of variables, not with their values."""
    if not image or image.startswith("-"):
        raise EngineError("it has no image", where=str(post.target), hint="Set `image` in its config")
    labels = {OWNER_LABEL: str(post.target)}
    with _about(post):
        words = arguments(post.name, post.config, image, post.execution.interpolate, labels, env_file)
    with suppress(EngineError):  # whole lines may come from variables: then it makes no sense without them
        post.execution.log(" ".join(["docker", *arguments(post.name, post.config, image, str, labels)]))
    written = texts(post.config)
    for variable in unknown(written, post.execution.interpolate(written)):
        post.execution.log(f"no variable {variable}: [[{variable}]] stays as written")
    return words


def _before(post: DeploymentTarget, known: Sequence[Container]) -> Container | None:
    """The container that stands there, after mending what a run that broke off left behind."""
    by_name = {container.name: container for container in known}
    main, aside = (_own(post, by_name.get(name)) for name in (post.name, post.name + ASIDE))
    if aside is None:
        return main
    if main is not None:
        _drop(post, aside)
        return main
    post.execution.log(f"{aside.name} was left by an interrupted run: it is {post.name} again")
    post.do(f"{aside.name} cannot be renamed", "rename", aside.id, post.name)
    return replace(aside, name=post.name, state="running")


def _own(post: DeploymentTarget, container: Container | None) -> Container | None:
    """The container, when ksync made it for this deployment; any other is refused."""
    if container is None or post.owns(container):
        return container
    what, where = f"the name {container.name} is in use", str(post.target)
    hint = f"set another `custom_name`, or remove that one yourself: docker rm -f {container.name}"
    if container.owner:
        raise EngineError(what, where=where, why=f"a container of {container.owner} has it", hint=f"S{hint[1:]}")
    why = "a container that ksync did not make has it"
    raise EngineError(what, where=where, why=why, hint=f"{how_to_adopt(post.execution)}; else {hint}")


def _pull(post: DeploymentTarget, image: str) -> None:
    """Pulls the image. Where that fails the one that is there is used, as Komodo does; without one it is an error.

    What a build made without a registry is never asked for: another's image of that name would take its place.
    """
    registry = registry_of(image)
    if post.config.image.type == "Build" and registry is None:
        why = "it was built without a registry"
    else:
        login(registry or "docker.io", post.config.image_registry_account, post.execution)
        done = _pulling(image, post.execution)
        if done.code == 0:
            return
        why = last_words(done.last, 1)
    if post.execution.quietly("image", "inspect", "--format", "{{.Id}}", "--", image).code != 0:
        raise EngineError(f"image {image} is not on the host", where=str(post.target), why=f"not pulled: {why}")
    post.execution.log(f"{image} was not pulled ({why}): the one on the host is used")


def _pulling(image: str, execution: ExecutionContext) -> CommandResult:
    """Pulls with its progress in the log, and without its errors, which may not matter."""
    call = Call([*execution.host.docker, "pull", "--", image], None, execution.host.environment)
    return run(call, lambda line: None if line.startswith("Error") else execution.log(line), execution.stop)


def registry_of(image: str) -> str | None:
    """The domain that an image's name begins with; None where it names no registry, which is docker.io to Docker."""
    domain, slash, _ = image.partition("/")
    return domain if slash and (domain == "localhost" or "." in domain or ":" in domain) else None


@contextmanager
def _or_back(post: DeploymentTarget, before: Container | None, known: Sequence[Container]) -> Iterator[None]:
    """Brings back the container before when what is done inside fails or is interrupted, and says so."""
    uncancellable = post.uncancellable()
    try:
        yield
    except EngineError as error:
        outcome = _bring_back(uncancellable, before, known)
        hint = ". ".join(part for part in (error.hint, outcome) if part)
        raise EngineError(error.what, where=str(post.target), why=error.why, hint=hint) from error
    except BaseException:
        _bring_back(uncancellable, before, known)
        raise


def _bring_back(post: DeploymentTarget, before: Container | None, known: Sequence[Container]) -> str | None:
    """Removes what was started and puts back what was there; what came of it, for people."""
    try:
        now = containers_of(post.execution)
        old = {container.id for container in known}
        for container in now:
            if container.name == post.name and post.owns(container) and container.id not in old:
                post.do(f"{container.name} cannot be removed", "rm", "--force", container.id)
        if before is None:
            return None
        return _restored(post, before, next((container for container in now if container.id == before.id), None))
    except EngineError as error:
        return f"What was there before could not be brought back: {error}"


def _restored(post: DeploymentTarget, before: Container, now: Container | None) -> str:
    if now is None:
        return "The container before it removed itself when it was stopped"
    if now.name != before.name:
        post.do(f"{now.name} cannot be renamed", "rename", now.id, before.name)
    if not before.alive:
        return f"The container before it is there again, {before.state} as it was"
    if now.alive:
        return "The container before it still runs"
    post.do(f"{before.name} cannot be started again", "start", now.id)
    return "The container before it runs again"


def _set_aside(post: DeploymentTarget, before: Container) -> Container | None:
    """Stops a container and gives its name free; None when it was made to remove itself."""
    _stop(post, before)
    done = post.execution.quietly("rename", before.id, post.name + ASIDE, seconds=None)
    if done.code != 0 and all(container.id != before.id for container in containers_of(post.execution)):
        return None
    post.sure(done, f"{before.name} cannot be renamed")
    return replace(before, name=post.name + ASIDE)


def _stop(post: DeploymentTarget, container: Container) -> None:
    """Stops a container with the signal and the patience of its deployment where those are set, else with its own."""
    if not container.alive:
        return
    config, execution = post.config, post.execution
    words = ["-t", str(config.termination_timeout)] if "termination_timeout" in config.model_fields_set else []
    if "termination_signal" in config.model_fields_set:
        if not _knows_stop_signal(execution):
            _signal(post, container)
            words = ["-t", "0"]
        else:
            words += ["--signal", config.termination_signal]
    execution.log(f"stopping {container.name}")
    post.do(f"{container.name} cannot be stopped", "stop", *words, container.id)


def _knows_stop_signal(execution: ExecutionContext) -> bool:
    """Whether `docker stop` sends a signal of one's choice; before API 1.42 the choice is dropped without a word."""
    version = execution.quietly("version", "--format", "{{.Client.APIVersion}}").out.strip().split(".")
    return [int(part) for part in version if part.isdecimal()] >= [1, 42]


def _signal(post: DeploymentTarget, container: Container) -> None:
    """Sends the signal, and waits as long as the deployment wants for the process to end."""
    signal, patience = post.config.termination_signal, max(post.config.termination_timeout, 0)
    post.do(f"{container.name} cannot be sent {signal}", "kill", "--signal", signal, container.id)
    with suppress(EngineError):  # time is up
        post.execution.quietly("wait", container.id, seconds=patience)


def _drop(post: DeploymentTarget, container: Container) -> None:
    """Removes a container that is no longer needed; that it stays is no failure of what was done."""
    done = post.uncancellable().execution.quietly("rm", "--force", container.id, seconds=None)
    if done.code != 0:
        post.execution.log(f"{container.name} is still there: {last_words(done.last)}")


def take_down(name: str, deployment: Deployment, execution: ExecutionContext, *, volumes: bool = False) -> None:
    """Stops and removes the container of a deployment, with its anonymous volumes on request.

    Raises EngineError; one that ksync did not make is refused. Without any there is nothing to do.
    """
    post = _post(name, deployment, execution)
    known = containers_of(execution)
    found = [item for item in known if item.name in (post.name, post.name + ASIDE) and _own(post, item)]
    if not found:
        execution.log(f"no container {post.name}: nothing to take down")
    for item in found:
        _stop(post, item)
        post.do(f"{item.name} cannot be removed", "rm", *(["--volumes"] if volumes else []), item.id)
        execution.log(f"container {item.name} is removed")


def pull(name: str, deployment: Deployment, execution: ExecutionContext, image: str) -> None:
    """Pulls the image of a deployment. Raises EngineError when there is none afterwards."""
    _pull(_post(name, deployment, execution), image)


def act(verb: Verb, name: str, deployment: Deployment, execution: ExecutionContext) -> None:
    """Starts, stops, pauses... the container of a deployment. Raises EngineError when there is none of ksync's."""
    if verb == "destroy":
        take_down(name, deployment, execution)
        return
    post = _post(name, deployment, execution)
    found = [_own(post, container) for container in containers_of(execution) if container.name == post.name]
    if not found or found[0] is None:
        raise EngineError(f"no container {post.name}", where=str(post.target), hint="Deploy it first")
    if verb == "stop":
        _stop(post, found[0])
    else:
        execution.log(f"{verb} {post.name}")
        post.do(f"container {post.name}: {verb} failed", verb, found[0].id)
    if verb in ("start", "restart", "unpause"):
        ready.wait(execution, [post.name], post.target)
