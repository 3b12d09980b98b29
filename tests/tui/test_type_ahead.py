"""Keys act in the order in which they were typed, however fast, whatever they open or close."""

from __future__ import annotations

import random

import pytest

from .driving import driven
from .fakes import FakeSession

ESC = "\x1b[27u"
"""The escape key as terminals send it that tell it from the start of a sequence."""
BACKSPACE, LEFT, ENTER = "\x7f", "\x1b[D", "\r"


async def test_a_filter_gets_the_keys_typed_right_after_it_was_opened() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.slowly([ENTER])
        driver.burst("/max")
        await driver.idle()
        assert driver.page.place == "review"
        assert driver.page.outline.words == "max"
        await driver.see("0 ticked")


async def test_typing_into_the_filter_of_syncs_deletes_none() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        driver.burst("/D")
        await driver.idle()
        assert (driver.page.place, driver.page.words) == ("syncs", "D")


async def test_text_and_editing_keys_of_one_burst_keep_their_order_in_the_editor() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.slowly(["j", ENTER])
        await driver.point("~ web")
        await driver.slowly(["e"])
        assert driver.page.place == "editor"
        driver.burst("abcdef" + BACKSPACE * 4 + "XYZ" + LEFT * 3 + "Q")
        await driver.idle()
        assert driver.page.area.text.startswith("abQXYZ[[stack]]")


KEYS = (
    *"jjkkmaxADno/ez:?HgGt!vy", " ", " ", ENTER, ENTER, ENTER, ESC, ESC, BACKSPACE, LEFT, "\t", "\x1b[B", "\x1bOQ"
)  # fmt: skip
"""Keys of every screen, the ways in and out more often."""


@pytest.mark.parametrize("seed", range(40))
async def test_keys_typed_at_once_do_what_they_do_when_typed_slowly(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test case, nothing to guess
    keys = chance.choices(KEYS, k=chance.randint(8, 24))
    seen = []
    for bursts in ([[key] for key in keys], [keys]):
        async with driven(FakeSession()) as driver:
            await driver.at("syncs")
            await driver.idle()
            for burst in bursts:
                driver.burst("".join(burst))
                await driver.idle()
            seen.append((driver.page.place, driver.text))
    assert seen[0] == seen[1], keys
