"""Every screen, at both sizes, as it was last looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from .driving import SIZES, driven
from .fakes import FakeSession
from .snapshot import THEMES, compare, names, require_same_versions
from .test_core import prod
from .test_frame import PAGES

NOW = 1_773_480_360.0


class Step(NamedTuple):
    """Keys, and the screen that they lead to; `line` is pointed at first."""

    keys: str
    place: str
    line: str = ""


SYNCS = Step("", "syncs")
REVIEW = Step("enter", "review", "homelab")
EDGE = Step("enter", "review", "edge")
TO_PREVIEW = (EDGE, Step("e", "editor", "~ web"), Step("down end left 2 f2", "preview"))
WALKS: dict[str, tuple[Step, ...]] = {
    "syncs": (),
    "new": (Step("n", "new"),),
    "sync": (Step("e", "sync"),),
    "ask": (Step("D", "ask"),),
    "profiles": (Step("P", "profiles"),),
    "profile": (Step("P", "profiles"), Step("n", "profile")),
    "hosts": (Step("P", "profiles"), Step("tab", "hosts")),
    "host": (Step("P", "profiles"), Step("tab", "hosts"), Step("n", "host")),
    "history": (REVIEW, Step("H", "history")),
    "help": (REVIEW, Step("question_mark", "help")),
    "palette": (REVIEW, Step("colon", "palette")),
    "review": (REVIEW, Step("a", "review"), Step("", "review", "~ web")),
    "diff": (REVIEW, Step("enter", "diff", "~ web")),
    "problems": (REVIEW, Step("exclamation_mark", "problems")),
    "confirm": (REVIEW, Step("a x", "confirm")),
    "step": (REVIEW, Step("a x", "confirm"), Step("right", "step")),
    "run": (REVIEW, Step("a x", "confirm"), Step("enter", "run")),
    "editor": (EDGE, Step("e", "editor", "~ web")),
    "question": (EDGE, Step("e", "editor", "~ web"), Step("x escape", "question")),
    "preview": TO_PREVIEW,
    "commit": (*TO_PREVIEW, Step("enter", "commit")),
    "written": (*TO_PREVIEW, Step("enter", "commit"), Step("escape", "written")),
    "ignore": (REVIEW, Step("i", "ignore", "~ web")),
    "consent": (REVIEW, Step("less_than_sign", "consent", "~ web")),
    "changes": (Step("H", "history"), Step("tab", "changes")),
    "log": (Step("H", "history"), Step("tab", "changes"), Step("enter", "log")),
}
SESSIONS: dict[str, Callable[[], FakeSession]] = {
    "changes": prod, "log": prod, "consent": lambda: FakeSession(files_read=2),
    "hosts": lambda: FakeSession(mapped={"attic": "ssh://rosa@attic", "cellar": "tcp://down:2375"}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _same_moment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_every_screen_has_its_pictures_and_no_other() -> None:
    assert set(WALKS) == set(PAGES)
    sizes = [f"{width}x{height}" for width, height in SIZES]
    assert set(names()) == {f"{place}-{size}-{look}.svg" for place in WALKS for size in sizes for look in THEMES}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("place", WALKS)
async def test_a_screen_looks_as_it_did(place: str, size: tuple[int, int]) -> None:
    require_same_versions()
    async with driven(SESSIONS.get(place, FakeSession)(), size) as driver:
        for step in (SYNCS, *WALKS[place]):
            if step.line:
                await driver.point(step.line)
            await driver.press(*step.keys.split())
            await driver.at(step.place)
        if place == "run":
            await driver.see("6 done")
        await driver.idle()
        await compare(driver, f"{place}-{size[0]}x{size[1]}")
