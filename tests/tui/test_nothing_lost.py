"""Ticks, cursor, sandbox and written files: nothing is lost or done again without a word."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from ksync_tui.errors import CommitRefusedError
from ksync_tui.model.plan import FieldChange
from ksync_tui.tui import background
from ksync_tui.tui.app import KsyncApp
from ksync_tui.tui.screens.run import RunScreen

from .driving import SIZES, Driver, driven
from .fakes import FakeSession
from .test_walks import review

OLD_WIKI = "delete:stack/old-wiki"


async def to_run(driver: Driver) -> None:
    await driver.press("x")
    await driver.at("confirm")
    if driver.page.shown.question:
        await driver.type("old-wiki")
    await driver.press("enter")
    await driver.see("planned again")


async def test_a_delete_that_ran_is_not_ticked_when_its_resource_is_back() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        await driver.point("- old-wiki")
        await driver.press("space")
        await to_run(driver)
        session.done.clear()
        await driver.press("q")
        await driver.at("review")
        await driver.see("- old-wiki", "0 ticked")


async def test_ticks_of_a_review_that_was_left_are_there_again() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver)
        await driver.point("+ api")
        await driver.press("space")
        await driver.see("1 ticked")
        await driver.press("q")
        await driver.at("syncs")
        await driver.press("enter")
        await driver.see("1 ticked", "1 tick kept from before")
        await driver.press("q")
        await review(driver, "edge")
        await driver.see("0 ticked")


async def test_a_tick_is_not_kept_for_an_action_that_is_another_by_now() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        await driver.point("~ web")
        await driver.press("space", "q")
        await driver.at("syncs")
        session.actions = tuple(
            replace(one, changes=(FieldChange("description", "a", "b"),)) if one.id == "update:stack/web" else one
            for one in session.actions
        )
        await driver.press("enter")
        await driver.see("0 ticked", "2 ticks dropped, no longer the same", "update stack/web")


@pytest.mark.parametrize("size", SIZES)
async def test_leaving_asks_where_something_is_ticked(size: tuple[int, int]) -> None:
    async with driven(FakeSession(), size) as driver:
        await review(driver)
        await driver.point("+ api")
        await driver.press("space", "q")
        await driver.at("syncs")
        await driver.press("q")
        await driver.at("question")
        await driver.see("Ticked in homelab and not run: 1 action.", "Quit ksync?")
        await driver.press("escape")
        await driver.at("syncs")
        await driver.press("q", "enter")
        await driver.until(lambda: not driver.app.is_running)


async def test_leaving_the_demo_says_that_its_sandbox_goes_too() -> None:
    app = KsyncApp(FakeSession(), at_risk="The sandbox will be removed.")  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        driver = Driver(app, pilot)
        await driver.at("syncs")
        await driver.press("q")
        await driver.see("The sandbox will be removed.", "Quit ksync?")
        await driver.press("escape")
        await driver.at("syncs")


async def test_ctrl_c_twice_leaves_in_any_case() -> None:
    app = KsyncApp(FakeSession(), at_risk="The sandbox will be removed.")  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        driver = Driver(app, pilot)
        await driver.at("syncs")
        await driver.press("ctrl+c")
        await driver.at("question")
        await driver.press("ctrl+c")
        await driver.until(lambda: not app.is_running)


async def test_leaving_says_that_a_detached_run_continues() -> None:
    async with driven(FakeSession(steps_per_watch=0)) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        await driver.press("D")
        await driver.at("review")
        await driver.press("q")
        await driver.at("syncs")
        await driver.press("q")
        await driver.see("Run 1 of homelab continues in the background.")


async def test_the_cursor_stays_on_its_sync_when_another_comes() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await driver.at("syncs")
        await driver.point("edge")
        session.syncs.add("zulu", {}, ["/srv/zulu"])
        session.syncs.add("alpha", {}, ["/srv/alpha"])
        await driver.press("r")
        await driver.see("zulu", "alpha", "> edge")
        assert driver.page.here.name == "edge"


async def test_the_cursor_stays_on_its_run_when_a_newer_comes() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        await driver.point("+ api")
        await driver.press("space")
        await to_run(driver)
        await driver.press("q", "H")
        await driver.at("history")
        session.runs.start(session.started[0])
        await driver.press("r")
        await driver.until(lambda: len(driver.page.shown) == 2)
        assert driver.page.shown[driver.page.items.cursor].id == 1


async def to_preview(driver: Driver) -> None:
    """An edit of a block, up to the difference that saving it makes."""
    await review(driver, "edge")
    await driver.point("~ web")
    await driver.press("e")
    await driver.at("editor")
    await driver.press("down", "end", "left")
    await driver.type("2")
    await driver.press("f2")
    await driver.at("preview")


async def to_commit(driver: Driver) -> None:
    await to_preview(driver)
    await driver.press("enter")
    await driver.at("commit")


@pytest.mark.parametrize("size", SIZES)
async def test_a_commit_that_is_left_offers_both_ways_on(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await to_commit(driver)
        await driver.press("escape")
        await driver.at("written")
        await driver.see("Written, not committed: infra/stacks/web.toml", "put it back", "leave it")
        await driver.press("escape")
        await driver.at("commit")
        await driver.press("escape")
        await driver.at("written")
        await driver.press("p")
        await driver.at("review")
        await driver.see("Put back the file.")
    assert session.put_back_files == ["infra/stacks/web.toml"]
    assert not session.commits


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_left_written_is_shown_and_committed_later(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await to_commit(driver)
        session.uncommitted = list(session.written)
        await driver.press("escape", "enter")
        await driver.at("review")
        await driver.see("1 file written, not committed: c commits")
        await driver.press("q")
        await driver.at("syncs")
        session.records.clear()
        await driver.press("r", "c")
        await driver.at("commit")
        await driver.press("enter")
        await driver.at("syncs")
        await driver.see("Committed 4f2a91c")
    assert session.commits == ["web: debug level"]


async def test_a_commit_that_cannot_be_prepared_still_offers_both_ways_on() -> None:
    session = FakeSession(refused=CommitRefusedError("nothing was committed", why="a merge is under way"))
    async with driven(session) as driver:
        await to_preview(driver)
        await driver.press("enter")
        await driver.at("written")
        await driver.see("a merge is under way", "Written, not committed: infra/stacks/web.toml")
        await driver.press("p")
        await driver.at("review")
    assert session.put_back_files == ["infra/stacks/web.toml"]


async def test_a_run_that_was_left_does_not_mind_a_late_focus() -> None:
    async with driven(FakeSession(steps_per_watch=0)) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        left = driver.app.screen
        assert isinstance(left, RunScreen)
        await driver.press("q")
        await driver.see("The run continues")
        await driver.press("D")
        await driver.at("review")
        left.on_descendant_focus()


async def test_back_leaves_a_review_that_is_only_read_again() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        session.hold = Event()
        await driver.press("r")
        assert driver.page.working
        await driver.press("q")
        session.hold.set()
        await driver.at("syncs")


async def test_back_stops_a_newer_reading_once_the_top_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "COUNT_AFTER", 0.0)
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        session.hold = Event()
        await driver.press("r", "q")
        session.hold.set()
        await driver.at("review")
        await driver.see("Stopped.")
