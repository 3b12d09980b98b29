"""A walk with a real session and a Core behind a real socket, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.services import Session
from tests.core.fake import FakeCore, seed
from tests.core.fake.refreshing import after_write
from tests.core.fake.serving import serving

from .driving import LARGE, SMALL, Driver, driven

FILE = """\
# kept until Core commits

[[stack]]
name = "web"
tags = ["prod"]
[stack.config]
server = "edge-1"
file_contents = \"\"\"
services:
  web:
    image: nginx:1.28
\"\"\"

[[variable]]
name = "REGION"
value = "north"
"""
SETTINGS = """\
[profiles.lab]
address = "{address}"
key = "{key}"
secret = "{secret}"

[profiles.people]
address = "{address}"
user = "eve"

[profiles.nowhere]
address = "http://127.0.0.1:1"
key = "k"
secret = "s"
"""


@pytest.fixture
def core(tmp_path: Path) -> FakeCore:
    """A small homelab with a sync over one file."""
    made = FakeCore()
    made.sync_folder = tmp_path / "syncs"
    made.sync_folder.mkdir()
    seed.homelab(made)
    (made.sync_folder / "infra" / "main.toml").write_text(FILE)
    sync = made.named("resource_sync", "infra")
    sync.config.update({"include_variables": True, "match_tags": ["prod"]})
    after_write(made, made.admin, sync)
    made.user("eve", "eve-password", totp="123456", admin=True)
    return made


@pytest.fixture
def home(core: FakeCore, tmp_path: Path) -> Iterator[Path]:
    """A home of ksync whose profiles know the way to that Core."""
    root = tmp_path / "home"
    root.mkdir()
    with serving(core) as address:
        settings = SETTINGS.format(address=address, key=core.key, secret=core.secret)
        (root / "config.toml").write_text(settings)
        (root / "config.toml").chmod(0o600)
        yield root


async def go_over(driver: Driver, name: str) -> None:
    """From the list of syncs into another profile."""
    await driver.at("syncs")
    await driver.press("P")
    await driver.at("profiles")
    await driver.point(f" {name} ")
    await driver.press("enter")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_from_this_machine_into_a_core_and_back(home: Path, core: FakeCore, size: tuple[int, int]) -> None:
    session = Session.open(home)
    async with driven(session, size) as driver:
        await driver.at("syncs")
        await driver.see("embedded · local", "No syncs yet")
        await go_over(driver, "nowhere")
        await driver.see("! Core cannot be reached", "http://127.0.0.1:1")
        await driver.press("q")
        await go_over(driver, "lab")
        await driver.see("core · lab · http://127.0.0.1", "> infra", "pending")
        await driver.at("syncs")

        await driver.press("enter")
        await driver.at("review")
        await driver.see("~ web", "REGION")
        await driver.point("~ web")
        await driver.press("space", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("1 done", "planned again")
        await driver.at("run")
        await driver.press("q")
        await driver.at("review")
        await driver.see("REGION")
        assert "nginx:1.28" in core.named("stack", "web").config["file_contents"]
        await driver.press("q")

        await driver.at("syncs")
        await driver.press("R")
        await driver.at("confirm")
        await driver.see("resource_sync/infra")
        await driver.press("enter")
        await driver.see("1 done", "planned again: nothing left")
        await driver.at("run")
        await driver.press("q")
        await driver.at("syncs")
        await driver.see("in sync")
        assert core.variables["REGION"].value == "north"

        await driver.press("H")
        await driver.at("history")
        await driver.see("2  done", "tab in Core")
        await driver.press("tab")
        await driver.at("changes")
        await driver.see("RunSync", "UpdateStack", "resource_sync/infra" if size == LARGE else "/infra", "admin")
        await driver.point("RunSync")
        await driver.press("enter")
        await driver.at("log")
        await driver.see("RunSync on resource_sync/infra by admin", "Read remote resources")
        await driver.press("q", "q")

        await go_over(driver, "local")
        await driver.see("embedded · local", "No syncs yet")
        await driver.press("H")
        await driver.at("history")
        await driver.see("in lab")
        await driver.press("enter")
        await driver.see("This run is in the profile lab")
    driver.app.session.close()


async def test_a_sync_of_core_is_changed_committed_and_deleted(home: Path, core: FakeCore) -> None:
    file = core.sync_folder / "infra" / "main.toml"
    with Session.open(home, "lab") as session:
        async with driven(session) as driver:
            await driver.at("syncs")
            await driver.press("e")
            await driver.at("sync")
            await driver.press("down", "down", "space", "enter")
            await driver.see("managed", "Saved infra.")
            await driver.at("syncs")
            sync = core.named("resource_sync", "infra")
            assert sync.config["managed"]
            assert not sync.config["delete"]

            await driver.press("C")
            await driver.at("question")
            await driver.press("enter")
            await driver.see("Core committed infra")
            await driver.at("syncs")
            assert "kept until Core commits" not in file.read_text()

            await driver.press("e")
            await driver.at("sync")
            await driver.type("-2")
            await driver.press("enter")
            await driver.see("> infra-2", "Saved infra-2.")
            await driver.at("syncs")
            assert core.named("resource_sync", "infra-2") is sync

            await driver.press("n")
            await driver.at("new")
            await driver.press("down")
            await driver.type("https://git.example/x")
            await driver.see("! a sync over a git repository is made in Komodo")
            await driver.press("escape", "enter")
            await driver.at("syncs")

            await driver.press("D")
            await driver.at("ask")
            await driver.type("infra-2")
            await driver.press("enter")
            await driver.see("Deleted infra-2.", "No syncs of this Core")
    with pytest.raises(KeyError):
        core.named("resource_sync", "infra-2")


async def test_a_login_with_a_second_factor_asks_for_both_and_keeps_neither(home: Path, core: FakeCore) -> None:
    session = Session.open(home)
    async with driven(session) as driver:
        await go_over(driver, "people")
        await driver.see("Password of eve")
        await driver.press("escape")
        await driver.see("! no password for")
        await driver.at("profiles")
        await driver.press("enter")
        await driver.see("Password of eve")
        await driver.type("guessed")
        await driver.press("enter")
        await driver.see("! ", "http://127.0.0.1")
        await driver.at("profiles")
        assert [call.type for call in core.log].count("LoginLocalUser") == 1
        await driver.press("enter")
        await driver.see("Password of eve")
        await driver.type("eve-password")
        assert "eve-password" not in driver.text
        await driver.press("enter")
        await driver.see("Code of the second factor for people")
        await driver.type("123456")
        await driver.press("enter")
        await driver.see("core · people", "> infra")
        await driver.at("syncs")
    driver.app.session.close()
    assert not any(b"eve-password" in kept or b"123456" in kept for kept in everything_in(home))


def everything_in(folder: Path) -> list[bytes]:
    """What all files of a folder hold."""
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
