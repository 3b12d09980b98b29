"""Procedures: stages in order, executions of a stage together, failures and circles."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ksync_tui.engine.embedded.docker import procedures
from ksync_tui.engine.embedded.docker.command import Log
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.executions import Execution
from ksync_tui.model.kinds.procedure import Procedure
from ksync_tui.model.resource import Target

TOGETHER = 20


def stage(name: str, *executions: dict[str, Any], enabled: bool = True) -> dict[str, Any]:
    return {"name": name, "enabled": enabled, "executions": list(executions)}


def does(type_: str, enabled: bool = True, **params: Any) -> dict[str, Any]:
    return {"execution": {"type": type_, "params": params}, "enabled": enabled}


def procedure(*stages: dict[str, Any], name: str = "p") -> Procedure:
    return Procedure.model_validate({"name": name, "config": {"stages": list(stages)}})


class Runs:
    """Runs procedures and keeps what happened."""

    def __init__(self, *failing: str) -> None:
        self.done: list[str] = []
        self.lines: list[str] = []
        self.failing = failing
        self.wait: Callable[[], object] = lambda: None

    def execute(self, execution: Execution, log: Log) -> None:
        name = getattr(execution.params, "stack", "")
        self.wait()
        log(f"doing {name}")
        self.done.append(name)
        if name in self.failing:
            raise EngineError("it broke", where=f"stack/{name}")

    def __call__(self, it: Procedure, stop: Callable[[], bool] = lambda: False) -> None:
        procedures.run(it.name, it, self.execute, self.lines.append, stop)


def deploy(stack: str, enabled: bool = True) -> dict[str, Any]:
    return does("DeployStack", enabled, stack=stack)


def test_stages_run_in_order() -> None:
    runs = Runs()
    runs(procedure(stage("one", deploy("a")), stage("two", deploy("b")), stage("three", deploy("c"))))
    assert runs.done == ["a", "b", "c"]


def test_executions_of_a_stage_run_at_the_same_time() -> None:
    runs = Runs()
    # Nobody passes before all are there.
    barrier = threading.Barrier(3, timeout=TOGETHER)
    runs.wait = barrier.wait
    runs(procedure(stage("one", deploy("a"), deploy("b"), deploy("c"))))
    assert sorted(runs.done) == ["a", "b", "c"]


def test_each_line_names_its_execution() -> None:
    runs = Runs()
    runs(procedure(stage("one", deploy("a"), deploy("b"))))
    assert {"DeployStack a: doing a", "DeployStack b: doing b"} <= set(runs.lines)
    assert runs.lines[0] == "stage 1/1 'one': 2 executions"


def test_what_is_disabled_is_skipped_and_said() -> None:
    runs = Runs()
    runs(procedure(stage("one", deploy("a", enabled=False), deploy("b")), stage("two", deploy("c"), enabled=False)))
    assert runs.done == ["b"]
    assert "DeployStack a: skipped, it is disabled" in runs.lines
    assert "stage 2/2 'two': skipped, it is disabled" in runs.lines


def test_a_failure_lets_its_stage_finish_and_stops_the_procedure() -> None:
    runs = Runs("a")
    with pytest.raises(EngineError) as caught:
        runs(procedure(stage("one", deploy("a"), deploy("b")), stage("two", deploy("c"))))
    assert sorted(runs.done) == ["a", "b"]
    assert str(caught.value) == "procedure/p: DeployStack a failed in stage 1/2 'one': stack/a: it broke"
    assert "DeployStack a: failed: stack/a: it broke" in runs.lines


def test_all_failures_are_named() -> None:
    with pytest.raises(EngineError, match=r"DeployStack a, DeployStack b failed .*stack/a: .*stack/b: "):
        Runs("a", "b")(procedure(stage("one", deploy("a"), deploy("b"))))


def test_a_stopped_procedure_begins_no_stage() -> None:
    runs = Runs()
    with pytest.raises(EngineError, match="stopped before stage 1/1"):
        runs(procedure(stage("one", deploy("a"))), lambda: True)
    assert not runs.done


def test_an_empty_procedure_is_done() -> None:
    Runs()(procedure())
    Runs()(procedure(stage("one")))


def check(*all_of_them: Procedure) -> None:
    by_name = {Target("procedure", each.name): each for each in all_of_them}
    names = {"procedure": [each.name for each in all_of_them]}
    procedures.check(all_of_them[0].name, all_of_them[0], by_name.get, names)


def calls(name: str, *others: str, enabled: bool = True) -> Procedure:
    executions = (does("RunProcedure", enabled, procedure=other) for other in others)
    return procedure(stage("all", *executions), name=name)


def test_procedures_may_share_others() -> None:
    check(calls("a", "b", "c"), calls("b", "d"), calls("c", "d"), calls("d"))


@pytest.mark.parametrize(
    ("them", "circle"),
    [
        ([calls("a", "a")], "a runs a"),
        ([calls("a", "b"), calls("b", "c"), calls("c", "b")], "b runs c runs b"),
        ([procedure(stage("all", does("BatchRunProcedure", pattern="*")), name="a")], "a runs a"),
    ],
)
def test_procedures_that_run_each_other_are_refused(them: list[Procedure], circle: str) -> None:
    with pytest.raises(EngineError, match=f"in a cycle: {circle}"):
        check(*them)


def test_a_disabled_call_makes_no_circle() -> None:
    check(calls("a", "a", enabled=False))


def test_a_missing_procedure_is_found_before_anything_runs() -> None:
    with pytest.raises(EngineError, match="the procedure 'gone' does not exist"):
        check(calls("a", "gone"))


def test_what_only_a_core_can_do_is_found_before_anything_runs() -> None:
    inner = procedure(stage("one", does("RunAction", action="x")), name="inner")
    with pytest.raises(NotPossibleError, match=r"procedure/inner: RunAction .* Komodo Core"):
        check(calls("outer", "inner"), inner)
    check(procedure(stage("one", does("RunAction", enabled=False, action="x"))))


def test_a_pattern_that_means_nothing_is_found_before_anything_runs() -> None:
    with pytest.raises(EngineError, match="means nothing"):
        check(procedure(stage("one", does("BatchDeploy", pattern="\\"))))
