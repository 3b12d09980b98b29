"""Going from one profile into another, and being asked for what that needs."""

from __future__ import annotations

import threading
from threading import Event

import pytest

from ksync_tui.errors import NoAnswerError
from ksync_tui.model.events import Change
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.status_line import status_line

from .driving import SIZES, Driver, driven
from .fakes import FakeCoreService, FakeSession

DOWN = NoAnswerError(
    "Core cannot be reached", where="https://nowhere.example", why="connection refused", hint="See that Core runs"
)


def prod(**more: object) -> FakeSession:
    """A Core with one sync of its own."""
    fields = {"engine": "core", "profile": "prod", "address": "https://komodo.example", "empty": True}
    return FakeSession(**{**fields, **more}, added=[("edge", {}, ["/etc/komodo"])])  # type: ignore[arg-type]


async def choose(driver: Driver, name: str) -> None:
    """From the list of syncs to the profile of that name."""
    await driver.at("syncs")
    await driver.press("P")
    await driver.at("profiles")
    await driver.point(f" {name} ")
    await driver.press("enter")


@pytest.mark.parametrize("size", SIZES)
async def test_enter_goes_over_into_a_profile_and_closes_the_one_before(size: tuple[int, int]) -> None:
    there = prod(read_only="the profile prod is read-only")
    here = FakeSession(others={"prod": there})
    async with driven(here, size) as driver:
        await driver.at("syncs")
        await driver.press("P")
        await driver.at("profiles")
        await driver.see("* local", "embedded", "this machine", "prod", "core", "komodo.example", "READ-ONLY")
        await driver.press("enter")
        await driver.see("local is already active")
        await driver.press("q")
        await choose(driver, "prod")
        await driver.see("> edge", "core · prod · ", "komodo.example", "READ-ONLY")
        await driver.at("syncs")
        assert "homelab" not in driver.text
        await driver.until(lambda: here.closed, "the session before is closed")
        assert not there.closed
        assert [page.place for page in driver.app.pages()] == ["syncs"]


@pytest.mark.parametrize("size", SIZES)
async def test_a_profile_that_does_not_answer_is_told_and_the_old_one_stays(size: tuple[int, int]) -> None:
    here = FakeSession(others={"prod": DOWN})
    async with driven(here, size) as driver:
        await choose(driver, "prod")
        await driver.see("! Core cannot be reached", "nowhere.example", "connection refused", "See that Core runs")
        await driver.at("profiles")
        await driver.press("q")
        await driver.at("syncs")
        await driver.see("embedded · local", "> homelab")
        assert not here.closed


async def test_the_list_of_profiles_is_filtered() -> None:
    here = FakeSession(others={"prod": prod(), "attic": prod(profile="attic", address="https://attic.example")})
    async with driven(here) as driver:
        await driver.at("syncs")
        await driver.press("P")
        await driver.at("profiles")
        await driver.see("3 profiles")
        await driver.press("slash")
        await driver.type("attic")
        await driver.press("enter")
        assert "komodo.example" not in driver.text
        await driver.press("enter")
        await driver.at("syncs")
        await driver.see("core · attic")


@pytest.mark.parametrize("size", SIZES)
async def test_a_profile_that_is_broken_is_not_missed_in_silence(size: tuple[int, int]) -> None:
    session = FakeSession(warned=("config.toml: [profiles.b\x1b[2J] has no address. Write one.",))
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.press("P")
        await driver.see("* local", "! config.toml: [profiles.b␛[2J] has no address. Write one.")


@pytest.mark.parametrize("size", [(20, 5), (40, 10)])
async def test_every_screen_of_a_core_opens_where_little_fits(size: tuple[int, int]) -> None:
    core = FakeCoreService(happened=[Change("1", 0.0, "ana", "DeployStack", None, True, True)], logs={"1": ["line"]})
    there = prod(core=core, asks=(("Password of ana", True),))
    async with driven(FakeSession(others={"prod": there}), size) as driver:
        await driver.at("syncs")
        await driver.press("P")
        await driver.at("profiles")
        await driver.press("j", "enter")
        await driver.until(lambda: driver.page.place == "ask", "asked")
        await driver.press("x", "enter")
        await driver.at("syncs")
        for keys, place, out in (
            (("R",), "confirm", 1), (("e",), "sync", 1), (("D",), "ask", 1), (("n",), "new", 1),
            (("H", "tab"), "changes", 1), (("H", "tab", "enter"), "log", 2), (("question_mark",), "help", 1),
        ):  # fmt: skip
            for key in keys:
                await driver.press(key)
                await driver.until(lambda: driver.page.busy is None, "ready for the next key")
                await driver.pilot.pause()
            await driver.at(place)
            await driver.press(*["escape"] * out)
            await driver.at("syncs")


async def test_where_there_is_one_profile_the_way_to_another_is_said() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("P")
        await driver.see("* local", "n new")


async def test_a_run_that_goes_on_is_asked_about_first() -> None:
    there = prod()
    async with driven(FakeSession(steps_per_watch=0, others={"prod": there})) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        await driver.press("P")
        await driver.at("profiles")
        await driver.point("prod")
        await driver.press("enter")
        await driver.at("question")
        await driver.see("continues in the background")
        await driver.press("escape")
        await driver.at("profiles")
        await driver.press("enter")
        await driver.at("question")
        await driver.press("enter")
        await driver.at("syncs")
        await driver.see("core · prod")


async def test_what_a_login_needs_is_asked_for_and_a_secret_is_not_seen() -> None:
    there = prod(asks=(("Password of ana", True), ("Code of the second factor", False)))
    async with driven(FakeSession(others={"prod": there})) as driver:
        await choose(driver, "prod")
        await driver.see("Password of ana")
        assert driver.page.place == "ask"
        await driver.press("enter")
        await driver.see("Type it first.")
        await driver.type("hunter2")
        await driver.press("home", "shift+end", "ctrl+x")
        assert "hunter2" not in driver.text
        assert not driver.app.clipboard
        await driver.press("enter")
        await driver.see("Code of the second factor")
        await driver.type("123456")
        await driver.see("123456")
        await driver.press("enter")
        await driver.see("core · prod", "> edge")
    assert there.answers == ["hunter2", "123456"]


async def test_an_unanswered_question_leaves_everything_as_it_was() -> None:
    there = prod(asks=(("Password of ana", True),))
    async with driven(FakeSession(others={"prod": there})) as driver:
        await choose(driver, "prod")
        await driver.see("Password of ana")
        await driver.press("escape")
        await driver.see("! the profile has no secret", "Write it down.")
        await driver.at("profiles")
        assert there.closed


async def test_ksync_can_be_left_while_a_question_is_open() -> None:
    there = prod(asks=(("Password of ana", True),))
    async with driven(FakeSession(others={"prod": there})) as driver:
        await choose(driver, "prod")
        await driver.see("Password of ana")
        await driver.press("ctrl+q")
        await driver.until(lambda: not driver.app.is_running)
    for thread in threading.enumerate():
        if thread.name == "ksync-work":
            thread.join(10)
    assert there.closed


async def test_a_try_that_is_given_up_opens_nothing() -> None:
    held = Event()
    there = prod(hold=held)
    async with driven(FakeSession(others={"prod": there})) as driver:
        await choose(driver, "prod")
        await driver.see("Opening prod")
        await driver.press("escape")
        await driver.see("Stopped.")
        held.set()
        await driver.until(lambda: there.closed, "what was opened is closed")
        assert driver.page.place == "profiles"
        await driver.see("embedded · local")


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (60, "core · prod · https://komodo.example   READ-ONLY "),
        (45, "core · prod · komodo.example   READ-ONLY "),
        (38, "core · prod · komod…ample   READ-ONLY "),
        (34, "core · prod   READ-ONLY "),
    ],
)
def test_the_address_gives_way_first_and_read_only_last(room: int, said: str) -> None:
    assert status_line(prod(read_only="it is"), room).plain == said


def test_a_long_profile_is_cut_in_the_middle() -> None:
    assert status_line(prod(profile="production-east", read_only="it is"), 30).plain == "core · prod…-east   READ-ONLY "


def test_a_core_is_marked_even_without_colours() -> None:
    assert status_line(prod(), 40).spans[0].style == style("core")
    assert style("core").reverse
    assert not style("dim").reverse
