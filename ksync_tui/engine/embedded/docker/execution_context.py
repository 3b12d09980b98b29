"""What carrying something out on a Docker host needs to know and to reach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ksync_tui.engine.embedded.docker.command import Call, CommandResult, DockerHost, Log, run
from ksync_tui.engine.embedded.docker.paths import reported
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Target
from ksync_tui.system.cancellation import Stop
from ksync_tui.system.lock import LockStoppedError, locked

OWNER_LABEL = "dev.ksync.owner"
"""On every container that ksync makes: the kind and name of its resource. One without it is never removed."""

Find = Callable[[Target], Resource | None]
Interpolate = Callable[[str], str]
"""Puts variables and secrets in the place of `[[NAME]]` (semantics e.1). Raises EngineError."""


@dataclass(frozen=True, slots=True)
class ExecutionContext:
    """One resource about to be carried out: on which host, with which files, values, and who hears of it.

    `state` is ksync's state folder (`stacks/NAME`, `repos/NAME`, `builds/NAME` below it hold the files). `log` takes
    output whose secrets are replaced later, before it is kept or shown. `stop` tells whether to give up. `adopted` has
    the resource that owns a container by the container's id, where ksync took it over without its label.
    """

    host: DockerHost
    state: Path
    find: Find
    interpolate: Interpolate
    log: Log
    stop: Stop
    adopted: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def alone_in(self, folder: Path) -> Iterator[None]:
        """Waits until nobody else works in `folder`, which need not exist. Raises EngineError when stopped."""
        name = blake2b(str(folder).encode(), digest_size=12).hexdigest()
        with ExitStack() as stack:
            try:
                with reported("the folder's lock cannot be made", self.state / "locks"):
                    stack.enter_context(locked(self.state / "locks" / name, stop=self.stop))
            except LockStoppedError:
                raise EngineError("stopped while waiting for another run", where=str(folder)) from None
            yield

    def docker(self, *words: str, files: Collection[int] = ()) -> CommandResult:
        """Runs `docker WORDS` against the host, its output logged; it may read `files` as `/dev/fd/N`.

        `context.docker("pull", "nginx:1")`. An exit code other than 0 is no error here. Raises EngineError when docker
        is not installed, or the run was stopped.
        """
        call = Call([*self.host.docker, *words], environment=self.host.environment, files=files)
        return run(call, self.log, self.stop)

    def quietly(self, *words: str, seconds: float | None = 30) -> CommandResult:
        """The same without logging: for looking."""
        return run(Call([*self.host.docker, *words], None, self.host.environment, seconds), stop=self.stop)

    def sure(self, done: CommandResult, what: str, where: Target, hint: str | None = None) -> CommandResult:
        """The same result, or EngineError with the last lines when the command failed."""
        if done.code != 0:
            why = "; ".join(line for line in done.last[-5:] if line.strip()) or f"exit code {done.code}"
            raise EngineError(what, where=str(where), why=why, hint=hint)
        return done
