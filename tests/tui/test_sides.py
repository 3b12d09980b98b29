"""One list, both directions: `>` takes the file's side, `<` live's, space the one that is meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ksync_tui.errors import CommitRefusedError

from .driving import SIZES, Driver, driven
from .fakes import FakeSession, homelab
from .test_origin import applied_before


async def edge(driver: Driver) -> None:
    """The review of a sync whose file can be written."""
    await driver.at("syncs")
    await driver.point("edge")
    await driver.press("enter")
    await driver.at("review")


@pytest.mark.parametrize("size", SIZES)
async def test_one_entry_goes_to_live_and_one_into_the_file(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await edge(driver)
        await driver.point("~ web")
        await driver.press("right", "j", "greater_than_sign", "j", "less_than_sign")
        await driver.see("[~] ~* web", "[>] ~ environment.LEVEL", "[<] + environment.TRACE", "1 ticked · 1 to file")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("environment.LEVEL", "< stack/web", "environment.TRACE", "commit to", "1 to run · 1 to file")
        await driver.press("j", "right")
        await driver.at("step")
        await driver.see("to file", "TRACE")
        await driver.press("q")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("1 done", "planned again", "Wrote")
        await driver.press("escape")
        await driver.at("review")
        await driver.see("0 ticked")
    (selection,) = session.started
    assert [action.parts for action in selection] == [("config.environment.LEVEL",)]
    assert session.parts == {"update:stack/web": {"config.environment.TRACE"}}
    assert len(session.commits) == 1


async def test_space_takes_the_side_that_moved() -> None:
    async with driven(applied_before()) as driver:
        await edge(driver)
        for name, box in (("EDITED", "[>]"), ("DRIFTED", "[<]"), ("OPEN", "[>]")):
            await driver.point(f"~ {name}")
            await driver.press("space")
            await driver.see(f"{box} ~ {name}")
            await driver.press("space")
            await driver.see(f"[ ] ~ {name}")


async def test_space_on_an_entry_takes_the_side_that_moved_that_entry() -> None:
    (domain, web, *others) = homelab()
    (change,) = web.changes
    origins = (("config.environment.LEVEL", "files"), ("config.environment.TRACE", "live"))
    mixed = replace(web, origin="both", changes=(replace(change, origin="both", origins=origins),))
    async with driven(FakeSession((domain, mixed, *others))) as driver:
        await edge(driver)
        await driver.point("~ web")
        await driver.press("space")
        await driver.see("[ ] ~* web", "Changed on both sides")
        await driver.press("right", "j", "space", "j", "space")
        await driver.see("[>] ~ F environment.LEVEL", "[<] + L environment.TRACE", "1 ticked · 1 to file")


async def test_what_both_sides_changed_is_chosen_outright() -> None:
    async with driven(applied_before()) as driver:
        await edge(driver)
        await driver.point("~ CLASHING_NAME")
        await driver.press("space")
        await driver.see("[ ] ~ CLASHING_NAME", "Changed on both sides: > takes the file's side, < takes live's.")
        await driver.press("enter", "space")
        await driver.at("diff")
        await driver.see("Changed on both sides: > takes the file's side")
        await driver.press("q")
        await driver.at("review")
        await driver.press("less_than_sign")
        await driver.see("[<] ~ CLASHING_NAME")
        await driver.press("greater_than_sign")
        await driver.see("[>] ~ CLASHING_NAME")


async def homelab_review(driver: Driver) -> None:
    await driver.at("syncs")
    await driver.point("homelab")
    await driver.press("enter")
    await driver.at("review")
    await driver.point("~ web")


async def test_without_a_file_there_is_no_side_to_take() -> None:
    async with driven(FakeSession(files_read=0)) as driver:
        await homelab_review(driver)
        await driver.press("less_than_sign")
        await driver.see("[ ] ~* web", "homelab has no file to write live changes to")


async def test_files_that_are_not_managed_are_written_after_a_question() -> None:
    session = FakeSession(files_read=2)
    async with driven(session) as driver:
        await homelab_review(driver)
        await driver.press("less_than_sign")
        await driver.at("consent")
        await driver.see("homelab is not managed")
        await driver.press("escape")
        await driver.at("review")
        await driver.see("[ ] ~* web")
        await driver.press("less_than_sign")
        await driver.at("consent")
        await driver.press("enter")
        await driver.at("review")
        await driver.see("[<] ~* web")
        await driver.press("A", "less_than_sign")
        await driver.see("[<] ~* web")
    assert session.consented == []


async def test_the_question_can_be_answered_for_good() -> None:
    session = FakeSession(files_read=2)
    async with driven(session) as driver:
        await homelab_review(driver)
        await driver.press("less_than_sign")
        await driver.at("consent")
        await driver.press("f3", "enter")
        await driver.at("review")
        await driver.see("[<] ~* web")
    assert session.consented == ["homelab"]


async def test_in_the_diff_sides_are_taken_and_the_next_line_is_shown() -> None:
    async with driven(applied_before()) as driver:
        await edge(driver)
        await driver.point("~ EDITED")
        await driver.press("enter")
        await driver.at("diff")
        await driver.press("less_than_sign")
        await driver.see("diff   [<]", "variable/EDITED")
        await driver.press("greater_than_sign")
        await driver.see("diff   [>]")
        await driver.press("space")
        await driver.see("diff   [ ]")
        await driver.press("p")
        assert "variable/EDITED" not in driver.text
        await driver.press("n")
        await driver.see("variable/EDITED")
        await driver.press("q")
        await driver.at("review")
        await driver.see("[ ] ~ EDITED", "0 ticked")


async def test_a_click_on_a_box_chooses_and_elsewhere_it_only_moves() -> None:
    async with driven(FakeSession()) as driver:
        await homelab_review(driver)
        at = next(at for at, line in enumerate(driver.text.splitlines()) if "~* web" in line)
        await driver.press("g")
        await driver.pilot.click(offset=(20, at))
        await driver.see(">   [ ] ~* web", "0 ticked")
        await driver.pilot.click(offset=(5, at))
        await driver.see("[>] ~* web", "2 ticked")
        await driver.press("right")
        await driver.pilot.click(offset=(9, at + 1))
        await driver.see("[~] ~* web")
        await driver.pilot.click(offset=(5, at))
        await driver.see("[>] ~* web")


async def test_a_first_review_has_three_lines_that_help_takes_away() -> None:
    async with driven(FakeSession()) as driver:
        await homelab_review(driver)
        await driver.see("+ create", "space chooses: [>] to live", "x shows all that will be done")
        await driver.press("question_mark")
        await driver.at("help")
        await driver.press("question_mark")
        await driver.at("review")
        assert "space chooses" not in driver.text


async def test_after_a_run_the_first_lines_are_gone() -> None:
    async with driven(FakeSession()) as driver:
        await homelab_review(driver)
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("planned again")
        await driver.press("escape")
        await driver.at("review")
        await driver.idle()
        assert "space chooses" not in driver.text


@pytest.mark.parametrize("size", SIZES)
async def test_what_goes_only_into_files_is_confirmed_once_and_left_with_nothing_written(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await edge(driver)
        await driver.point("~ web")
        await driver.press("less_than_sign", "x")
        await driver.at("confirm")
        await driver.see("Write 1 resource", "< stack/web", "1 to file", "commit to")
        assert "to run" not in driver.text
        await driver.press("escape")
        await driver.at("review")
        assert not session.written
        await driver.press("x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("review")
        await driver.see("0 ticked", "Committed 4f2a91c")
    assert session.commits == ["web: debug level"]
    assert not session.started


async def test_files_that_cannot_be_committed_are_written_once_that_is_seen() -> None:
    session = FakeSession(refused=CommitRefusedError("nothing was committed", why="a merge is under way"))
    async with driven(session) as driver:
        await edge(driver)
        await driver.point("~ web")
        await driver.press("less_than_sign", "x")
        await driver.at("confirm")
        await driver.see("will be written, not committed", "a merge is under way", "enter write")
        await driver.press("enter")
        await driver.at("review")
        await driver.see("Wrote infra/stacks/web.toml.")
    assert len(session.written) == 1


async def test_in_the_diff_next_and_previous_go_past_headings_and_the_resource_can_be_edited() -> None:
    async with driven(FakeSession()) as driver:
        await edge(driver)
        await driver.point("- old-wiki")
        await driver.press("enter")
        await driver.at("diff")
        await driver.press("n")
        await driver.see("deployment/api")
        await driver.press("p")
        await driver.see("stack/old-wiki")
        await driver.press("p")
        await driver.see("stack/web")
        await driver.press("p")
        await driver.see("stack/web")
        await driver.press("e")
        await driver.at("editor")
        await driver.see('name = "web"')
        await driver.press("escape")
        await driver.at("review")
