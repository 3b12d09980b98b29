"""Plans over real edits, and over the examples of Komodo's page, find what a real Core found in the same files.

Live is made from what was declared before, as if it had been applied; nothing is deployed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.base import Capabilities
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Declarations, Live, Snapshot, SourceFile, Target, fingerprint
from ksync_tui.planner.checks import check
from ksync_tui.planner.plan import Planner
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader
from tests.corpus.conftest import from_core, recorded, recordings

SYNC = SyncOptions(name="test", delete=True)


def read(name: str, text: str) -> Declarations:
    return Reader().read([SourceFile(name, None, text)])


def applied(declarations: Declarations, *changed: Live) -> Snapshot:
    live = {one.target: Live.of(one.target, one.resource) for one in declarations.resources}
    return Snapshot({**live, **{one.target: one for one in changed}})


def planned(declarations: Declarations, snapshot: Snapshot) -> Plan:
    found = check(declarations, snapshot.live, place_of)
    return Planner().plan(
        found, snapshot, SYNC, engine="test", capabilities=Capabilities(), deploy_block=lambda *_: "no Docker here"
    )


def writes(made: Plan) -> dict[tuple[str, Target], Action]:
    return {(action.verb, action.target): action for action in made.actions if action.verb != "deploy"}


def of_core(changes: Iterable[Mapping[str, Any]]) -> dict[tuple[str, Target], Mapping[str, Any]]:
    """Core's changes, each with the texts of both sides, by what is done to whom."""
    return {
        (change["change"].lower(), from_core(change["proposed"] or change["current"]).target): change
        for change in changes
    }


def assert_means(made: Any, core: str | None) -> None:
    """A side of an action means what Core's text of it means."""
    assert (made is None) == (core is None)
    if made is not None and core is not None:
        assert fingerprint(made) == from_core(core).fingerprint


# Updates that Core shows and that mean nothing, with the reason.
NO_UPDATE_HERE = {
    ("Dinth__komodo_library/stacks.toml", "006-8a5077319b.toml"): {
        Target("stack", "openttd"): "h.9: tags in another order",
    },
    ("Dinth__komodo_library/stacks.toml", "022-a5238cb725.toml"): {
        Target("stack", "esphome"): "architecture rule 2: only the indentation of an environment",
    },
}

HISTORY = recordings("core-reads/_history.json")


@pytest.mark.parametrize(
    "edit",
    HISTORY or [pytest.param({}, marks=pytest.mark.skip("no recording here"))],
    ids=[f"{edit['file']}:{edit['to'][:3]}" for edit in HISTORY] or ["none"],
)
def test_a_real_edit_plans_as_core_planned_it(edit: Mapping[str, Any], corpus: Path) -> None:
    folder = corpus / "_history" / edit["file"]
    before, after = (read(edit["file"], (folder / edit[version]).read_text()) for version in ("from", "to"))
    assert not [action for action in planned(before, applied(before)).actions if action.verb != "deploy"]
    made, core = writes(planned(after, applied(before))), of_core(edit["changes"])
    nothing = NO_UPDATE_HERE.get((edit["file"], edit["to"]), {})
    assert set(made) == {key for key in core if key not in {("update", target) for target in nothing}}
    for key, action in made.items():
        assert_means(action.current, core[key]["current"])
        assert_means(action.proposed, core[key]["proposed"])
        assert action.changes or action.verb != "update"


GROUP = Target("user_group", "groupo")
PROCEDURE = Target("procedure", "test-procedure")


class Page:
    """The recording of a Core that reads the examples of Komodo's page, runs them, drifts, and reads again."""

    def __init__(self) -> None:
        self.exchanges = recorded("exchanges/06-sync-seed-page.json")["exchanges"]
        self.declared = read("main.toml", self.exchanges[0]["file"])

    def pending(self, note: str) -> dict[tuple[str, Target], Mapping[str, Any]]:
        """What the sync shows as pending after the exchange whose note begins so."""
        found = next(each for each in self.exchanges if each["note"].startswith(note))
        info = found["response"]["json"]["info"]
        changes = [*info["variable_updates"], *info["user_group_updates"]]
        changes += [change["data"] for change in info["resource_updates"]]
        return of_core({"change": each["type"], "current": None, "proposed": None, **each["data"]} for each in changes)


@pytest.fixture(scope="module")
def page(komodo: Path) -> Page:
    return Page()


def test_the_page_plans_as_core_planned_it(page: Page) -> None:
    made, core = writes(planned(page.declared, Snapshot())), page.pending("refresh")
    assert set(made) == set(core)
    for key, action in made.items():
        if key[1] != GROUP:  # semantics c.9, h.21: Core turns patterns into names, and knows only what is there already
            assert_means(action.proposed, core[key]["proposed"])


def test_the_page_deploys_in_the_order_of_after(page: Page) -> None:
    made = planned(page.declared, Snapshot())
    rounds = {action.target.name: action.round for action in made.actions if action.verb == "deploy"}
    assert set(rounds) == {"test-logger-01", "test-logger-02", "test-stack"}
    assert rounds["test-logger-01"] < rounds["test-logger-02"]
    assert rounds["test-logger-01"] < rounds["test-stack"]  # semantics h.1: Core drops this `after`


def test_once_applied_the_page_is_settled(page: Page) -> None:
    """Core shows the group for ever (h.9) and can never make the procedure that names what is not there (i)."""
    assert {target for _, target in page.pending("after the run")} == {GROUP, PROCEDURE}
    assert not writes(planned(page.declared, applied(page.declared)))


def test_drift_of_the_page_is_found_as_core_found_it(page: Page) -> None:
    core = {key: change for key, change in page.pending("refresh after drift").items() if key[0] == "update"}
    core = {key: change for key, change in core.items() if key[1] != GROUP}
    drifted = [from_core(change["current"]) for change in core.values()]
    made = writes(
        planned(page.declared, applied(page.declared, *(Live.of(one.target, one.resource) for one in drifted)))
    )
    assert set(made) == set(core)
    assert {target.name: [change.field for change in action.changes] for (_, target), action in made.items()} == {
        "test-stack": ["config.auto_pull"],
        "test-logger-01": ["config.environment"],
        "OTLP_ENDPOINT": ["value"],
    }
    for key, action in made.items():
        assert_means(action.current, core[key]["current"])
        assert_means(action.proposed, core[key]["proposed"])


def test_what_the_page_names_and_nobody_has_is_a_warning_with_its_line(page: Page) -> None:
    found = check(page.declared, (), place_of)
    told = {problem.message: problem for problem in found.problems}
    lines = page.exchanges[0]["file"].split("\n")
    assert {problem.severity for problem in told.values()} == {"warning"}
    assert told.keys() >= {
        "procedure/test-procedure names deployment 'test-logger-03', which is neither declared nor live"
    }
    for message, problem in told.items():
        name = message.split("'")[1]
        assert name in lines[problem.place.line - 1][problem.place.column - 1 :]
    assert found.complete
    assert not any(one.blocked for one in found.resources)
