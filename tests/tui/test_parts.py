"""An update opens to its fields and entries, and each can be ticked by itself."""

from __future__ import annotations

import pytest

from .driving import SIZES, Driver, driven
from .fakes import FakeSession


async def opened(driver: Driver, sync: str = "homelab") -> None:
    """The review, with the fields of the stack shown and the cursor on the first."""
    await driver.at("syncs")
    await driver.point(sync)
    await driver.press("enter")
    await driver.at("review")
    if sync == "edge":
        await driver.press("m")
    await driver.point("~ web")
    await driver.press("right", "j")
    await driver.see("environment.LEVEL", "environment.TRACE")


@pytest.mark.parametrize("size", SIZES)
async def test_one_entry_is_ticked_and_only_that_runs(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await opened(driver)
        await driver.press("space")
        await driver.see("[~] ~* web", "only environment.LEVEL", "1 ticked")
        await driver.see("[>] ~ environment.LEVEL", "[ ] + environment.TRACE")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("environment.LEVEL")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("1 done")
    (selection,) = session.started
    (action,) = selection
    assert action.parts == ("config.environment.LEVEL",)
    assert action.proposed is not None
    assert action.proposed.config.environment == "LEVEL = debug\nPORT = 8080\n"  # type: ignore[attr-defined]


async def test_all_entries_make_the_whole_and_none_of_them_nothing() -> None:
    async with driven(FakeSession()) as driver:
        await opened(driver)
        await driver.press("space", "j", "space")
        await driver.see("[~] ~* web", "[ ] * deploy", "1 ticked")
        await driver.press("j", "space")
        await driver.see("[>] ~* web", "[>] * deploy", "2 ticked")
        await driver.press("space", "k", "space", "k", "space")
        await driver.see("[ ] ~* web", "0 ticked")


async def test_a_tick_on_the_update_takes_all_of_it() -> None:
    async with driven(FakeSession()) as driver:
        await opened(driver)
        await driver.press("space", "k", "space")
        await driver.see("[>] ~* web", "[>] ~ environment.LEVEL", "[>] + environment.TRACE")
        await driver.press("space")
        await driver.see("[ ] ~* web", "[ ] ~ environment.LEVEL")


async def test_the_fields_are_hidden_again_with_the_ticks_kept() -> None:
    async with driven(FakeSession()) as driver:
        await opened(driver)
        await driver.press("space", "left")
        await driver.see(">   [~] ~* web")
        assert "environment.TRACE" not in driver.text
        await driver.press("r")
        await driver.see("[~] ~* web")


async def test_the_diff_of_an_entry_shows_that_entry() -> None:
    async with driven(FakeSession()) as driver:
        await opened(driver)
        await driver.press("space", "enter")
        await driver.at("diff")
        await driver.see("[>]", "LEVEL = ")
        assert "+ TRACE" not in driver.text


async def test_one_entry_of_live_goes_into_the_file() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await opened(driver, "edge")
        await driver.see("- environment.TRACE")
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.see("1 to file", "< stack/web")
    assert session.parts == {"update:stack/web": {"config.environment.LEVEL"}}


async def test_what_is_no_update_does_not_open() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.point("+ api")
        await driver.press("right")
        await driver.see("Only an update has fields to tick.")
