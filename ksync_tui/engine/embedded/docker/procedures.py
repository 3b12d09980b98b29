"""Procedures: stages one after the other, the executions of a stage at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ksync_tui.engine.embedded.docker.command import Log
from ksync_tui.engine.embedded.docker.execution_context import Find
from ksync_tui.engine.embedded.docker.executions import Names, describe, ensure_possible, targets
from ksync_tui.engine.embedded.docker.together import Failure, Task, together
from ksync_tui.errors import EngineError, KsyncError
from ksync_tui.model.kinds.executions import Execution
from ksync_tui.model.kinds.procedure import Procedure, ProcedureStage
from ksync_tui.model.resource import Target
from ksync_tui.system.cancellation import Stop

Execute = Callable[[Execution, Log], None]


def check(name: str, procedure: Procedure, find: Find, names: Names) -> None:
    """Looks through a procedure, and those it runs, before anything is run.

    Raises EngineError when they run each other in a cycle, when one does not exist, or when a pattern means nothing;
    NotPossibleError for an execution that only a Core can do.
    """
    live = [Target(kind, each) for kind in names for each in names[kind]]
    _walk(Target("procedure", name), procedure, (), find, live, set())


def _walk(
    target: Target, procedure: Procedure, above: tuple[Target, ...], find: Find, live: list[Target], seen: set[Target]
) -> None:
    if target in above:
        circle = " runs ".join(each.name for each in (*above[above.index(target) :], target))
        raise EngineError("procedures run each other in a cycle", where=str(target), why=circle)
    if target in seen:
        return
    seen.add(target)
    for execution in enabled(procedure):
        _ensure_possible(target, execution)
        for called in targets(execution, live):
            if called.kind == "procedure":
                _walk(called, _procedure(called, target, find), (*above, target), find, live, seen)


def _ensure_possible(target: Target, execution: Execution) -> None:
    try:
        ensure_possible(execution)
    except EngineError as error:
        raise type(error)(error.what, where=str(target), why=error.why, hint=error.hint) from error


def _procedure(called: Target, caller: Target, find: Find) -> Procedure:
    found = find(called)
    if not isinstance(found, Procedure):
        raise EngineError(f"the procedure '{called.name}' does not exist", where=str(caller), hint="Declare it first")
    return found


def enabled(procedure: Procedure) -> Iterator[Execution]:
    """The executions that a run of it carries out."""
    for stage in procedure.config.stages:
        if stage.enabled:
            yield from (each.execution for each in stage.executions if each.enabled)


def run(name: str, procedure: Procedure, execute: Execute, log: Log, stop: Stop) -> None:
    """Runs the stages in order; `execute` is called in a thread per execution of a stage.

    What is disabled is skipped, and said. An execution that fails lets the others of its stage finish; then EngineError
    names it, and no further stage runs.
    """
    stages = procedure.config.stages
    for number, stage in enumerate(stages, 1):
        title = f"stage {number}/{len(stages)} '{stage.name}'"
        if stop():
            raise EngineError(f"stopped before {title}", where=f"procedure/{name}")
        if not stage.enabled:
            log(f"{title}: skipped, it is disabled")
            continue
        number = len(stage.executions)
        log(f"{title}: {number} execution{'s' if number != 1 else ''}")
        _report(name, title, _run_stage(stage, execute, log))


def _run_stage(stage: ProcedureStage, execute: Execute, log: Log) -> list[Failure]:
    def task(execution: Execution) -> Task:
        return Task(describe(execution), lambda log: execute(execution, log))

    for each in stage.executions:
        if not each.enabled:
            log(f"{describe(each.execution)}: skipped, it is disabled")
    return together([task(each.execution) for each in stage.executions if each.enabled], log)


def _report(name: str, title: str, failures: list[Failure]) -> None:
    if not failures:
        return
    if len(failures) == 1:
        why: str | KsyncError = failures[0].error
    else:
        why = "; ".join(f"{failure.name}: {failure.error}" for failure in failures)
    names = ", ".join(failure.name for failure in failures)
    raise EngineError(f"{names} failed in {title}", where=f"procedure/{name}", why=str(why))
