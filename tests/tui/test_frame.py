"""Around every screen: keys, help, palette, small terminals, long lists, leaving."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target
from ksync_tui.tui import keymap
from ksync_tui.tui.app import KsyncApp
from ksync_tui.tui.completion import complete
from ksync_tui.tui.editors import command
from ksync_tui.tui.screens.ask import AskScreen
from ksync_tui.tui.screens.changes import ChangesScreen
from ksync_tui.tui.screens.commit import CommitScreen
from ksync_tui.tui.screens.confirm import ConfirmScreen
from ksync_tui.tui.screens.consent import ConsentScreen
from ksync_tui.tui.screens.diff import DiffScreen
from ksync_tui.tui.screens.edit_sync import EditSyncScreen
from ksync_tui.tui.screens.editor import EditorScreen
from ksync_tui.tui.screens.help import HelpScreen
from ksync_tui.tui.screens.history import HistoryScreen
from ksync_tui.tui.screens.host_form import HostForm
from ksync_tui.tui.screens.hosts import HostsScreen
from ksync_tui.tui.screens.ignore import IgnoreScreen
from ksync_tui.tui.screens.log import LogScreen
from ksync_tui.tui.screens.new_sync import NewSyncScreen
from ksync_tui.tui.screens.palette import PaletteScreen
from ksync_tui.tui.screens.preview import PreviewScreen
from ksync_tui.tui.screens.problems import ProblemsScreen
from ksync_tui.tui.screens.profile_form import ProfileForm
from ksync_tui.tui.screens.profiles import ProfilesScreen
from ksync_tui.tui.screens.question import QuestionScreen
from ksync_tui.tui.screens.review import ReviewScreen
from ksync_tui.tui.screens.run import RunScreen
from ksync_tui.tui.screens.step import StepScreen
from ksync_tui.tui.screens.syncs import SyncsScreen
from ksync_tui.tui.screens.written import WrittenScreen
from ksync_tui.tui.widgets.frame import TopLine
from ksync_tui.tui.widgets.wrap import breaks, indent_of

from .driving import SMALL, driven
from .fakes import FakeSession, resource

PAGES = {
    page.place: page
    for page in (
        AskScreen, ChangesScreen, CommitScreen, ConfirmScreen, ConsentScreen, DiffScreen, EditSyncScreen, EditorScreen,
        HelpScreen, HistoryScreen, HostForm, HostsScreen, IgnoreScreen, LogScreen, NewSyncScreen, PaletteScreen,
        PreviewScreen, ProblemsScreen,
        ProfileForm, ProfilesScreen, QuestionScreen, ReviewScreen, RunScreen, StepScreen, SyncsScreen, WrittenScreen,
    )
}  # fmt: skip


@pytest.mark.parametrize("place", PAGES)
def test_every_command_is_done_by_its_screens_and_has_a_key_of_its_own(place: str) -> None:
    keys = [key for binding in keymap.bindings(place) for key in binding.key.split(",")]  # type: ignore[union-attr]
    assert len(keys) == len(set(keys))
    for one in keymap.DEFAULT.on(place):
        assert hasattr(PAGES[place], f"do_{one.id}")
        assert one.help


def test_no_command_needs_keys_that_terminals_keep() -> None:
    taken = {"ctrl+a", "ctrl+b", "ctrl+s"}
    for one in keymap.COMMANDS:
        assert not taken & set(one.keys)
        assert not any(key.startswith("alt+") for key in one.keys)


def test_a_document_has_the_table_of_keys() -> None:
    document = (Path(__file__).parents[2] / "docs/keys.md").read_text("utf-8")
    _, _, rest = document.partition("<!-- keys -->\n")
    written, _, _ = rest.partition("<!-- /keys -->")
    assert written.splitlines() == keymap.table()


@pytest.mark.parametrize("size", [(20, 5), (39, 24), (80, 9), (1, 1)])
async def test_a_tiny_terminal_shows_one_message(size: tuple[int, int]) -> None:
    async with driven(FakeSession(), size) as driver:
        await driver.pilot.pause()
        await driver.press("enter", "j", "x", "question_mark", "escape")
        if size[0] >= 20:
            await driver.see("larger")
        await driver.pilot.resize_terminal(*SMALL)
        await driver.see("ksync" if driver.page.place == "syncs" else "homelab")


async def test_every_screen_opens_where_hardly_anything_fits() -> None:
    async with driven(FakeSession(), (20, 5)) as driver:
        await driver.at("syncs")
        await driver.press("j", "enter")
        await driver.at("review")
        for keys, place in (
            (("enter",), "diff"), (("exclamation_mark",), "problems"), (("H",), "history"),
            (("question_mark",), "help"), (("colon",), "palette"), (("e",), "editor"), (("a", "x"), "confirm"),
        ):  # fmt: skip
            await driver.press(*keys)
            await driver.at(place)
            await driver.press("escape")
            await driver.at("review")


def test_every_place_of_the_table_is_a_screen() -> None:
    assert {place for one in keymap.COMMANDS for place in one.places} == set(PAGES)


async def test_help_and_palette_show_what_works_here() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.press("question_mark")
        await driver.see("Tick or untick the line", "[>] to live   [<] to file")
        await driver.press("G")
        await driver.see("not now: Nothing is ticked")
        assert "for a Komodo Core" not in driver.text
        await driver.press("question_mark")
        await driver.at("review")
        await driver.press("colon")
        await driver.at("palette")
        await driver.type("shown but")
        await driver.see("Tick everything shown but deletes")
        await driver.press("enter")
        await driver.at("review")
        await driver.see("6 ticked")


async def test_the_footer_has_only_what_works_now() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.until(lambda: "x go" not in driver.text.splitlines()[-1])
        await driver.press("space")
        await driver.until(lambda: "x go" in driver.text.splitlines()[-1])
        assert driver.text.splitlines()[-1].rstrip().endswith("? help")


def many(number: int) -> tuple[Action, ...]:
    """So many creates."""
    stack = resource("stack", "one")
    return tuple(Action("create", Target("stack", f"stack-{at:05}"), "new", proposed=stack) for at in range(number))


async def test_in_ten_thousand_rows_a_move_draws_two_lines() -> None:
    async with driven(FakeSession(many(10_000)), (120, 40)) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        outline = driver.page.outline
        drawn: list[int] = []
        draw = outline._draw
        outline._draw = lambda line, width: drawn.append(line) or draw(line, width)
        await driver.press("j")
        assert set(drawn) == {1, 2}
        await driver.press("G")
        await driver.see("stack-09999")
        assert len(set(drawn)) < 100
        await driver.press("a")
        await driver.see("10,000 ticked")


async def test_quitting_asks_while_a_run_goes_on() -> None:
    session = FakeSession(steps_per_watch=0)
    async with driven(session) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("0 of 6")
        await driver.press("ctrl+c")
        await driver.at("question")
        await driver.see("continues in the background")
        await driver.press("enter")
        await driver.until(lambda: not driver.app.is_running)


async def test_back_at_the_root_leaves() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("q")
        await driver.until(lambda: not driver.app.is_running)


async def test_keys_held_down_do_not_confirm() -> None:
    session = FakeSession()
    app = KsyncApp(session, session.syncs.all()[0], held_keys=1000)  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        from .driving import Driver

        driver = Driver(app, pilot)
        await driver.at("review")
        await driver.press("a", "x")
        await driver.at("confirm")
        await driver.press("enter", "enter")
        assert not session.records
        app.held_keys = 0
        await driver.press("enter")
        await driver.at("run")


async def test_copy_goes_to_the_clipboard_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.press("y")
        await driver.see("Copied")
        assert "LEVEL = debug" in driver.app.clipboard
        assert driver.app._copies
        assert driver.app._copies.parent == tmp_path
        assert "LEVEL = debug" in driver.app._copies.read_text("utf-8")


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        ("vim -n", ["vim", "-n", "+14", "/x/a b.toml"]),
        ("code", ["code", "--wait", "--goto", "/x/a b.toml:14"]),
        ("hx", ["hx", "/x/a b.toml:14"]),
        ("my-editor", ["my-editor", "/x/a b.toml"]),
        ("", ["vi", "+14", "/x/a b.toml"]),
    ],
)
def test_editors_open_at_the_line(editor: str, expected: list[str]) -> None:
    assert command("/x/a b.toml", 14, {"EDITOR": editor}) == expected


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("env", ("environment", "env_file_path")),
        ('server = "n', ("nas", "node")),
        ('  server = "', ("edge", "nas", "node")),
        ('image = "n', ()),
        ("server = n", ()),
        ("", ("environment", "env_file_path", "server")),
    ],
)
def test_completion_knows_keys_and_names(before: str, found: tuple[str, ...]) -> None:
    names = {"server": ["nas", "node", "edge"]}
    keys = ["environment", "env_file_path", "server"]
    completion = complete("stack", before, lambda kind: names.get(kind, []), keys)
    assert set(completion.found) == set(found)


def test_broken_lines_keep_every_character_and_fit() -> None:
    for text in ("  key = " + "x" * 90, "日本語" * 20, "short", ""):
        stretches = breaks(text, 30)
        assert "".join(text[start:end] for start, end in stretches) == text
        assert len(stretches) == 1 or indent_of(text) < 30


async def test_a_line_that_changes_back_before_it_is_painted_is_painted_as_it_is() -> None:
    async with driven(FakeSession()) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.idle()
        line = driver.page.query_one(TopLine)
        painted = line.render()
        driver.page.direction = "file"
        line.renew()
        driver.page.direction = "live"
        line.renew()
        assert line.render() == painted
