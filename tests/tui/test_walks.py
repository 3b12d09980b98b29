"""A person's ways through the app, by keyboard, on a session in memory."""

from __future__ import annotations

import re
from dataclasses import replace
from threading import Event

import pytest

from ksync_tui.errors import SourceError

from .driving import SIZES, SMALL, Driver, driven
from .fakes import FakeSession


async def review(driver: Driver, name: str = "homelab") -> None:
    """From the list of syncs into a review."""
    await driver.at("syncs")
    await driver.see(name)
    await driver.point(name)
    await driver.press("enter")
    await driver.at("review")


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_ticked_runs_and_nothing_else(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await review(driver)
        await driver.see("8 pending · 0 ticked")
        for line in ("~ web", "~ DOMAIN", "+ api"):
            await driver.point(line)
            await driver.press("space")
        await driver.see("8 pending · 4 ticked")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("Run 4 of 8 actions", "~ stack/web", "* stack/web", "+ deployment/api", "~ variable/DOMAIN")
        await driver.press("enter")
        await driver.see("4 done", "planned again:")
        await driver.press("q")
        await driver.at("review")
        await driver.see("4 pending · 0 ticked")
    done = ["create:deployment/api", "deploy:stack/web", "update:stack/web", "update:variable/DOMAIN"]
    assert sorted(session.done) == done


async def test_a_tick_brings_what_it_needs_and_says_so() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver)
        await driver.point("* worker")
        await driver.press("space")
        await driver.see("[>] +* worker", "[.] ~* web", "needed by worker", "4 ticked", "also ticked")


@pytest.mark.parametrize("size", SIZES)
async def test_a_delete_runs_only_after_its_name_is_typed(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await review(driver)
        await driver.point("- old-wiki")
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.see("Type its name to confirm")
        await driver.press("enter")
        await driver.type("old-wik")
        await driver.press("enter")
        assert not session.records
        await driver.type("i")
        await driver.press("enter")
        await driver.see("1 done")
    assert session.done == ["delete:stack/old-wiki"]


async def test_all_ticks_everything_but_deletes_and_blocked_ones() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver)
        await driver.press("a")
        await driver.see("8 pending · 6 ticked", "1 delete left out", "1 blocked action left out")
        await driver.press("A")
        await driver.see("0 ticked")


async def test_a_heading_ticks_what_is_under_it() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver)
        await driver.press("g", "space")
        await driver.see("1/2", "[ ]  - old-wiki", "2 ticked")
        await driver.press("space")
        await driver.see("0 ticked")


async def test_a_refresh_keeps_cursor_ticks_and_order() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        await driver.point("+ api")
        await driver.press("space")
        session.done.append("update:stack/web")
        await driver.press("r")
        await driver.at("review")
        await driver.see("> ", "[>]  + api", "7 pending · 1 ticked")
        assert driver.page.outline.entry.id == "create:deployment/api"


async def test_a_tick_whose_action_is_gone_is_said() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        await driver.point("+ api")
        await driver.press("space")
        session.done.append("create:deployment/api")
        await driver.press("r")
        await driver.see("1 tick no longer in the plan")


async def test_the_filter_narrows_as_one_types_and_esc_clears_it() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver)
        await driver.press("slash")
        await driver.type("domain")
        await driver.see("~ DOMAIN")
        assert "worker" not in driver.text
        await driver.press("enter", "space")
        await driver.see("1 ticked")
        await driver.press("q")
        await driver.see("worker", "1 ticked")
        assert driver.page.place == "review"


async def test_narrow_shows_the_list_alone_and_enter_opens_a_unified_diff() -> None:
    async with driven(FakeSession(), SMALL) as driver:
        await review(driver)
        assert "LEVEL" not in driver.text
        await driver.point("~ web")
        await driver.press("enter")
        await driver.at("diff")
        await driver.see("LEVEL = info", "LEVEL = debug", "+   TRACE = 1")
        await driver.press("v")
        await driver.see("│")
        await driver.press("q")
        await driver.at("review")
        assert driver.page.outline.entry.id == "update:stack/web"


async def test_wide_shows_the_difference_and_what_it_brings_beside_the_list() -> None:
    async with driven(FakeSession(), (120, 30)) as driver:
        await review(driver)
        await driver.point("~ web")
        await driver.see("LEVEL = info", "LEVEL = debug", "Redeploys web: 2 containers restart")
        lines = [line for line in driver.text.splitlines() if "LEVEL = info" in line]
        assert "LEVEL = debug" in lines[0]


async def test_what_goes_to_live_runs_and_what_goes_to_the_file_ends_in_a_commit() -> None:
    session = FakeSession()
    async with driven(session, (120, 30)) as driver:
        await review(driver, "edge")
        await driver.press("a", "m")
        await driver.see("to file", "0 ticked · 6 to live")
        assert "* web" not in driver.text
        await driver.point("~ web")
        await driver.press("less_than_sign")
        await driver.see("1 ticked · 3 to live", "also unticked")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("3 to run · 1 to file", "< stack/web", "infra/stacks/web.toml", "Ana <ana@example.org>")
        await driver.see("other changes in your working copy")
        await driver.see("commit to infra@main", "[ ] push to origin/main, with 2 earlier commits of yours")
        assert not session.written
        await driver.press("f4")
        await driver.see("[x] push to origin/main")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("3 done", "Wrote", "ommitted 4f2a91c")
        await driver.press("escape")
        await driver.at("review")
        await driver.see("0 ticked")
    assert [change.file for change in session.written] == ["infra/stacks/web.toml"]
    assert session.commits == ["web: debug level (pushed)"]


async def test_an_edit_is_previewed_written_and_committed() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver, "edge")
        await driver.point("~ web")
        await driver.press("e")
        await driver.at("editor")
        await driver.see("# the whole homelab", 'name = "web"', 'name = "DOMAIN"')
        await driver.press("down", "end", "backspace")
        await driver.type("2")
        await driver.see("changed", "!")
        await driver.type('"')
        await driver.press("f2")
        await driver.at("preview")
        await driver.see('+name = "web2"', '-name = "web"')
        await driver.press("enter")
        await driver.at("commit")
        await driver.press("enter")
        await driver.at("review")
    assert len(session.written) == 1
    assert session.commits == ["web: debug level"]


async def test_leaving_an_edit_asks_first() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver, "edge")
        await driver.point("~ web")
        await driver.press("e")
        await driver.at("editor")
        await driver.type("x")
        await driver.press("escape")
        await driver.at("question")
        await driver.see("is not saved")
        await driver.press("escape")
        await driver.at("editor")
        await driver.press("escape")
        await driver.at("question")
        await driver.press("enter")
        await driver.at("review")
    assert not session.written


async def test_tab_completes_keys_and_names() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver, "edge")
        await driver.point("~ web")
        await driver.press("e")
        await driver.at("editor")
        await driver.press("enter", "up")
        await driver.type("env")
        await driver.press("tab")
        await driver.see("environment")
        await driver.until(lambda: driver.page.area.text.startswith("environment\n"))
        await driver.type(' = 1, server = "')
        await driver.press("end", "enter")
        await driver.type('server = "na')
        await driver.press("tab")
        await driver.until(lambda: 'server = "nas' in driver.page.area.text)


async def test_the_problems_list_says_where_and_what_to_do() -> None:
    async with driven(FakeSession()) as driver:
        await review(driver)
        await driver.press("exclamation_mark")
        await driver.at("problems")
        await driver.see("infra/stacks/web.toml:71:3", "an alerter needs an endpoint", "add [alerter.config.endpoint]")


async def test_an_error_stands_where_the_list_would_be() -> None:
    session = FakeSession(error=SourceError("the folder cannot be read", where="/srv/x", why="denied", hint="chmod it"))
    async with driven(session, start=session.syncs.all()[0]) as driver:
        await driver.see("the folder cannot be read", "/srv/x", "denied", "chmod it")


async def test_waiting_can_be_stopped() -> None:
    session = FakeSession(hold=Event())
    async with driven(session, start=session.syncs.all()[0]) as driver:
        await driver.see("Reading homelab ...")
        await driver.press("escape")
        await driver.see("Stopped.")
        assert session.hold
        session.hold.set()


async def test_a_detached_run_is_found_in_the_history() -> None:
    session = FakeSession(steps_per_watch=0)
    async with driven(session) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("0 of 6")
        await driver.press("q")
        await driver.see("The run continues")
        await driver.press("D")
        await driver.at("review")
        await driver.see("continues in the background")
        await driver.press("H")
        await driver.at("history")
        await driver.see("running")
        session.steps_per_watch = 6
        await driver.press("enter")
        await driver.see("6 done")


async def test_a_run_stops_after_its_action() -> None:
    session = FakeSession(steps_per_watch=0)
    async with driven(session) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("0 of 6")
        await driver.press("escape")
        await driver.see("Stopped in", "6 stopped")


async def test_asked_twice_a_run_gives_up_the_action_it_is_at() -> None:
    session = FakeSession(steps_per_watch=0, stubborn=True)
    async with driven(session) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("0 of 6")
        await driver.press("escape")
        await driver.see("Stopping after this action", "esc stop at once")
        await driver.press("escape")
        await driver.see("Stopped in")


async def test_several_actions_that_go_on_at_once_are_all_marked_and_stopped_together() -> None:
    session = FakeSession(steps_per_watch=0, stubborn=True)
    async with driven(session) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("0 of 6")
        record = session.records[1]
        begun = tuple(replace(action, started=record.created) for action in record.actions[:3])
        session.records[1] = replace(record, actions=(*begun, *record.actions[3:]))
        await driver.see("> running")
        assert sum("> running" in line for line in driver.text.splitlines()) == 3
        await driver.press("escape")
        await driver.see("Stopping after these 3 actions", "esc stop at once")
        await driver.press("escape")
        await driver.see("Stopped in")


@pytest.mark.parametrize(("at", "started"), [("web", "deploy:stack/web"), ("DOMAIN", "run:build/app")])
async def test_a_resource_is_run_by_hand(at: str, started: str) -> None:
    session = FakeSession(steps_per_watch=0)
    async with driven(session) as driver:
        await review(driver)
        await driver.point(at)
        await driver.press("R")
        if at == "DOMAIN":
            await driver.see("run by hand", "build   build/app", "deploy  stack/web")
            await driver.type("build")
            await driver.press("enter")
        await driver.at("confirm")
        await driver.see("Run 1 of 1 action", "run by hand")
        await driver.press("enter")
        await driver.at("run")
        assert [[one.id for one in selection] for selection in session.started] == [[started]]


async def test_what_becomes_of_deleted_containers_is_said_and_chosen() -> None:
    session = FakeSession(steps_per_watch=0)
    async with driven(session) as driver:
        await review(driver)
        await driver.point("old-wiki")
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.see("containers are taken down, volumes stay", "F3 changes that")
        await driver.press("f3")
        await driver.see("volumes are lost")
        await driver.press("f3")
        await driver.see("containers stay and are forgotten")
        await driver.type("old-wiki")
        await driver.press("enter")
        await driver.at("run")
        (selection,) = session.started
        assert [(one.id, one.removal) for one in selection] == [("delete:stack/old-wiki", "forget")]


async def test_read_only_is_always_said_and_nothing_runs() -> None:
    session = FakeSession(read_only="the database belongs to somebody else")
    async with driven(session) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.see("READ-ONLY", "belongs to somebody else")
        assert driver.page.place == "review"


async def test_outside_text_reaches_no_terminal() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await review(driver)
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("6 done", "␛[31mpulled")
        assert "\x1b" not in driver.text


async def test_nothing_pending_is_said() -> None:
    async with driven(FakeSession(actions=())) as driver:
        await review(driver)
        await driver.see("Nothing is pending in what could be read", "0 pending · 0 ticked")
        await driver.press("space", "j", "enter", "x", "m", "G")
        assert driver.page.place == "review"


async def test_the_pane_that_has_the_keys_is_seen_without_colours() -> None:
    async with driven(FakeSession(), (120, 30)) as driver:
        await review(driver)
        await driver.see("│ stack/web")
        assert "┃" not in driver.text
        await driver.press("tab")
        await driver.see("┃ stack/web")
        await driver.press("tab")
        await driver.see("│ stack/web")
        await driver.point("+ api")
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("─────", "1 done", "planned again")
        await driver.press("tab")
        await driver.see("━━━━━")


@pytest.mark.parametrize("height", [10, 12, 14, 24])
async def test_the_editor_leaves_out_no_line_between_those_it_shows(height: int) -> None:
    async with driven(FakeSession(), (80, height)) as driver:
        await driver.at("syncs")
        await driver.point("edge")
        await driver.press("enter")
        await driver.at("review")
        await driver.point("~ web")
        await driver.press("e")
        await driver.at("editor")
        await driver.press("enter", "x", "enter")
        await driver.see("! ")

        def in_order() -> bool:
            numbers = [int(found) for found in re.findall(r"^ *(\d+)(?:  |$)", driver.text, re.MULTILINE)]
            return numbers == list(range(numbers[0], numbers[0] + len(numbers)))

        await driver.until(in_order, "every line follows the one above it")
