"""Builds, repos and procedures carried out, and every execution that a procedure may hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ksync_tui.engine.base import Log
from ksync_tui.engine.embedded.deploying import Deploying
from ksync_tui.engine.embedded.docker import builds, containers, deployments, procedures, repos, services, stacks
from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.executions import Thing, Verb, carry_out
from ksync_tui.engine.embedded.host_resolver import HostResolver
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.build import Build
from ksync_tui.model.kinds.deployment import Deployment
from ksync_tui.model.kinds.fields import Table
from ksync_tui.model.kinds.procedure import Procedure
from ksync_tui.model.kinds.repo import Repo
from ksync_tui.model.kinds.server import Server
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target, redeploy_digest
from ksync_tui.state.resources import ResourceStore
from ksync_tui.system.cancellation import Stop

if TYPE_CHECKING:
    from ksync_tui.model.kinds.executions import Execution, RunService, RunSync

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Running:
    """Carries out single executions; implements `docker.executions.Doer`."""

    store: ResourceStore
    resolver: HostResolver
    deploying: Deploying
    stop: Stop

    def run(self, target: Target, log: Log) -> None:
        """Runs a build, pulls a repo or runs a procedure. Raises EngineError."""
        ways: dict[str, Callable[[str, Log], None]] = {
            "build": self.build, "repo": self.pull_repo, "procedure": self.run_procedure
        }  # fmt: skip
        ways[target.kind](target.name, log)

    # ------------------------------------------------ stacks and deployments

    def deploy_stack(self, name: str, services: Sequence[str], log: Log) -> None:
        """See `ExecutionHandler.deploy_stack`; where only some services were deployed, its deploy stays pending."""
        target = Target("stack", name)
        if not services:
            self.deploying.deploy(target, log, self.stop)
            return
        stack = self._live(target, Stack)
        files = self.store.deployed_files(target)
        stack, _ = self.deploying.keeping_project(target, stack)
        stacks.deploy(name, stack, self.resolver.of(target, stack, log, self.stop), services=services, deployed=files)

    def deploy_stack_if_changed(self, name: str, log: Log) -> None:
        """See `ExecutionHandler.deploy_stack_if_changed`."""
        target = Target("stack", name)
        stack = self._live(target, Stack)
        record = self.store.deployed(target)
        if record is None or record.redeploy_digest != redeploy_digest(stack):
            self.deploying.deploy(target, log, self.stop)
            return
        execution = self.resolver.of(target, stack, log, self.stop)
        kept, known_as = self.deploying.keeping_project(target, stack)
        files = stacks.deploy_if_changed(name, kept, execution, deployed=self.store.deployed_files(target))
        if files is None:
            log("nothing has changed since it was deployed")
        else:
            self.store.record_deployed(target, stack, None, files, known_as)

    def act_on_stack(self, verb: Verb, name: str, services: Sequence[str], params: Table, log: Log) -> None:
        """See `ExecutionHandler.act_on_stack`."""
        del params
        stack, execution = self._deployed(Target("stack", name), Stack, log)
        stacks.act(verb, name, stack, execution, services)

    def run_service(self, name: str, params: RunService, log: Log) -> None:
        """See `ExecutionHandler.run_service`."""
        services.run(name, params, self._deployed(Target("stack", name), Stack, log)[1])

    def deploy(self, name: str, params: Table, log: Log) -> None:
        """See `ExecutionHandler.deploy`."""
        del params
        self.deploying.deploy(Target("deployment", name), log, self.stop)

    def act_on_deployment(self, verb: Verb, name: str, params: Table, log: Log) -> None:
        """See `ExecutionHandler.act_on_deployment`."""
        target = Target("deployment", name)
        deployment, execution = self._deployed(target, Deployment, log)
        if verb == "pull":
            deployments.pull(deployment.name, deployment, execution, self.deploying.image(target, deployment)[0])
            return
        chosen = {
            "termination_signal": getattr(params, "signal", None),
            "termination_timeout": getattr(params, "time", None),
        }
        config = deployment.config.model_copy(
            update={name: value for name, value in chosen.items() if value is not None}
        )
        deployments.act(verb, deployment.name, deployment.model_copy(update={"config": config}), execution)

    # ------------------------------------------------ whatever is on a server

    def act_on_container(self, verb: Verb, server: str, container: str, params: Table, log: Log) -> None:
        """See `ExecutionHandler.act_on_container`."""
        execution = self._on(server, log)
        where = Target("server", server)
        if verb == "destroy":
            self._refuse_foreign(execution, container, where)
        words = [*_stopping(params), "--", container]
        if verb in ("stop", "destroy"):
            execution.sure(execution.docker("stop", *words), f"container {container} was not stopped", where)
        if verb == "destroy":
            execution.sure(execution.docker("rm", "--", container), f"container {container} was not removed", where)
        elif verb != "stop":
            execution.sure(execution.docker(verb, "--", container), f"{verb} of container {container} failed", where)

    def _refuse_foreign(self, execution: ExecutionContext, name: str, where: Target) -> None:
        known = (container for container in containers.containers_of(execution) if container.name == name)
        if any(item.owner for item in known):
            return
        why = f"ksync did not make container {name}"
        raise EngineError("nothing was removed", where=str(where), why=why, hint="Remove it by hand")

    def act_on_all_containers(self, verb: Verb, server: str, log: Log) -> None:
        """See `ExecutionHandler.act_on_all_containers`."""
        execution = self._on(server, log)
        ids = [container.id for container in containers.containers_of(execution) if _takes(verb, container.state)]
        if ids:
            execution.sure(execution.docker(verb, *ids), f"{verb} failed", Target("server", server))

    def delete(self, thing: Thing, server: str, name: str, log: Log) -> None:
        """See `ExecutionHandler.delete`."""
        done = self._on(server, log).docker(thing, "rm", "--", name)
        self._on(server, log).sure(done, f"{thing} {name} was not deleted", Target("server", server))

    # ------------------------------------------- builds, repos and procedures

    def build(self, name: str, log: Log) -> None:
        """See `ExecutionHandler.build`; what it made is remembered, and its version counted up (semantics e.8)."""
        target = Target("build", name)
        build = self._live(target, Build)
        made = builds.build(name, build, self.resolver.at(self._builder(target, build), build, log, self.stop))
        now = self._live(target, Build)
        counted = now.model_copy(update={"config": now.config.model_copy(update={"version": made.version})})
        self.store.record_built(target, counted, made.version, made.hash)

    def _builder(self, target: Target, build: Build) -> DockerHost:
        """The first Docker host that its builder's servers have. Raises NotPossibleError where none has one."""
        servers = builds.servers(target.name, build, self.store.get)
        mapped = filter(None, (self.resolver.host(server, self.store.get) for server in servers))
        host = next(mapped, None)
        if host is None:
            why = f"no Docker host is mapped to {', '.join(servers)}"
            hint = f"Map one under [hosts] in {self.resolver.config}"
            raise NotPossibleError("nothing was built", where=str(target), why=why, hint=hint)
        return host

    def clone_repo(self, name: str, log: Log) -> None:
        """See `ExecutionHandler.clone_repo`."""
        repo, execution = self._repo(name, log)
        log(f"at {repos.clone(name, repo, execution).hash}")

    def pull_repo(self, name: str, log: Log) -> None:
        """See `ExecutionHandler.pull_repo`."""
        repo, execution = self._repo(name, log)
        log(f"at {repos.pull(name, repo, execution).hash}")

    def _repo(self, name: str, log: Log) -> tuple[Repo, ExecutionContext]:
        """A repo is kept in ksync's own folder, so that its server matters only to the commands run after a pull."""
        repo = self._live(Target("repo", name), Repo)
        host = self.resolver.host(repo.config.server_id, self.store.get) if repo.config.server_id else None
        return repo, self.resolver.at(host or DockerHost(""), repo, log, self.stop)

    def run_procedure(self, name: str, log: Log) -> None:
        """See `ExecutionHandler.run_procedure`. All of it is looked through before anything is done."""
        procedure = self._live(Target("procedure", name), Procedure)
        names = self._names()
        procedures.check(name, procedure, self.store.get, names)

        def execute(execution: Execution, log: Log) -> None:
            carry_out(execution, self, names, log, self.stop)

        procedures.run(name, procedure, execute, log, self.stop)

    def run_sync(self, name: str, params: RunSync, log: Log) -> None:
        """Not done: a sync is applied by a person who has seen its plan."""
        del params, log
        hint = f"`ksync apply --sync {name}` does it"
        raise NotPossibleError("a procedure does not apply a sync", where=f"resource_sync/{name}", hint=hint)

    # ----------------------------------------------------------- looking up

    def _live(self, target: Target, kind: type[R]) -> R:
        found = self.store.get(target)
        if not isinstance(found, kind):
            raise EngineError("it does not exist", where=str(target), hint="Declare it and apply it first")
        return found

    def _deployed(self, target: Target, kind: type[R], log: Log) -> tuple[R, ExecutionContext]:
        """A resource as it was deployed last, else as it is, and where that is."""
        found = self.store.deployed_resource(target)
        resource = found if isinstance(found, kind) else self._live(target, kind)
        return resource, self.resolver.of(target, resource, log, self.stop)

    def _on(self, server: str, log: Log) -> ExecutionContext:
        host = self.resolver.host(server, self.store.get)
        if host is None:
            hint = f"Map it under [hosts] in {self.resolver.config}"
            raise NotPossibleError("no Docker host stands for it", where=f"server/{server}", hint=hint)
        return self.resolver.at(host, self.store.get(Target("server", server)) or Server(name=server), log, self.stop)

    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for target in self.store.snapshot().live:
            names.setdefault(target.kind, []).append(target.name)
        return names


def _stopping(params: Table) -> list[str]:
    """How a container is asked to stop, as flags of `docker stop`."""
    signal, seconds = getattr(params, "signal", None), getattr(params, "time", None)
    return [*(["--signal", signal] if signal else []), *(["--time", str(seconds)] if seconds is not None else [])]


def _takes(verb: Verb, state: str) -> bool:
    """Whether a verb on all containers is meant for one in this state."""
    if verb == "start":
        return state in ("exited", "created")
    return state == ("paused" if verb == "unpause" else "running")
