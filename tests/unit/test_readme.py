"""README and guides keep their word: keys are the app's, commands run, pictures and links are there."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ksync_tui import config
from ksync_tui.cli import main
from ksync_tui.cli.parser import parse
from ksync_tui.demo import docker
from ksync_tui.errors import EXIT_OK, EXIT_PENDING
from ksync_tui.tui.key_settings import keymap_of
from ksync_tui.tui.keymap import COMMANDS, Command
from tests.core.fake import FakeCore
from tests.core.fake.serving import serving

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
GUIDES = (
    "quickstart",
    "docker",
    "core",
    "moving",
    "watch",
    "editors",
    "scripts",
    "managed",
    "settings",
    "troubleshooting",
)
"""The documents whose commands are carried out here; those of docs/ci.md are in tests/cli/test_ci.py."""
TEXTS = [README, *((ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in GUIDES)]
QUICKSTART = TEXTS[1]
WALK = QUICKSTART[QUICKSTART.index("## From nothing") : QUICKSTART.index("## Your own files")]
"""From a first file to a commit: carried out as one, in a test of its own."""
PLACEHOLDER = re.compile(r"[A-Z]{3,}|KIND/NAME")
WEB = """
[[stack]]
name = "web"

[[variable]]
name = "DOMAIN"
value = "example.org"
"""
MEDIA = """
[[stack]]
name = "films"
tags = ["media"]
"""
NOT_THERE = (
    "no sync given",
    "no such run",
    "cannot prompt",
    "no such live resource",
    "nothing is pending for this resource",
    "the repository cannot be looked at",
)
"""What a command of the README may say in a test: there is no terminal, nothing of the reader's is live or online."""
NEARLY_ALL = 6
"""From this many screens on, a list of them says less than a word."""


def between(name: str, text: str = README) -> str:
    """What stands between the markers of that name."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"no markers {name}"
    return found[1]


def blocks(language: str, text: str) -> list[str]:
    """The blocks of code in that language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def is_of_resources(block: str) -> bool:
    """Whether TOML shown is a resource file, not settings."""
    return re.search(r"^\[\[", block, re.MULTILINE) is not None


def table_of_keys() -> str:
    """The keymap as its document shows it."""
    rows = "".join(f"| {_keys(command)} | {command.help} | {_where(command)} |\n" for command in COMMANDS)
    return "| key | does | where |\n|---|---|---|\n" + rows


def _keys(command: Command) -> str:
    return " ".join(f"`{key}`" for key in command.all_keys.split(", "))


def _where(command: Command) -> str:
    places = dict.fromkeys(command.places)
    return "nearly everywhere" if len(places) >= NEARLY_ALL else ", ".join(places)


def ksync_lines() -> list[list[str]]:
    """Every `ksync` command of README and guides but those of the walk once, in their order, as arguments."""
    texts = [text.replace(WALK, "") for text in TEXTS]
    lines = [line for text in texts for line in re.findall(r"^(ksync\b.*)$|`(ksync [^`]+)`", text, re.MULTILINE)]
    commands = (shlex.split(block or inline, comments=True)[1:] for block, inline in lines)
    return [list(words) for words in dict.fromkeys(map(tuple, commands))]


def test_the_table_of_keys_is_the_keymap() -> None:
    assert between("keys", (ROOT / "docs/keys.md").read_text("utf-8")) == table_of_keys()


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 2
    assert all((ROOT / picture).read_text("utf-8").startswith("<svg") for picture in pictures)


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_the_two_commands_of_a_newcomer_are_one_line_each(name: str) -> None:
    fence, line, end = between(name).splitlines()
    assert (fence, end) == ("```sh", "```")
    assert line.startswith("python3 -m venv .venv && ")


def test_every_command_does_what_a_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WEB.encode())))
    komodo = tmp_path / "infra" / "komodo"
    komodo.mkdir(parents=True)
    (komodo / "web.toml").write_text(WEB)
    (tmp_path / "infra" / "media.toml").write_text(MEDIA)
    (tmp_path / "attic.toml").write_text(WEB)
    (tmp_path / "try.toml").write_text(WEB)
    lines = ksync_lines()
    assert {words[0] for words in lines if words and "~" not in words[0]} >= {"plan", "apply", "syncs", "demo"}
    core, state = FakeCore(), tmp_path / "state"
    state.mkdir()
    with serving(core) as address:
        profile = f'[profiles.prod]\naddress = "{address}"\nkey = "{core.key}"\nsecret = "{core.secret}"\n'
        (state / "config.toml").write_text(profile)
        for name, value in (("ADDRESS", address), ("API_KEY", core.key), ("API_SECRET", core.secret)):
            monkeypatch.setenv(f"KOMODO_{name}", value)
        for words in lines:
            # A word to be filled in, what goes on for ever, and a host that is not there: it is a command all the same.
            elsewhere = words[:1] in (["watch"], ["import"]) or words[:2] == ["hosts", "test"]
            if elsewhere or any(map(PLACEHOLDER.fullmatch, words)):
                assert not isinstance(parse(words), int), words
                continue
            # The demo, in this same process, has its own; and what these write is not for the others.
            apart = words[:1] in (["hosts"], ["profiles"])
            monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "other" if apart else state))
            code = main([word.replace("~/", f"{tmp_path}/") for word in words])
            said = capsys.readouterr().err
            expected = code in (EXIT_OK, EXIT_PENDING) or any(words in said for words in NOT_THERE)
            assert expected, f"ksync {shlex.join(words)}: {said}"


def test_the_settings_shown_are_settings(tmp_path: Path) -> None:
    shown = [block for text in TEXTS for block in blocks("toml", text) if not is_of_resources(block)]
    assert len(shown) == 6
    first = [block for block in shown if block.startswith("decrypt")]  # what stands at the top of the file
    (tmp_path / "config.toml").write_text("".join([*first, *(block for block in shown if block not in first)]))
    settings = config.load({"KSYNC_HOME": str(tmp_path)})
    assert settings.profile("prod").address == "https://komodo.example"
    assert settings.hosts["attic"] == "ssh://rosa@attic"
    keys = keymap_of(settings).by_id
    assert (keys["go"].key, keys["history"].all_keys) == ("F5", "h, H")


def test_the_resource_files_shown_have_no_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = [block for text in TEXTS for block in blocks("toml", text) if is_of_resources(block)]
    assert len(shown) >= 2
    for block in shown:
        (tmp_path / "shown.toml").write_text(block)
        assert main(["validate", "--offline", str(tmp_path / "shown.toml")]) == EXIT_OK, capsys.readouterr().out


def test_the_quickstart_goes_from_nothing_to_a_commit_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (file,), (plan,) = blocks("toml", WALK), blocks("text", WALK)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/home.toml").write_text(file.replace("busybox:", "httpd:"))  # the pretend busybox ends at once
    at_home_with_pretend_docker(tmp_path, monkeypatch)
    said: dict[str, str] = {}
    for line in "".join(blocks("sh", WALK)).splitlines():
        if not line.startswith("ksync "):
            said[line] = "" if line.startswith("curl") else shell(line)
            continue
        words = shlex.split(line, comments=True)[1:]
        asks = ["--yes"] if words[0] in ("apply", "commit", "run") else []
        code = main([word.replace("~/", f"{tmp_path}/") for word in (*words, *asks)])
        said[shlex.join(words)] = capsys.readouterr().out
        assert code == (EXIT_PENDING if words[0] == "plan" else EXIT_OK), line
    assert said["plan '~/infra'"].strip() == plan.strip()
    assert "6 done" in said["apply '~/infra' --all"]
    assert "home  in sync" in said["syncs"]
    assert '~ value = "Hello again" -> "Hello"' in said["plan --sync home"]
    shown = said["git -C ~/infra show"]
    assert "Update variable GREETING" in shown
    changed = [line for line in shown.splitlines() if re.match(r"[+-][^+-]", line)]
    assert changed == ['-value = "Hello"', '+value = "Hello again"']


def at_home_with_pretend_docker(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home folder of its own, with somebody who commits, and the demo's Docker."""
    (home / "state").mkdir()
    command = [sys.executable, "-I", "-S", str(Path(docker.__file__)), str(home / "containers")]
    (home / "containers").mkdir()
    (home / "state/config.toml").write_text(f"[docker]\ncommand = {json.dumps(command)}\n")
    (home / ".gitconfig").write_text("[user]\nname = Rosa\nemail = rosa@example.org\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("KSYNC_HOME", str(home / "state"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.chdir(home)


def shell(line: str) -> str:
    """What a line prints that is not ksync's."""
    done = subprocess.run(line, shell=True, check=True, capture_output=True, text=True)  # noqa: S602 - the guide's own
    return done.stdout


def test_every_link_leads_somewhere_and_the_site_has_every_document() -> None:
    documents = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
    for folder, texts in ((ROOT, {"README.md": README}), (ROOT / "docs", documents)):
        for name, text in texts.items():
            links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
            local = [link for link in links if link and "://" not in link]
            assert [link for link in local if not (folder / link).exists()] == [], name
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    assert {file for entry in site["nav"] for file in entry.values()} == set(documents)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 130
