"""The keys are the person's: the settings change them, and footer, help, palette and sentences follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.cli import main
from ksync_tui.config import Settings
from ksync_tui.errors import ConfigError
from ksync_tui.services import Session
from ksync_tui.tui.key_settings import keymap_of
from ksync_tui.tui.keymap import COMMANDS, DEFAULT, Keymap

from .driving import driven
from .fakes import FakeSession

FILE = Path("config.toml")


def keymap(**keys: str | tuple[str, ...]) -> Keymap:
    """The keymap of settings with these keys."""
    wanted = {name: (words,) if isinstance(words, str) else words for name, words in keys.items()}
    return keymap_of(Settings(Path(), FILE, keys=wanted))


def test_without_settings_every_key_is_the_tables() -> None:
    assert keymap().commands == COMMANDS
    assert keymap().changes() == {}


@pytest.mark.parametrize(
    ("written", "key", "shown"),
    [
        ("x", "x", "x"), ("X", "X", "X"), ("é", "é", "é"), ("F5", "f5", "F5"), ("ctrl+n", "ctrl+n", "ctrl+n"),
        ("?", "question_mark", "?"), ("*", "asterisk", "*"), (",", "comma", ","), ("+", "plus", "+"),
        ("PgDn", "pagedown", "PgDn"), ("Esc", "escape", "esc"), (" ", "space", "space"), ("Return", "enter", "enter"),
    ],
)  # fmt: skip
def test_keys_are_written_as_people_do(written: str, key: str, shown: str) -> None:
    free = {"page_down": "f7", "back": "f8", "help": "f9", "tick": "f10", "open": "f11", "go": "f12", "stop": "f6"}
    command = keymap(**{**free, "layout": written}).by_id["layout"]
    assert (command.keys, command.key) == ((key,), shown)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"tik": "t"}, "[keys] names no command: tik. Did you mean tick?"),
        ({"wash_the_car": "t"}, "[keys] names no command: wash_the_car. The help of a screen"),
        ({"go": "m"}, "[keys] m is twice on the screen review: go, direction"),
        ({"go": "f5", "direction": "F5"}, "[keys] F5 is twice on the screen review: go, direction"),
        ({"go": ("x", "j")}, "[keys] j is twice on the screen review: go, down"),
        ({"new": "q"}, "[keys] q is twice on the screen syncs: new, back"),
        ({"back": "esc"}, "[keys] esc is twice on the screen run: stop, back"),
        ({"go": "spacebar"}, "[keys] go is on no key that there is: 'spacebar'"),
        ({"go": "hyper+x"}, "[keys] go is on no key that there is: 'hyper+x'"),
        ({"go": "ctrl+"}, "[keys] go is on no key that there is: 'ctrl+'"),
        ({"go": "\t"}, "[keys] go is on no key that there is"),
        ({"go": "ctrl+c"}, "[keys] go cannot be on ctrl+c: that key leaves or suspends ksync everywhere"),
        ({"add": ("a", "space")}, "[keys] add cannot be on a, space alone: on the screen new characters are typed"),
        ({"cancel": "q"}, "[keys] cancel cannot be on q alone: on the screen confirm characters are typed"),
    ],
)
def test_keys_that_cannot_be_are_refused(keys: dict[str, str | tuple[str, ...]], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        keymap(**keys)
    assert str(refused.value).startswith(f"{FILE}: {said}")


def test_two_commands_may_change_places() -> None:
    swapped = keymap(tick_all="A", tick_none="a")
    assert swapped.changes() == {"review.tick_all": "A", "review.tick_none": "a"}


def test_a_key_given_up_is_taken_by_who_shared_it() -> None:
    changed = keymap(stop="S")
    assert changed.keys_on("run", changed.by_id["back"]) == ["q", "escape"]
    assert DEFAULT.keys_on("run", DEFAULT.by_id["back"]) == ["q"]


async def test_changed_keys_do_it_and_are_shown_everywhere() -> None:
    session = FakeSession()
    keys = keymap(tick_all="A", tick_none="a", go=("F5", "X"), back="q", open=("l", "enter"), history="h")
    async with driven(session, keymap=keys) as driver:
        await driver.at("syncs")
        await driver.see("l open")
        await driver.press("h")
        await driver.at("history")
        await driver.see("press F5.")
        await driver.press("q")
        await driver.at("syncs")
        await driver.press("l")
        await driver.at("review")
        await driver.press("x", "a", "escape")
        assert driver.page.place == "review"
        await driver.see("0 ticked")
        await driver.press("A")
        await driver.see("6 ticked", "F5 go")
        await driver.press("question_mark")
        await driver.at("help")
        await driver.see("F5, X", "Confirm what is ticked, then do it", " go")
        await driver.press("q", "colon")
        await driver.at("palette")
        await driver.type("untick every")
        await driver.see("a       Untick everything")
        await driver.press("enter")
        await driver.see("0 ticked")
        await driver.press("A", "X")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("6 done")


async def test_enter_does_not_do_what_is_on_another_key_even_in_a_field() -> None:
    session = FakeSession()
    async with driven(session, keymap=keymap(confirm="F9")) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.at("review")
        await driver.point("- old-wiki")
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.type("old-wiki")
        await driver.see("F9 run")
        await driver.press("enter")
        assert driver.page.place == "confirm"
        assert not session.records
        await driver.press("f9")
        await driver.see("1 done")


async def test_the_settings_file_says_which(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[keys]\nnew = "F6"\nhelp = ["?", "F1"]\n')
    with Session.open(tmp_path) as session:
        async with driven(session, keymap=keymap_of(session.settings)) as driver:
            await driver.at("syncs")
            await driver.see("No syncs yet: F6 makes one")
            await driver.press("f1")
            await driver.at("help")
            await driver.press("q", "f6")
            await driver.at("new")


@pytest.mark.parametrize(
    "written", ["keys = 1", "[keys]\ngo = 5", "[keys]\ngo = []", '[keys]\ngo = ""', "keys.go.x = 1"]
)
def test_settings_that_are_no_keys_are_refused(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(written)
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path))
    assert main(["syncs"]) == 1
    assert "[keys] must map commands to keys" in capsys.readouterr().err
