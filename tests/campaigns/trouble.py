"""A Core that fails at any request: nothing is done twice, nothing is called done that is not, the next run ends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from hypothesis import strategies as st

from ksync_tui.engine.core import client, deploying, polling, writing
from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.model.events import RunRecord
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import SourceFile, fingerprint
from ksync_tui.planner.plan import Planner
from ksync_tui.run.runner import run
from ksync_tui.services.home import open_home
from ksync_tui.source.reader import Reader
from ksync_tui.state.journal import Journal
from tests.campaigns.harness import Campaign, Check
from tests.contract.engines import opened as connected
from tests.core.fake import FakeCore

LAB = SyncOptions("lab", delete=True)
LIVE = """
[[server]]
name = "edge"
config.enabled = true
[[stack]]
name = "web"
[stack.config]
server = "edge"
environment = "A = 1"
file_contents = "services: {}"
[[stack]]
name = "old"
[[variable]]
name = "GONE"
value = "1"
[[variable]]
name = "KEPT"
value = "1"
"""
DECLARED = """
[[server]]
name = "edge"
config.enabled = true
[[stack]]
name = "web"
deploy = true
tags = ["new"]
[stack.config]
server = "edge"
environment = "A = 2"
file_contents = "services: {}"
[[stack]]
name = "api"
deploy = true
after = ["web"]
[stack.config]
server = "edge"
file_contents = "services: {}"
[[variable]]
name = "KEPT"
value = "2"
[[variable]]
name = "MADE"
value = "1"
"""
REQUESTS = (
    "*", "UpdateStack", "UpdateResourceMeta", "CreateStack", "DeleteStack", "DeployStack", "CreateVariable",
    "UpdateVariableValue", "DeleteVariable", "CreateTag", "GetUpdate", "ListUpdates", "GetStack", "ListFullStacks",
    "ListFullServers", "ListVariables", "GetVariable", "ListStacks", "ListTags", "/version", "GetServer",
)  # fmt: skip
HARMS = ("cut", "unconnected", "lose", "half", "429", "500", "502", "503", "busy", "html", "more fields", "restart")
PAUSES: tuple[tuple[Any, str, Any], ...] = (
    (client, "RETRY_SECONDS", (0.0, 0.0)), (polling, "POLL_SECONDS", 0.0), (polling, "WATCHED_POLL_SECONDS", 0.0),
    (polling, "BUSY_SECONDS", 0.2), (polling, "SILENT_SECONDS", 0.2), (deploying, "LOOK_SECONDS", 0.0),
    (writing, "LOST_SECONDS", 0.0), (deploying, "LOST_SECONDS", 0.0),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What happens to which requests, how often; and whether a deploy takes several looks."""

    harms: tuple[tuple[str, str, int], ...]
    slow: int


CASES = st.builds(
    Case,
    st.lists(
        st.tuples(st.sampled_from(REQUESTS), st.sampled_from(HARMS), st.integers(1, 5)), min_size=1, max_size=4
    ).map(tuple),
    st.integers(0, 3),
)


def do_harm(core: FakeCore, request: str, harm: str, times: int) -> None:
    """Arranges for trouble."""
    if harm == "cut":
        core.cut(request, times)
    elif harm == "unconnected":
        core.cut(request, times, httpx.ConnectError)
    elif harm == "lose":
        core.lose_answer(request, times)
    elif harm == "half":
        core.half(request, times)
    elif harm == "html":
        core.fail(request, 502, b"<html>", times, "text/html")
    elif harm == "busy":
        core.fail(request, 500, {"error": "Stack busy", "trace": []}, times)
    elif harm == "more fields":
        core.fail(request, 200, {"unheard": [{"of": 1}]}, times)
    elif harm == "restart":
        restart_at(core, request, times)
    else:
        core.fail(request, int(harm), {"error": "Try again in 1 seconds", "trace": ["x"]}, times)


def restart_at(core: FakeCore, request: str, number: int) -> None:
    """The Core begins anew when it gets a request for the n-th time."""
    inner, seen = core.planned, count(1)

    def planned(type_: str) -> Any:
        if (request in (type_, "*")) and next(seen) == number:
            core.restart()
        return inner(type_)

    core.planned = planned  # type: ignore[method-assign]


def plan_of(engine: CoreEngine, text: str) -> Plan:
    """What is pending."""
    return Planner().plan(
        Reader().read([SourceFile("lab.toml", None, text)]), engine.snapshot(), LAB, engine=engine.name,
        capabilities=engine.capabilities, deploy_block=engine.deploy_block,
    )  # fmt: skip


def carried_out(engine: CoreEngine, journal: Journal, plan: Plan) -> RunRecord:
    """All of a plan."""
    selection = plan.select([action.id for action in plan.actions if not action.blocked])
    return run(journal.create(selection, "ana"), engine.acting_for("lab"), journal, selection=selection)


def deploys(core: FakeCore) -> Counter[str]:
    """How often each stack was deployed to the end, and well."""
    named = {resource.id: resource.name for resource in core.of("Stack")}
    done = [one for one in core.updates.values() if one["operation"] == "DeployStack" and one["success"]]
    return Counter(named.get(one["target"]["id"], "?") for one in done)


def check(folder: Path, case: Case, counts: Counter[str]) -> None:
    """Runs in trouble, compares what is said with what is, and runs again without any."""
    core = FakeCore()
    place = CoreServer("http://core.test", transport=httpx.ASGITransport(app=core))
    home = open_home(folder / "journal")
    with closing(home), connected(folder, place, KeyAccess(core.key, core.secret)) as engine:
        journal = Journal(home.database, home.secret_store)
        carried_out(engine, journal, plan_of(engine, LIVE))
        plan = plan_of(engine, DECLARED)
        core.slow("DeployStack", case.slow)
        untroubled = core.planned
        for harm in case.harms:
            do_harm(core, *harm)
        record = carried_out(engine, journal, plan)
        core.planned = untroubled  # type: ignore[method-assign]
        core._plans.clear()
        ran = deploys(core)
        assert all(times == 1 for times in ran.values()), f"deployed more than once: {ran}"
        outcomes = {action.action: action.outcome or "" for action in record.actions}
        counts.update(f"actions {outcome}" for outcome in outcomes.values())
        assert_true(engine, plan, outcomes, ran)
        assert_ended(engine, journal, core, outcomes)


def assert_true(engine: CoreEngine, plan: Plan, outcomes: Mapping[str, str], ran: Counter[str]) -> None:
    """What is called done is done."""
    live = engine.snapshot().live
    for action in (action for action in plan.actions if outcomes.get(action.id) == "done"):
        if action.verb == "deploy":
            assert ran[action.target.name], f"{action.id} is called done, and was not"
        elif action.verb == "delete":
            assert action.target not in live, f"{action.id} is called done, and was not"
        else:
            there = plan_of(engine, DECLARED).by_id
            assert action.id not in there, f"{action.id} is called done, and is pending: {fingerprint(action.proposed)}"


def assert_ended(engine: CoreEngine, journal: Journal, core: FakeCore, outcomes: Mapping[str, str]) -> None:
    """Without trouble the rest is done, and what was done is not done again."""
    before = deploys(core)
    again = carried_out(engine, journal, plan_of(engine, DECLARED))
    assert again.state == "done", again
    assert plan_of(engine, DECLARED).actions == ()
    after = deploys(core)
    for name in ("web", "api"):
        done = outcomes.get(f"deploy:stack/{name}") == "done"
        assert after[name] - before[name] <= (not done), f"{name} was deployed again: {before} {after}"
        assert after[name] >= 1, f"{name} was never deployed"


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """A Core of its own for each case, without pauses."""
    number = count()
    with ExitStack() as stack:
        for module, name, value in PAUSES:
            stack.enter_context(patch.object(module, name, value))

        def each(case: Case) -> None:
            place = folder / str(next(number))
            place.mkdir()
            check(place, case, counts)

        yield each


CAMPAIGN = Campaign("trouble", "a Core loses answers, refuses, restarts, says other things", CASES, opened)
