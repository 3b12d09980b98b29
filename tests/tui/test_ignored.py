"""One entry to live, one into the file, one ignored: the real session, a real repository, a real run and commit."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.model.resource import Target
from ksync_tui.services import Session, Sync

from .driving import SIZES, Driver, driven

STACK = """\
[[stack]]
name = "web"
[stack.config]
environment = \"\"\"
# how loud
LEVEL = info
PORT = 9090 # the proxy knows it
MOTD = hi
\"\"\"

[[stack]]
name = "wiki"
[stack.config]
branch = "develop"
"""


class Lab:
    """A managed sync over a repository, applied once; then its file and live were edited."""

    def __init__(self, root: Path) -> None:
        self.file = root / "infra" / "web.toml"
        self.file.parent.mkdir()
        self.git("init", "-qb", "main")
        self.git("config", "user.name", "Ana")
        self.git("config", "user.email", "ana@example.org")
        self.write(STACK)
        self.session = Session.open(root / "home")
        self.session.syncs.add("lab", {"managed": True}, [str(self.file)])
        self.apply(self.session.syncs.get("lab"))
        other = root / "other.toml"
        other.write_text(STACK.replace("9090", "8080"))
        self.apply(self.session.syncs.at(other))
        self.write(STACK.replace("info", "debug").replace("hi", "hello"))

    def write(self, text: str) -> None:
        """Writes and commits the file."""
        self.file.write_text(text)
        self.git("add", ".")
        self.git("commit", "-qm", "by hand")

    def git(self, *words: str) -> str:
        """What git says."""
        command = ["git", "-C", str(self.file.parent), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def apply(self, sync: Sync) -> None:
        """Applies all."""
        review = self.session.reviews.create(sync)
        self.session.runs.run_fully(review.plan.select(list(review.plan.by_id)), "not applied")

    def live(self) -> str:
        """The environment of the stack as it is live."""
        return str(self.session.snapshot().live[Target("stack", "web")].resource.settings.environment)  # type: ignore[attr-defined]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    made = Lab(tmp_path)
    yield made
    made.session.close()


async def opened(driver: Driver) -> None:
    """The review with the entries of the stack."""
    await driver.at("syncs")
    await driver.see("lab")
    await driver.press("enter")
    await driver.at("review")
    await driver.point("~ web")
    await driver.press("right")
    await driver.see("environment.LEVEL", "environment.PORT", "environment.MOTD")


async def ignore(driver: Driver, line: str, reason: str, *ends: str) -> None:
    """Ignores a line; `ends` are keys pressed after the reason."""
    await driver.point(line)
    await driver.press("i")
    await driver.at("ignore")
    await driver.type(reason)
    await driver.press(*ends, "enter")
    await driver.at("review")
    await driver.see("[i]")


@pytest.mark.parametrize("size", SIZES)
async def test_one_to_live_one_to_the_file_one_ignored(lab: Lab, size: tuple[int, int]) -> None:
    async with driven(lab.session, size) as driver:
        await opened(driver)
        await driver.point("environment.LEVEL")
        await driver.press("greater_than_sign")
        await driver.point("environment.PORT")
        await driver.press("less_than_sign")
        await ignore(driver, "environment.MOTD", "ana is testing")
        if size[0] > 120:
            await driver.see("MOTD = hello")
        await driver.see("1 ignored", "[>] ~ F environment.LEVEL", "[<] ~ L environment.PORT", "until it changes")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see(
            "environment.LEVEL", "< stack/web", "environment.PORT (changed live)  web.toml", "commit to", "message"
        )
        await driver.press("enter")
        await driver.at("run")
        await driver.see("1 done", "planned again", "Wrote 1 file: web.toml; committed")
        assert "differs again" not in driver.text
        await driver.press("escape")
        await driver.at("review")
        await driver.see("0 pending", "1 ignored", "[i] ~ web")
    assert lab.live() == "# how loud\nLEVEL = debug\nPORT = 8080 # the proxy knows it\nMOTD = hi\n"
    shown = lab.git("log", "-p", "-1", "--format=").splitlines()
    changed = [line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == ["-PORT = 9090 # the proxy knows it", "+PORT = 8080 # the proxy knows it"]
    assert lab.git("status", "--porcelain") == ""
    lab.write(lab.file.read_text().replace("hello", "good day"))
    async with driven(lab.session, size) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.see("1 pending", "[ ] ~ web", "environment.MOTD is no longer ignored")


async def test_the_same_key_shows_it_again(lab: Lab) -> None:
    async with driven(lab.session) as driver:
        await opened(driver)
        await ignore(driver, "environment.MOTD", "", "f3", "f3")
        await driver.see("for good")
        await driver.press("space")
        await driver.see("This is ignored", "0 ticked")
        await driver.press("i")
        await driver.see("No longer ignored: stack/web:environment.MOTD", "[ ] ~ F environment.MOTD")
        await driver.until(lambda: "ignored" not in driver.text.splitlines()[0])


async def test_a_resource_is_ignored_as_a_whole_and_stands_at_the_end(lab: Lab) -> None:
    lab.write(lab.file.read_text().replace('branch = "develop"', 'branch = "next"'))
    async with driven(lab.session) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.see("2 pending")
        await ignore(driver, "~ web", "later")
        await driver.see("1 pending", "1 ignored")
        lines = driver.text.splitlines()
        rows = [line for line in lines if "~ web" in line or "~ wiki" in line]
        assert [row.split()[:4] for row in rows] == [["[", "]", "~", "wiki"], [">", "[i]", "~", "web"]]
        await driver.press("a")
        await driver.see("1 ticked")
        await driver.press("enter")
        await driver.at("diff")
        await driver.see("MOTD")
        await driver.press("i")
        await driver.see("2 pending")


async def test_what_is_no_end_is_not_taken(lab: Lab) -> None:
    async with driven(lab.session) as driver:
        await opened(driver)
        await driver.point("environment.MOTD")
        await driver.press("i")
        await driver.at("ignore")
        await driver.press("tab", *["backspace"] * 6)
        await driver.type("soon")
        await driver.press("enter")
        await driver.see("Write change, a date")
        await driver.press("escape")
        await driver.at("review")
        await driver.see("[ ] ~ F environment.MOTD")


def rename_wiki(lab: Lab) -> None:
    """What is wiki-js live is wiki in the file."""
    lab.write(lab.file.read_text().replace('name = "wiki"\n[stack.config]', 'name = "wiki-js"\n[stack.config]'))
    lab.apply(lab.session.syncs.get("lab"))
    long = 'environment = "A_LONG_ENOUGH_NAME = a long enough value"\nbranch = "develop"'
    for name in ("wiki-js", "wiki"):
        text = lab.file.read_text()
        if "A_LONG" not in text:
            lab.write(text.replace('branch = "develop"', long))
            lab.apply(lab.session.syncs.get("lab"))
        else:
            lab.write(text.replace('name = "wiki-js"', f'name = "{name}"'))


async def test_lives_name_goes_into_the_file(lab: Lab) -> None:
    rename_wiki(lab)
    async with driven(lab.session) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.point("= wiki-js -> wiki")
        await driver.press("less_than_sign")
        await driver.see("[<] = wiki-js -> wiki", "2 to file")
        await driver.press("space")
        await driver.see("[ ] = wiki-js -> wiki", "0 ticked")
        await driver.press("greater_than_sign")
        await driver.see("[>] = wiki-js -> wiki", "1 ticked")
        await driver.press("less_than_sign")
        await driver.see("[<] = wiki-js -> wiki", "0 ticked · 2 to file")
        await driver.press("x")
        await driver.at("confirm")
        await driver.see("< stack/wiki ", "renamed to wiki-js", "< stack/wiki-js", "+1 -1")
        await driver.press("enter")
        await driver.at("review")
        await driver.see("0 pending", "committed")
    shown = lab.git("log", "-p", "-1", "--format=%s").splitlines()
    changed = [line for line in shown if line.startswith(("+name", "-name"))]
    assert (shown[0], changed) == ("Rename stack wiki to wiki-js", ['-name = "wiki"', '+name = "wiki-js"'])


async def test_a_likely_rename_is_chosen_taken_back_and_done(lab: Lab) -> None:
    rename_wiki(lab)
    async with driven(lab.session) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.see("[ ] = wiki-js -> wiki", "rename? identical")
        await driver.point("= wiki-js -> wiki")
        await driver.press("right")
        await driver.see("[ ] + wiki", "[ ] - wiki-js")
        await driver.press("left", "space")
        await driver.see("[>] = wiki-js -> wiki", "was wiki-js", "1 ticked")
        await driver.press("right")
        await driver.see("[ ] = wiki-js -> wiki", "[ ] + wiki", "0 ticked")
        await driver.press("greater_than_sign")
        await driver.see("[>] = wiki-js -> wiki")
        await driver.press("x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("1 done", "planned again")
        await driver.press("escape")
        await driver.at("review")
        await driver.see("0 ticked")
    assert Target("stack", "wiki") in lab.session.snapshot().live
    assert Target("stack", "wiki-js") not in lab.session.snapshot().live


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_as_declared_can_be_looked_at_and_edited(lab: Lab, size: tuple[int, int]) -> None:
    async with driven(lab.session, size) as driver:
        await driver.at("syncs")
        await driver.press("enter")
        await driver.see("~ web", "1 unchanged")
        assert "wiki" not in driver.text
        await driver.press("u")
        await driver.point("wiki")
        await driver.see("as declared")
        await driver.press("space")
        await driver.see("Nothing to choose", "0 ticked")
        await driver.press("a")
        await driver.see("1 ticked")
        await driver.press("enter")
        await driver.at("diff")
        await driver.see('branch = "develop"', "stack/wiki is live as declared.", "Declared in web.toml:11.")
        await driver.press("q", "e")
        await driver.at("editor")
        await driver.see('branch = "develop"')
        await driver.press("escape")
        await driver.at("review")
        await driver.press("u")
        await driver.see("1 ticked")
        assert "as declared" not in driver.text


async def test_a_run_is_undone_from_the_history(lab: Lab) -> None:
    async with driven(lab.session) as driver:
        await opened(driver)
        await driver.point("environment.LEVEL")
        await driver.press("greater_than_sign", "x")
        await driver.at("confirm")
        await driver.press("enter")
        await driver.see("1 done", "planned again: 1 to update")
        assert "differs again" not in driver.text
        await driver.press("escape")
        await driver.at("review")
        assert "LEVEL = debug" in lab.live()
        await driver.press("H")
        await driver.at("history")
        await driver.press("u")
        await driver.at("confirm")
        await driver.see("undo run 4", "~ stack/web", "environment.LEVEL")
        await driver.press("enter")
        await driver.at("run")
        await driver.see("1 done")
        await driver.press("escape")
        await driver.at("history")
        assert "LEVEL = info" in lab.live()
        await driver.press("u")
        await driver.see("Nothing of it can be undone. stack/web")
