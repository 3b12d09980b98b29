"""What the app offers with a Komodo Core, and what it does with any stored sync."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.errors import ForbiddenError, NoAnswerError
from ksync_tui.model.events import Change
from ksync_tui.model.resource import Target

from .driving import SIZES, SMALL, Driver, driven
from .fakes import FakeCoreService, FakeSession

WEB = Target("stack", "web")
LOG = ["Compose Up (failed)", "  $ docker compose up", "  \x1b[31mno such image", f"  {'long ' * 30}"]


def happened(id_: str, what: str, **more: Any) -> Change:
    """An update of a moment ago that went well, unless it is said otherwise."""
    usual: dict[str, Any] = {"at": time.time() - 60, "who": "ana", "target": WEB, "ok": True, "over": True}
    return Change(id=id_, what=what, **{**usual, **more})


def recent() -> list[Change]:
    """What happened in a Core a minute ago."""
    return [
        happened("3", "DeployStack", ok=False),
        happened("2", "UpdateStack", who="joe\x1b[2J"),
        happened("", "alert WARNING: ServerCpu", who="Core", target=Target("server", "nas"), ok=False, over=False),
        happened("1", "RunBuild", target=Target("build", "api"), over=False),
    ]


def prod(**more: Any) -> FakeSession:
    """A Core with a managed sync and one that is not, and with a history."""
    core = FakeCoreService(happened=recent(), logs={"3": LOG, "2": []})
    usual: dict[str, Any] = {"engine": "core", "profile": "prod", "address": "https://komodo.example", "core": core}
    return FakeSession(**{**usual, "removals": ("down",), **more})


async def history(driver: Driver) -> None:
    """From the list of syncs to what happened in Core."""
    await driver.at("syncs")
    await driver.press("H")
    await driver.at("history")
    await driver.press("tab")
    await driver.at("changes")


@pytest.mark.parametrize("size", SIZES)
async def test_core_runs_a_whole_sync_as_a_confirmed_run(size: tuple[int, int]) -> None:
    session = prod()
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.point("homelab")
        await driver.press("R")
        await driver.at("confirm")
        await driver.see("resource_sync/homelab", "what its own list has pending", "+3 ~2 -1 *2", "deletes too")
        assert not session.started
        await driver.press("enter")
        await driver.see("1 done")
    assert [action.target for action in session.started[0]] == [Target("resource_sync", "homelab")]


async def test_core_commits_only_a_managed_sync_and_only_when_agreed() -> None:
    session = prod()
    async with driven(session) as driver:
        await driver.at("syncs")
        await driver.point("homelab")
        await driver.press("C")
        await driver.see("homelab is not managed")
        await driver.point("edge")
        await driver.press("C")
        await driver.at("question")
        await driver.see("layout", "its comments", "in the clear")
        await driver.press("escape")
        await driver.at("syncs")
        assert session.core
        assert not session.core.committed
        await driver.press("C")
        await driver.at("question")
        await driver.press("enter")
        await driver.see("Core committed edge")
        assert session.core.committed == ["edge"]


@pytest.mark.parametrize(("key", "said"), [("R", "for a Komodo Core"), ("C", "for a Komodo Core")])
async def test_without_a_core_what_only_a_core_does_is_refused(key: str, said: str) -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press(key)
        await driver.see(said)
        await driver.until(lambda: "by Core" not in driver.text.splitlines()[-1])


@pytest.mark.parametrize("key", ["n", "R", "C", "e", "D"])
async def test_nothing_is_changed_where_nothing_may_be(key: str) -> None:
    async with driven(prod(read_only="the profile prod is read-only")) as driver:
        await driver.at("syncs")
        await driver.press(key)
        await driver.see("READ-ONLY: the profile prod is read-only")
        assert driver.page.place == "syncs"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("session_of", [FakeSession, prod])
async def test_a_stored_sync_is_renamed_and_changed_on_one_form(size: tuple[int, int], session_of: Any) -> None:
    session = session_of()
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.point("homelab")
        await driver.press("e")
        await driver.at("sync")
        await driver.see("name  homelab", "tags  prod", "[ ] managed", "[x] delete", "[x] alerts")
        await driver.press("enter")
        await driver.see("No changes to save.")
        await driver.type("-2")
        await driver.press("tab")
        await driver.type(", edge")
        await driver.press("tab", "space", "tab", "space")
        await driver.see("[x] managed", "[ ] delete", "deletes every resource with these tags")
        await driver.press("enter")
        await driver.at("syncs")
        await driver.see("> homelab-2", "Saved homelab-2.")
    assert session.edited == [("homelab", {"managed": True, "delete": False, "match_tags": ["prod", "edge"]})]
    assert session.renamed == {"homelab": "homelab-2"}


async def test_a_changed_form_is_not_left_without_asking_and_no_taken_name_is_saved() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await driver.at("syncs")
        await driver.point("homelab")
        await driver.press("e")
        await driver.at("sync")
        await driver.press(*["backspace"] * len("homelab"))
        await driver.press("enter")
        await driver.see("Give it a name.")
        await driver.type("edge")
        await driver.see("! a sync with this name already exists")
        await driver.press("enter")
        await driver.see("The name is not valid yet")
        await driver.press("escape")
        await driver.at("question")
        await driver.see("The changes of homelab are not saved")
        await driver.press("enter")
        await driver.at("syncs")
    assert not session.renamed


@pytest.mark.parametrize("size", SIZES)
async def test_a_sync_is_deleted_only_by_its_name(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.point("homelab")
        await driver.press("D")
        await driver.at("ask")
        await driver.see("Its files and what it made stay")
        await driver.type("homelap")
        await driver.press("enter")
        await driver.see("That is not homelab.")
        assert not session.removed
        await driver.press("backspace", "b", "enter")
        await driver.see("Deleted homelab.")
        await driver.at("syncs")
        assert "> edge" in driver.text
    assert session.removed == ["homelab"]


async def test_a_sync_that_cannot_be_deleted_says_why() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await driver.at("syncs")
        await driver.press("D")
        await driver.at("ask")
        session.error = ForbiddenError("ana may not delete it", hint="Ask an admin of this Core")
        await driver.type("homelab")
        await driver.press("enter")
        await driver.see("! ana may not delete it", "Ask an admin")


async def test_the_form_of_a_new_sync_says_whose_paths_are_meant() -> None:
    session = prod()
    async with driven(session) as driver:
        await driver.at("syncs")
        await driver.press("n")
        await driver.at("new")
        await driver.see("where Core runs, not on this machine")
        await driver.type("a")
        await driver.press("enter")
        await driver.see("Give it a folder or a file where Core runs.")
        await driver.press("backspace")
        await driver.type("attic")
        await driver.press("tab")
        await driver.see("tab next field")
        await driver.type("/srv/komodo")
        await driver.press("tab")
        await driver.type("prod")
        await driver.press("enter")
        await driver.at("review")
    assert session.added == [("attic", {"match_tags": ["prod"]}, ["/srv/komodo"])]


@pytest.mark.parametrize("size", SIZES)
async def test_beside_ksyncs_runs_stands_what_happened_in_core(size: tuple[int, int]) -> None:
    async with driven(prod(), size) as driver:
        await driver.at("syncs")
        await driver.press("H")
        await driver.at("history")
        await driver.see("tab in Core")
        await driver.press("tab")
        await driver.at("changes")
        await driver.see("failed", "DeployStack", "stack/web", "ana", "open", "alert WARNING", "server/nas", "running")
        assert "\x1b" not in driver.text
        await driver.see("joe␛[2J")
        await driver.press("tab")
        await driver.at("history")
        await driver.see("No runs yet")
        await driver.press("q")
        await driver.at("syncs")


@pytest.mark.parametrize("size", SIZES)
async def test_a_log_is_read_to_its_end_and_copied(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with driven(prod(), size) as driver:
        await history(driver)
        await driver.press("enter")
        await driver.at("log")
        await driver.see("DeployStack on stack/web by ana", "failed", "Compose Up (failed)", "␛[31mno such image")
        assert "".join(driver.text.split()).count("long") == 30
        await driver.press("y")
        await driver.see("Copied")
        assert "$ docker compose up" in driver.app.clipboard
        assert "\x1b" not in driver.app.clipboard
        await driver.press("q")
        await driver.at("changes")
        await driver.press("j", "enter")
        await driver.see("Core has no log for it.")


async def test_an_alert_has_no_log_and_the_history_is_filtered() -> None:
    async with driven(prod()) as driver:
        await history(driver)
        await driver.press("slash")
        await driver.type("alert")
        await driver.press("enter", "enter")
        await driver.see("An alert has no log.")
        assert "DeployStack" not in driver.text
        await driver.press("escape")
        await driver.see("DeployStack")


async def test_a_history_that_cannot_be_read_says_why() -> None:
    core = FakeCoreService(error=NoAnswerError("Core cannot be reached", hint="See that Core runs"))
    async with driven(prod(core=core)) as driver:
        await history(driver)
        await driver.see("! Core cannot be reached", "See that Core runs")


async def test_the_review_shows_what_happened_to_one_resource() -> None:
    session = prod()
    async with driven(session, start=session.syncs.all()[0]) as driver:
        await driver.at("review")
        await driver.point("~ web")
        await driver.press("w")
        await driver.at("changes")
        await driver.see("history stack/web", "2 entries", "DeployStack", "UpdateStack")
        assert "RunBuild" not in driver.text
        await driver.press("tab")
        await driver.see("This is the history of one resource.")
        await driver.press("q")
        await driver.at("review")
        await driver.point("+ api")
        await driver.press("w")
        await driver.see("It does not exist yet.")


async def test_without_a_core_the_history_of_a_resource_is_not_there() -> None:
    session = FakeSession()
    async with driven(session, start=session.syncs.all()[0]) as driver:
        await driver.at("review")
        await driver.point("~ web")
        await driver.press("w")
        await driver.see("That is for a Komodo Core; H shows ksync's runs.")


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_of_another_profile_says_so_and_is_not_opened(size: tuple[int, int]) -> None:
    session = FakeSession()
    session.runs.start(session.runs.manual(WEB))
    session.records[1] = replace(session.records[1], place="prod", state="done", ended=time.time())
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.press("H")
        await driver.at("history")
        await driver.see("in prod")
        await driver.press("enter")
        await driver.see("This run is in the profile prod: P goes there.")
        assert driver.page.place == "history"


@pytest.mark.parametrize(
    ("removals", "said"),
    [(("down",), "has no other way."), (("down", "forget"), "F3 changes that.")],
)
async def test_only_the_ends_that_the_engine_knows_are_offered(removals: Any, said: str) -> None:
    session = prod(removals=removals)
    async with driven(session, start=session.syncs.all()[0]) as driver:
        await driver.at("review")
        await driver.point("- old-wiki")
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.see("its containers are taken down, volumes stay", said)
        assert ("F3 containers" in driver.text.splitlines()[-1]) == (len(removals) > 1)
        await driver.press("f3")
        await driver.see(said if len(removals) == 1 else "its containers stay and are forgotten")


async def test_a_core_that_does_not_answer_at_first_says_what_can_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    session = prod()

    def down() -> None:
        raise NoAnswerError("Core cannot be reached", where="https://komodo.example")

    monkeypatch.setattr(session.syncs, "all", down)
    async with driven(session, SMALL) as driver:
        await driver.see("! Core cannot be reached", "r tries again, P goes to another profile.")
        monkeypatch.undo()
        await driver.press("r")
        await driver.see("> homelab")
