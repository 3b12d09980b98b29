"""Executions by pattern and by name: whom they mean, what they call, what they refuse."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.engine.embedded.docker import executions
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model import patterns
from ksync_tui.model.kinds.executions import EXECUTIONS, Execution
from ksync_tui.model.resource import Target

NAMES = {
    "stack": ["web", "web-db", "api"],
    "deployment": ["web"],
    "build": ["app"],
    "repo": ["code"],
    "procedure": ["nightly"],
    "resource_sync": ["infra"],
}
LIVE = [Target(kind, name) for kind, names in NAMES.items() for name in names]


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("web", "web", True),
        ("web", "web-db", False),
        ("web", "Web", False),
        ("web*", "web-db", True),
        ("*", "", True),
        ("w?b", "web", True),
        ("w?b", "wb", False),
        ("a?", "aé", False),
        ("a??", "aé", True),
        (r"w\*b", "w*b", True),
        (r"w\*b", "weeb", False),
        (r"a\\b", r"a\b", True),
        (r"\^web\ ", "web-db", True),
        (r"\db$\ ", "web-db", True),
        (r"\é.\ ", "aéb", True),
        ("api, web", "web", True),
        ("api\n# all\nweb* # said", "web-db", True),
        ("", "web", False),
        ("a.c", "abc", False),
        ("a[bc]", "ab", False),
    ],
)
def test_patterns(pattern: str, name: str, matches: bool) -> None:
    assert patterns.matches(pattern, name) is matches


@pytest.mark.parametrize("pattern", ["\\", "\\\\", r"\(\ ", r"a\b", "a\\", "web, \\"])
def test_a_pattern_that_means_nothing_says_so(pattern: str) -> None:
    with pytest.raises(EngineError, match="means nothing"):
        patterns.matches(pattern, "web")


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_pattern_crashes(pattern: str, name: str) -> None:
    with suppress(EngineError):
        patterns.matches(pattern, name)


@given(st.text(st.characters(exclude_characters="\n\r,#", exclude_categories=["Cs", "Cc", "Z"]), min_size=1))
def test_a_name_with_its_special_characters_escaped_matches_itself(name: str) -> None:
    escaped = "".join(f"\\{each}" if each in "*?\\" else each for each in f"x{name}x")
    assert patterns.matches(escaped, f"x{name}x")


class Told:
    """A doer that writes down what it is told."""

    def __init__(self, *failing: str) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._failing = failing
        self._lock = threading.Lock()

    def __getattr__(self, call: str) -> Any:
        def note(*given: Any) -> None:
            *words, log = given
            with self._lock:
                self.calls.append((call, *(word for word in words if isinstance(word, str | list))))
            log(f"{call} said")
            if any(word in self._failing for word in words if isinstance(word, str)):
                raise EngineError("it broke", where=str(words[0]))

        return note


def carry_out(execution: Execution, handler: Told, names: dict[str, list[str]] | None = None) -> list[str]:
    lines: list[str] = []
    executions.carry_out(execution, handler, NAMES if names is None else names, lines.append, lambda: False)
    return lines


@pytest.mark.parametrize(
    ("type_", "params", "call"),
    [
        ("DeployStack", {"stack": "web"}, ("deploy_stack", "web", [])),
        ("DeployStack", {"stack": "web", "services": ["a"]}, ("deploy_stack", "web", ["a"])),
        ("DeployStackIfChanged", {"stack": "web"}, ("deploy_stack_if_changed", "web")),
        ("PullStack", {"stack": "web"}, ("act_on_stack", "pull", "web", [])),
        ("StopStack", {"stack": "web", "services": ["a"]}, ("act_on_stack", "stop", "web", ["a"])),
        ("DestroyStack", {"stack": "web"}, ("act_on_stack", "destroy", "web", [])),
        ("RunStackService", {"stack": "web", "service": "a"}, ("run_service", "web")),
        ("Deploy", {"deployment": "web"}, ("deploy", "web")),
        ("UnpauseDeployment", {"deployment": "web"}, ("act_on_deployment", "unpause", "web")),
        ("DestroyDeployment", {"deployment": "web"}, ("act_on_deployment", "destroy", "web")),
        ("RestartContainer", {"server": "box", "container": "c"}, ("act_on_container", "restart", "box", "c")),
        ("StopAllContainers", {"server": "box"}, ("act_on_all_containers", "stop", "box")),
        ("DeleteVolume", {"server": "box", "name": "v"}, ("delete", "volume", "box", "v")),
        ("RunBuild", {"build": "app"}, ("build", "app")),
        ("CloneRepo", {"repo": "code"}, ("clone_repo", "code")),
        ("PullRepo", {"repo": "code"}, ("pull_repo", "code")),
        ("RunProcedure", {"procedure": "nightly"}, ("run_procedure", "nightly")),
    ],
)
def test_an_execution_is_one_call(type_: str, params: dict[str, Any], call: tuple[Any, ...]) -> None:
    handler = Told()
    carry_out(Execution.of(type_, **params), handler)
    assert handler.calls == [call]


@pytest.mark.parametrize(
    ("type_", "pattern", "calls"),
    [
        ("BatchDeployStack", "web*", [("deploy_stack", "web", []), ("deploy_stack", "web-db", [])]),
        ("BatchDeployStackIfChanged", "api", [("deploy_stack_if_changed", "api")]),
        ("BatchDestroyStack", r"\^a\ ", [("act_on_stack", "destroy", "api", [])]),
        ("BatchDeploy", "*", [("deploy", "web")]),
        ("BatchRunBuild", "*", [("build", "app")]),
        ("BatchPullRepo", "c*", [("pull_repo", "code")]),
        ("BatchRunProcedure", "nightly", [("run_procedure", "nightly")]),
    ],
)
def test_a_batch_is_a_call_for_each_match(type_: str, pattern: str, calls: list[tuple[Any, ...]]) -> None:
    handler = Told()
    carry_out(Execution.of(type_, pattern=pattern), handler)
    assert sorted(handler.calls) == calls


def test_a_batch_that_matches_nothing_says_so() -> None:
    handler = Told()
    assert carry_out(Execution.of("BatchDeploy", pattern="nope*"), handler) == ["BatchDeploy nope*: nothing matches"]
    assert not handler.calls


def test_a_failure_in_a_batch_lets_the_others_finish() -> None:
    handler = Told("web")
    with pytest.raises(EngineError, match=r"1 of 3 failed: web: it broke"):
        carry_out(Execution.of("BatchDeployStack", pattern="*"), handler)
    assert len(handler.calls) == 3


def test_what_does_not_exist_is_not_called() -> None:
    handler = Told()
    with pytest.raises(EngineError, match="stack/gone: it does not exist"):
        carry_out(Execution.of("DeployStack", stack="gone"), handler)
    assert not handler.calls


def test_nothing_and_a_pause_do_nothing() -> None:
    handler = Told()
    carry_out(Execution.of("None"), handler)
    carry_out(Execution.of("Sleep", duration_ms=1), handler)
    assert not handler.calls


def test_a_pause_can_be_stopped() -> None:
    execution = Execution.of("Sleep", duration_ms=10**9)
    with pytest.raises(EngineError, match="stopped"):
        executions.carry_out(execution, Told(), NAMES, print, lambda: True)


@pytest.mark.parametrize("type_", EXECUTIONS)
def test_every_execution_is_done_or_refused_with_a_reason(type_: str) -> None:
    execution = Execution.model_construct(type=type_, params=EXECUTIONS[type_].model_construct())
    why = executions.why_not(execution)
    if why is None:
        assert type_ == "Sleep" or type_.removeprefix("Batch") in executions.HANDLERS
        return
    assert type_ not in executions.HANDLERS
    with pytest.raises(NotPossibleError) as caught:
        carry_out(execution, Told())
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("type_", "says"),
    [
        ("RunAction", "Komodo Core"),
        ("BatchRunAction", "Komodo Core"),
        ("UpdateSwarmNode", "Komodo Core"),
        ("BackupCoreDatabase", "Komodo Core"),
        ("RotateAllServerKeys", "Komodo Core"),
        ("PruneSystem", "prune"),
        ("CancelBuild", "watch it"),
        ("RunSync", "ksync apply"),
        ("CommitSync", "ksync commit"),
    ],
)
def test_why_an_execution_is_refused(type_: str, says: str) -> None:
    execution = Execution.model_construct(type=type_, params=EXECUTIONS[type_].model_construct())
    assert says in (executions.why_not(execution) or "")


@pytest.mark.parametrize(
    ("type_", "params", "targets"),
    [
        ("DeployStack", {"stack": "web"}, ["stack/web"]),
        ("DeployStack", {"stack": "gone"}, ["stack/gone"]),
        ("BatchDeployStack", {"pattern": "web*"}, ["stack/web", "stack/web-db"]),
        ("StopContainer", {"server": "box", "container": "c"}, ["server/box"]),
        ("RunSync", {"sync": "infra"}, ["resource_sync/infra"]),
        ("Sleep", {"duration_ms": 5}, []),
        ("None", {}, []),
    ],
)
def test_whom_an_execution_is_about(type_: str, params: dict[str, Any], targets: list[str]) -> None:
    assert [str(each) for each in executions.targets(Execution.of(type_, **params), LIVE)] == targets


@pytest.mark.parametrize(
    ("type_", "params", "words"),
    [
        ("DeployStack", {"stack": "web"}, "DeployStack web"),
        ("BatchDeploy", {"pattern": "a\nb"}, "BatchDeploy a b"),
        ("Sleep", {"duration_ms": 5}, "Sleep 5 ms"),
        ("None", {}, "None"),
        ("StopContainer", {"server": "box", "container": "c"}, "StopContainer box c"),
    ],
)
def test_an_execution_in_a_few_words(type_: str, params: dict[str, Any], words: str) -> None:
    assert executions.describe(Execution.of(type_, **params)) == words
