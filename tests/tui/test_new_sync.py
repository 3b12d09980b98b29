"""A new sync is made on a form, by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.errors import UsageError
from ksync_tui.services import Session

from .driving import SIZES, Driver, driven
from .fakes import FakeSession


async def form(driver: Driver) -> None:
    """From the list of syncs to the form."""
    await driver.at("syncs")
    await driver.press("n")
    await driver.at("new")


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_an_empty_list_names_the_key_that_fills_it(size: tuple[int, int]) -> None:
    session = FakeSession(empty=True)
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.see("No syncs yet: n makes one")
        await driver.press("n")
        await driver.at("new")
        await driver.type("attic")
        await driver.press("tab")
        await driver.type("/srv/homelab")
        await driver.press("enter")
        await driver.at("review")
        await driver.press("q")
        await driver.at("syncs")
        await driver.see("> attic")
    assert session.added == [("attic", {}, ["/srv/homelab"])]


@pytest.mark.parametrize("size", SIZES)
async def test_switches_and_tags_go_into_the_sync(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await form(driver)
        await driver.type("den")
        await driver.press("down")
        await driver.type("/srv/home")
        await driver.press("down")
        await driver.type("media, edge")
        await driver.press("down", "space")
        await driver.see("> [x] managed", "deletes every resource with these tags that it does not declare")
        await driver.press("down", "down", "space")
        await driver.see("> [x] variables", "with these tags and every variable")
        await driver.press("up", "space", "space")
        await driver.see("> [ ] delete")
        await driver.press("enter")
        await driver.at("review")
        await driver.press("q")
        await driver.at("syncs")
        await driver.see("> den")
    fields = {"managed": True, "include_variables": True, "match_tags": ["media", "edge"]}
    assert session.added == [("den", fields, ["/srv/home"])]


async def test_what_is_wrong_is_said_while_one_types_and_cannot_be_added() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await form(driver)
        await driver.press("enter")
        await driver.see("Give it a name.")
        await driver.type("edge")
        await driver.see("! a sync with this name already exists")
        await driver.type("s")
        await driver.press("enter")
        await driver.see("Give it a folder, a file or a git address.")
        await driver.press("tab")
        await driver.type("/nowhere")
        await driver.see("! the path does not exist")
        assert "a sync with this name already exists" not in driver.text
        await driver.until(lambda: "enter add" not in driver.text.splitlines()[-1])
        await driver.press("enter")
        await driver.see("The path is not valid yet: the path does not exist.")
    assert not session.added


async def test_tab_completes_the_path_then_goes_on() -> None:
    async with driven(FakeSession()) as driver:
        await form(driver)
        await driver.see("tab next field")
        await driver.press("tab")
        await driver.see("tab complete")
        field = driver.page.query_one("#path")
        for typed, expected in (("/srv/h", "/srv/home"), ("/e", "/srv/home/edge.toml")):
            await driver.type(typed)
            await driver.press("tab")
            await driver.until(lambda wanted=expected: field.value.startswith(wanted), expected)
        field.value = "/srv/home"
        field.cursor_position = len(field.value)
        await driver.press("tab")
        await driver.see("homelab/, home/")
        field.value = "/srv/home/edge.toml"
        await driver.press("tab")
        await driver.until(lambda: driver.page.focused.id == "tags")
        await driver.press("shift+tab")
        field.value = "/nowhere"
        await driver.press("tab")
        await driver.see("No folder or .toml file begins like that.")


async def test_leaving_asks_when_something_was_typed() -> None:
    session = FakeSession()
    async with driven(session) as driver:
        await form(driver)
        await driver.press("escape")
        await driver.at("syncs")
        await form(driver)
        await driver.type("attic")
        await driver.press("escape")
        await driver.at("question")
        await driver.press("escape")
        await driver.at("new")
        await driver.see("attic")
        await driver.press("escape")
        await driver.at("question")
        await driver.press("enter")
        await driver.at("syncs")
    assert not session.added


async def test_a_refusal_of_the_engine_keeps_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise UsageError("invalid sync name", where="attic", why="it was made just now")

    session = FakeSession()
    monkeypatch.setattr(session.syncs, "add", refuse)
    async with driven(session) as driver:
        await form(driver)
        await driver.type("attic")
        await driver.press("tab")
        await driver.type("/srv/homelab")
        await driver.press("enter")
        await driver.see("invalid sync name", "it was made just now", "/srv/homelab")
        assert driver.page.place == "new"


async def test_a_read_only_session_has_no_new_sync() -> None:
    async with driven(FakeSession(read_only="you may look only")) as driver:
        await driver.at("syncs")
        await driver.until(lambda: "n new" not in driver.text.splitlines()[-1])
        await driver.press("n")
        await driver.see("READ-ONLY: you may look only")


async def test_a_folder_becomes_a_sync_and_its_review(tmp_path: Path) -> None:
    infra = tmp_path / "infra"
    infra.mkdir()
    (infra / "web.toml").write_text('[[stack]]\nname = "web"\n\n[[variable]]\nname = "DOMAIN"\nvalue = "example.org"\n')
    with Session.open(tmp_path / "home") as session:
        async with driven(session) as driver:
            await form(driver)
            await driver.type("homelab")
            await driver.press("tab")
            await driver.type(f"{tmp_path}/in")
            await driver.press("tab")
            await driver.until(lambda: driver.page.query_one("#path").value == f"{infra}/")
            await driver.press("down", "down", "down", "down", "space")
            await driver.see("[x] variables")
            await driver.press("enter")
            await driver.at("review")
            await driver.see("+ web", "+ DOMAIN", "2 pending")
            await driver.press("q")
            await driver.at("syncs")
            await driver.see("> homelab", "pending")
        (record,) = session.runs.latest()
        assert (record.sync, [action.action for action in record.actions]) == (
            "by hand",
            ["create:resource_sync/homelab"],
        )
        assert session.syncs.get("homelab").options.include_variables
        assert session.syncs.get("homelab").place == f"dir  {infra}"
