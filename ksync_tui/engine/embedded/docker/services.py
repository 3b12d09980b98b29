"""A command in a new container of a stack's service (`RunStackService`)."""

from __future__ import annotations

from ksync_tui.engine.embedded.docker import stacks_compose, stacks_record
from ksync_tui.engine.embedded.docker.containers import hint_for, last_words
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.executions import RunService


def words(params: RunService) -> list[str]:
    """The words after `compose run`: without a terminal; the container goes with its command, unless detached."""
    flags = ["-d"] if params.detach else ["--rm"]
    switches = (("--no-deps", params.no_deps), ("--service-ports", params.service_ports))
    valued = (("--workdir", params.workdir), ("--user", params.user), ("--entrypoint", params.entrypoint))
    return [
        *("-T", *flags),
        *(flag for flag, wanted in switches if wanted),
        *(word for flag, value in valued if value for word in (flag, value)),
        *(word for key, value in (params.env or {}).items() for word in ("-e", f"{key}={value}")),
        *("--", params.service, *(params.command or ())),
    ]


def run(name: str, params: RunService, execution: ExecutionContext) -> None:
    """Runs the command in the stack as it was deployed last; its output is logged.

    Raises EngineError when the stack is not deployed by ksync, or the command fails.
    """
    where = f"stack/{name}"
    resolved = stacks_record.resolved(name, execution.state)
    if resolved is None:
        raise EngineError("no command can run in it", where=where, why="it is not deployed", hint="Deploy it first")
    compose = stacks_compose.recorded(stacks_record.load(name, execution.state).project, resolved, execution)
    steps = (("pull", [params.service]), ("run", words(params))) if params.pull else (("run", words(params)),)
    for subcommand, rest in steps:
        done = compose.run(subcommand, *rest)
        if done.code != 0:
            what = f"compose {subcommand} of service '{params.service}' failed"
            raise EngineError(what, where=where, why=last_words(done.last), hint=hint_for(done.last))
