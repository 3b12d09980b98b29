"""A stack's compose project on its host: its containers, whose they are, and whether they run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ksync_tui.engine.embedded.docker import ready
from ksync_tui.engine.embedded.docker.command import CommandResult
from ksync_tui.engine.embedded.docker.containers import Container, containers_of, hint_for, how_to_adopt, last_words
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.stacks_record import Record
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target

_LOG_LINES = 5
_MOST = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A stack that something is done to: `project` is the compose project, `record` what was known when it began."""

    name: str
    stack: Stack
    execution: ExecutionContext
    project: str
    record: Record

    @property
    def target(self) -> Target:
        """The stack."""
        return Target("stack", self.name)

    @property
    def label(self) -> str:
        """What its containers are labelled with: as they are while the project stays, or all would be made anew."""
        same = self.record.project == self.project
        return self.record.owner if same and self.record.owner else str(self.target)

    @property
    def owners(self) -> Collection[str]:
        """What the labels of its own containers may say: a renamed stack's still say the old name."""
        return {str(self.target), self.record.owner} - {""}

    def containers(self, project: str | None = None) -> list[Container]:
        """The containers of a project, its own one by default, without those of `compose run`. Raises EngineError."""
        wanted = project or self.project
        found = containers_of(self.execution)
        return [item for item in found if item.project == wanted and not item.one_off]

    def ensure_ours(self, project: str | None = None) -> list[Container]:
        """The containers of a project. Raises EngineError when it has one that ksync did not make for this stack."""
        found = self.containers(project)
        foreign = [item for item in found if item.owner not in self.owners]
        if not foreign:
            return found
        names = ", ".join(one.name for one in foreign[:_MOST])
        made_for = foreign[0].owner
        raise EngineError(
            f"the compose project '{project or self.project}' is not this stack's",
            where=str(self.target),
            why=f"it has {names}, made {f'for {made_for}' if made_for else 'without ksync'}",
            hint="Set another project_name, or take that project down by hand"
            if made_for
            else f"{how_to_adopt(self.execution)}; else set another project_name, or take that project down by hand",
        )

    def failed(self, what: str, done: CommandResult, outcome: str | None = None) -> EngineError:
        """The error for a command that failed, with its last lines, what stopped services wrote, and what became."""
        why = last_words(done.last)
        stopped = [
            container
            for container in self.containers()
            if container.owner in self.owners and container.state != "running"
        ]
        said = [text for one in stopped[:_MOST] if (text := self._log_of(one))]
        return EngineError(
            what, where=str(self.target), why="; ".join([why, *said]), hint=outcome or hint_for(done.last)
        )

    def _log_of(self, container: Container) -> str | None:
        lines = self.execution.quietly("logs", "--tail", str(_LOG_LINES), "--", container.id).last
        words = last_words(lines, _LOG_LINES) if any(line.strip() for line in lines) else None
        return f"{container.service} wrote: {words}" if words else None

    def wait(self, services: Sequence[str]) -> None:
        """Returns when the containers of these services run, ignored ones left out. Raises EngineError."""
        wanted = set(services) - set(self.stack.config.ignore_services)
        ready.wait(
            self.execution,
            [container.id for container in self.containers() if container.service in wanted],
            self.target,
        )

    def gone_wrong(self) -> bool:
        """Whether a service failed for good, rather than being slow to start."""
        found = [
            container for container in self.containers() if container.service not in self.stack.config.ignore_services
        ]
        stopped = [item.id for item in found if item.state == "exited"]
        if any(item.state in ("restarting", "dead") or item.health == "unhealthy" for item in found):
            return True
        if not stopped:
            return False
        codes = self.execution.quietly("inspect", "--format", "{{.State.ExitCode}}", "--", *stopped).out.split()
        return any(code != "0" for code in codes)
