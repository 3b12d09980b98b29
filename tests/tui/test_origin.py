"""The review of what was applied before: signs in the list, words below the diff, and the key that filters by them."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from ksync_tui.model.origin import Origin, Stamp
from ksync_tui.model.plan import Action, FieldChange
from ksync_tui.model.resource import Target

from .driving import LARGE, SIZES, SMALL, Driver, driven
from .fakes import FakeSession, resource, update


def moved(name: str, origin: Origin | None, value: str = "b") -> Action:
    """An update of a variable."""
    return replace(
        update(
            "variable", name, [FieldChange("value", "a", value, origin=origin)],
            current=resource("variable", name, value="a"), proposed=resource("variable", name, value=value),
        ),
        origin=origin, applied=Stamp("homelab", time.time() - 7200),
    )  # fmt: skip


def applied_before() -> FakeSession:
    """One of each origin, one that nobody applied, and something new."""
    new = Action("create", Target("variable", "NEW"), "new", proposed=resource("variable", "NEW"))
    return FakeSession(
        (moved("EDITED", "files"), moved("DRIFTED", "live"), moved("CLASHING_NAME", "both"), moved("OPEN", None), new)
    )


async def review(driver: Driver) -> None:
    await driver.at("syncs")
    await driver.press("enter")
    await driver.at("review")


@pytest.mark.parametrize("size", SIZES)
async def test_every_line_has_the_sign_of_its_origin_in_one_column(size: tuple[int, int]) -> None:
    async with driven(applied_before(), size) as driver:
        await review(driver)
        await driver.see(
            "~ CLASHING_NAME  B value (changed on both sides)",
            "~ DRIFTED        L value (changed live)",
            "~ EDITED         F value (edited in the file)",
            "+ NEW            F new",
            "~ OPEN             value",
        )


async def test_without_anything_applied_before_there_is_no_such_column_and_no_such_key() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver)
        await driver.see("~* web       environment", "+ api       new")
        assert "o from" not in driver.text
        await driver.press("o")
        await driver.see("This was never applied.")


async def test_o_turns_through_the_origins_and_says_which_is_on() -> None:
    async with driven(applied_before(), SMALL) as driver:
        await review(driver)
        await driver.see("o from all")
        for origin, words, shown, hidden in (
            ("files", "edited in the file", ["EDITED", "NEW"], ["DRIFTED", "CLASHING_NAME", "OPEN"]),
            ("live", "changed live", ["DRIFTED"], ["EDITED", "NEW", "CLASHING_NAME", "OPEN"]),
            ("both", "changed on both sides", ["CLASHING_NAME"], ["EDITED", "NEW", "DRIFTED", "OPEN"]),
        ):
            await driver.press("o")
            await driver.see(f"o from {origin}", f"to live   {words}", *shown)
            assert not [name for name in hidden if f" {name} " in driver.text]
        await driver.press("o")
        await driver.see("o from all", "EDITED", "DRIFTED", "CLASHING_NAME", "OPEN")


async def test_all_ticks_only_what_is_shown_and_esc_shows_the_rest_again() -> None:
    async with driven(applied_before()) as driver:
        await review(driver)
        await driver.press("o", "a")
        await driver.see("5 pending · 2 ticked")
        await driver.press("escape")
        await driver.see("o from all", "[>] ~ EDITED", "[>] + NEW", "[ ] ~ DRIFTED")
        assert driver.page.place == "review"
        await driver.press("escape")
        await driver.at("syncs")


async def test_where_nothing_comes_from_there_the_list_says_so() -> None:
    async with driven(FakeSession((moved("EDITED", "files"),))) as driver:
        await review(driver)
        await driver.press("o", "o")
        await driver.see("No match for the filter.")
        await driver.press("escape")
        await driver.see("~ EDITED")


async def test_the_filter_takes_the_same_as_a_word_beside_others() -> None:
    async with driven(applied_before()) as driver:
        await review(driver)
        await driver.press("slash")
        await driver.type("origin:live")
        await driver.see("DRIFTED", "0/1")
        assert "EDITED" not in driver.text
        await driver.press("escape", "o", "slash")
        await driver.type("new")
        await driver.see("+ NEW", "0/1")
        assert "EDITED" not in driver.text


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_below_the_diff_it_is_said_in_words(size: tuple[int, int]) -> None:
    async with driven(applied_before(), size) as driver:
        await review(driver)
        await driver.point("~ DRIFTED")
        await driver.press("enter")
        await driver.at("diff")
        await driver.see("Changed live since it was applied 2h ago", "applying will overwrite it")
        await driver.press("q")
        await driver.point("~ CLASHING_NAME")
        await driver.press("enter")
        await driver.at("diff")
        await driver.see("Both edited in the file and changed live", "will overwrite the live change")


async def test_the_help_says_what_the_signs_mean_and_how_to_filter_by_them() -> None:
    async with driven(applied_before(), LARGE) as driver:
        await review(driver)
        await driver.press("question_mark")
        await driver.at("help")
        await driver.see(
            "Show only changes in files, live, both (or / origin:live)",
            "F edited in the file   L changed live   B changed on both sides",
            "[>] to live   [<] to file",
        )
