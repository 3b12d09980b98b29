"""The log of what runs, from the list and from the difference."""

from __future__ import annotations

import pytest

from ksync_tui.model.resource import Target

from .driving import driven
from .fakes import FakeSession

SIZES = [(80, 24), (120, 32)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_last_lines_of_a_log_are_shown_from_the_end(size: tuple[int, int]) -> None:
    session = FakeSession(container_logs={Target("stack", "web"): [f"line {at}" for at in range(100)]})
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.point("~ web")
        await driver.press("L")
        await driver.at("log")
        await driver.see("stack/web   the last lines of its containers", "line 99", "100 lines")
        assert "line 1\n" not in driver.text
        session.container_logs[Target("stack", "web")].append("\x1b[31mnew")
        await driver.press("r")
        await driver.see("␛[31mnew", "101 lines")
        await driver.press("g")
        await driver.see("line 1\n")
        await driver.press("q")
        await driver.at("review")
        await driver.press("enter")
        await driver.at("diff")
        await driver.press("L")
        await driver.see("line 99")
        await driver.press("q")
        await driver.at("diff")


async def test_where_there_is_no_log_it_says_why() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.point("~ web")
        await driver.press("L")
        await driver.see("it has no log", "no container is there", "Deploy it first")
        await driver.press("q")
        await driver.point("+ api")
        await driver.press("L")
        await driver.see("It does not exist yet")
