"""The same ways on the demo's sandbox: the real session, a real child process, real files, a real commit."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.demo.sandbox import Sandbox, build
from ksync_tui.services import Session

from .driving import SIZES, Driver, driven


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox of its own."""
    made = build(tmp_path / "demo")
    monkeypatch.setenv("KSYNC_HOME", str(made.home))
    return made


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    """The sandbox's session."""
    with Session.open(sandbox.home) as opened:
        yield opened


def git(sandbox: Sandbox, *words: str) -> str:
    """What git says about the sandbox's repository."""
    return subprocess.run(["git", "-C", str(sandbox.infra), *words], check=True, capture_output=True, text=True).stdout


async def review(driver: Driver, name: str) -> None:
    """From the list of syncs into a review."""
    await driver.at("syncs")
    await driver.see(name)
    await driver.point(name)
    await driver.press("enter")
    await driver.at("review")


async def tick(driver: Driver, *lines: str) -> None:
    """Ticks these lines."""
    for line in lines:
        await driver.point(line)
        await driver.press("space")


def pending(session: Session, name: str) -> set[str]:
    """The ids of what is pending."""
    return set(session.reviews.create(session.syncs.get(name)).plan.by_id)


@pytest.mark.parametrize("size", SIZES)
async def test_two_updates_and_a_create_are_done_and_only_those(session: Session, size: tuple[int, int]) -> None:
    before = pending(session, "homelab")
    ticked = {"update:server/attic", "update:variable/MAIL_HOST", "create:variable/PAPERS_MAILBOX"}
    assert ticked < before
    async with driven(session, size) as driver:
        await review(driver, "homelab")
        await tick(driver, "~ attic", "~ MAIL_HOST", "+ PAPERS_MAILBOX")
        await driver.see("3 ticked")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("Run 3 of", "~ server/attic", "~ variable/MAIL_HOST", "+ variable/PAPERS_MAILBOX")
        await driver.press("enter")
        await driver.see("3 done", "planned again:")
        await driver.press("q")
        await driver.at("review")
    assert pending(session, "homelab") == before - ticked


async def test_a_delete_asks_for_its_name(session: Session) -> None:
    async with driven(session) as driver:
        await review(driver, "homelab")
        await tick(driver, "- FAX_NUMBER")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("Type its name to confirm")
        await driver.press("enter")
        assert driver.page.place == "confirm"
        await driver.type("FAX_NUMBER")
        await driver.press("enter")
        await driver.see("1 done")
    assert "delete:variable/FAX_NUMBER" not in pending(session, "homelab")


@pytest.mark.parametrize("size", SIZES)
async def test_an_edit_in_the_managed_sync_is_committed_alone(
    sandbox: Sandbox, session: Session, size: tuple[int, int]
) -> None:
    head = git(sandbox, "rev-parse", "HEAD").strip()
    file = next(sandbox.infra.rglob("media.toml"))
    before = file.read_text("utf-8")
    async with driven(session, size) as driver:
        await review(driver, "media")
        await driver.point("~ radio")
        await driver.press("e")
        await driver.at("editor")
        area = driver.page.area
        row = next(at for at, line in enumerate(area.text.splitlines()) if line.startswith("description"))
        area.move_cursor((row, area.document.get_line(row).rindex('"')))
        await driver.type(" and the garden")
        await driver.press("ctrl+o")
        await driver.at("preview")
        await driver.see("and the garden")
        assert file.read_text("utf-8") == before
        await driver.press("enter")
        await driver.at("commit")
        await driver.see("Commit to")
        await driver.press("enter")
        await driver.at("review")
        await driver.see("committed")
    patch = git(sandbox, "log", "-p", "--format=%an", f"{head}..HEAD")
    changed = [line for line in patch.splitlines() if re.match(r"[+-](?![+-]{2} )", line)]
    assert [line[0] for line in changed] == ["-", "+"]
    assert changed[1].replace(" and the garden", "")[1:] == changed[0][1:]
    assert file.read_text("utf-8").replace(" and the garden", "") == before
    assert git(sandbox, "status", "--porcelain") == ""


async def test_live_is_taken_into_the_file(sandbox: Sandbox, session: Session) -> None:
    head = git(sandbox, "rev-parse", "HEAD").strip()
    async with driven(session, (120, 40)) as driver:
        await review(driver, "media")
        await driver.press("m")
        await driver.see("to file")
        await driver.press("a")
        await driver.see("3 ticked", "+ audiobooks")
        await driver.press("A")
        await tick(driver, "~ radio")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("Write 1 resource", "< stack/radio", "media.toml", "+1 -1", "enter commit")
        await driver.press("j", "right")
        await driver.at("log")
        await driver.see("-BITRATE = 192 # kbit/s", "+BITRATE = 320 # kbit/s")
        await driver.press("q")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.at("review")
        await driver.see("committed")
    assert "update:stack/radio" not in pending(session, "media")
    assert git(sandbox, "diff", "--name-only", head, "HEAD").split() == ["media.toml"]
