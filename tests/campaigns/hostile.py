"""Text and paths from somebody who means ill: nothing acts on the terminal, nothing is written outside its folder."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from hypothesis import strategies as st

from ksync_tui.services import Session
from ksync_tui.toml.render import line_string
from tests.campaigns import lab as labs
from tests.campaigns.harness import Campaign, Check
from tests.campaigns.lab import Lab
from tests.tui.driving import SMALL, driven

TEXTS = (
    "\x1b[31mred", "\x1b]0;owned\x07", "\x1b]8;;http://evil\x1b\\link", "\x1b[2J\x1b[H", "\x1bP1$r\x1b\\", "\x9b31m",
    "\x9d0;x\x9c", "\x00", "\x07\x08\x7f", "a\rb", "a\nb", "a\r\nb", "\t", "\u202eevil\u202c", "\u2066x\u2069",
    "\u200b\ufeff", "\u2028\u2029", "[bold]x[/bold]", "[@click=app.quit]x[/]", "[/]", "[red", "$(touch evil)",
    "`touch evil`", "; touch evil;", "&& touch evil", "--output=evil", "-o evil", "-", "--",
    "--upload-pack=touch evil", "ext::sh -c touch% evil", "..", "../evil", "../../evil", "a/../../../evil",
    "./.git/hooks/post-commit", ".git/config", "~/evil", "~root", "%2e%2e%2fevil", "con", " ", "", "*", "?",
    "\U000e0041", "é", "e\u0301", "漢字", "🦎", "ｅｖｉｌ", "A" * 500, "x\\", "'", '"', '"""', "'''", "#", "=", "[[x]]",
    "[[stack]]",
)  # fmt: skip
"""Controls of terminals, directions of writing, markup, shells, options, paths, and what ends strings."""
FIELDS = (
    "name", "tag", "description", "environment", "file_contents", "run_directory", "file_paths", "env_file_path",
    "additional_env_files", "config_files", "project_name", "pre_deploy.path", "extra_args", "links", "repo.branch",
    "repo.path", "repo.repo", "repo.on_clone.path", "server.address", "variable", "file", "folder", "link",
    "container log", "commit",
)  # fmt: skip
"""Where text or a path comes in."""
LISTS = ("file_paths", "additional_env_files", "config_files", "extra_args", "links")
REPO = ("branch", "path", "repo", "on_clone.path")
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
COMMANDS = (
    "validate @", "plan @", "plan @ --format markdown", "plan @ --json", "apply @ --all --yes", "plan @",
    "commit @ --all --yes", "run stack/web --yes", "run repo/code --yes", "runs", "runs show 2", "export",
    "logs stack/web", "syncs", "import --host attic",
)  # fmt: skip
EXACT = ("export", "import", "plan @ --json")
"""What another program reads: its text is the file's own, but for controls."""


KEYS = "u g j enter v escape exclamation_mark escape e escape H enter escape escape"


@dataclass(frozen=True)
class Case:
    """What stands where."""

    put: tuple[tuple[str, str], ...]


CASES = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2).map("".join)),
    min_size=1, max_size=5, unique_by=lambda pair: pair[0],
).map(lambda pairs: Case(tuple(pairs)))  # fmt: skip


def text_of(given: dict[str, str]) -> str:
    """A resource file with all of it."""

    def line(key: str, field: str, usual: str, form: str = "{}") -> str:
        return f"{key} = {form.format(line_string(given.get(field, usual)))}\n"

    stack = "".join(
        (
            line("name", "name", "web"), line("tags", "tag", "prod", "[{}]"), line("description", "description", ""),
            "deploy = true\n[stack.config]\nserver = \"attic\"\n", line("environment", "environment", "A = 1"),
            line("file_contents", "file_contents", "services:\n  web:\n    image: nginx:1\n"),
            *(line(key, key, "") for key in ("run_directory", "env_file_path", "project_name") if key in given),
            *(line(key, key, "", "[{}]") for key in LISTS if key in given),
            "pre_deploy.command = \"true\"\n", line("pre_deploy.path", "pre_deploy.path", ""),
        )
    )  # fmt: skip
    repo = "".join(
        f"{key} = {line_string(given[f'repo.{key}'])}\n"
        for key in ("branch", "path", "repo", "on_clone.path")
        if f"repo.{key}" in given
    )
    return (
        f'[[server]]\nname = "attic"\n[server.config]\n{line("address", "server.address", "")}\n'
        f'[[variable]]\nname = "A"\n{line("value", "variable", "1")}\n[[stack]]\n{stack}\n'
        f'[[repo]]\nname = "code"\n[repo.config]\nserver = "attic"\non_clone.command = "true"\n{repo}'
    )


def check(template: Path, root: Path, case: Case, counts: Counter[str]) -> None:
    """Puts it there, and goes through commands and screens."""
    lab, given = labs.copied(template, root), dict(case.put)
    place = laid_out(lab, given)
    before = everything(lab)
    for words in COMMANDS:
        said = lab.says(*(str(place) if word == "@" else word for word in words.split()))
        unsafe = (CONTROLS if words.startswith(EXACT) else UNSAFE).search(said)
        assert unsafe is None, f"`ksync {words}` says {unsafe and unsafe[0]!r}: {around(said, unsafe)!r}"
        assert "internal error" not in said, f"`ksync {words}`: {said}"
    asyncio.run(screens(lab, place))
    moved = {path for path in everything(lab).items() ^ before.items() if allowed(path[0], lab, place) is False}
    assert not moved, f"written outside: {sorted(path for path, _ in moved)}"
    counts.update(field for field, _ in case.put)


def around(text: str, found: re.Match[str] | None) -> str:
    """Some of a text about a place in it."""
    return text[max(0, found.start() - 60) : found.end() + 60] if found else ""


def laid_out(lab: Lab, given: dict[str, str]) -> Path:
    """Writes the files, where the file system takes such names; the folder of resources."""
    folder = lab.infra / "here"
    folder.mkdir()
    name = clean(given.get("file", "lab.toml"))
    inner = folder / clean(given.get("folder", "in"))
    inner.mkdir(exist_ok=True)
    (inner / (name if name.endswith(".toml") else f"{name}.toml")).write_text(text_of(given), "utf-8")
    (folder / "to-a-device.toml").symlink_to("/dev/zero")
    (folder / "outside.toml").symlink_to(given.get("link", "../../outside.toml").replace("\0", "") or "x")
    os.mkfifo(folder / "pipe.toml")
    running = json.loads((lab.home / "docker/docker.json").read_text())
    for container in running["containers"]:
        container[-1] = [f"2026-01-01T00:00:00.000000000Z {given.get('container log', 'fine')}"]
    (lab.home / "docker/docker.json").write_text(json.dumps(running))
    lab.git("add", str(inner))
    lab.git("commit", "-qm", given.get("commit", "x").replace("\0", "") or "x", "--allow-empty-message")
    return folder


def clean(name: str) -> str:
    """A text as the name of a file in a folder."""
    name = name.replace("\0", "").replace("/", "_")[:100]
    return name if name not in ("", ".", "..") else f"{name}x"


def everything(lab: Lab) -> dict[str, tuple[int, int]]:
    """All files of the lab and beside it, each with its size and when it was written."""
    found = {}
    for path in lab.root.parent.rglob("*"):
        about = path.lstat()
        if not stat.S_ISDIR(about.st_mode):
            found[str(path)] = (about.st_size, about.st_mtime_ns)
    return found


def allowed(path: str, lab: Lab, place: Path) -> bool:
    """Whether ksync may write there: its own folder, the resource files, the repository's own folder."""
    inside = (lab.home, place, lab.infra / ".git", lab.root / "tmp")
    return any(Path(path).is_relative_to(folder) for folder in inside) and "/hooks/" not in path


async def screens(lab: Lab, place: Path) -> None:
    """A few screens: no segment holds a control, and none has an action of somebody else."""
    with patch.dict(os.environ, lab.environment), Session.open(lab.home) as session:
        async with driven(session, SMALL, session.syncs.at(place)) as driver:
            await driver.at("review")
            for key in KEYS.split():
                await driver.press(key)
                await driver.idle()
                strips = driver.page._compositor.render_strips(driver.app.size)
                for segment in (segment for strip in strips for segment in strip):
                    unsafe = UNSAFE.search(segment.text)
                    assert unsafe is None, f"on the screen after {key}: {segment.text!r}"
                    meta = segment.style.meta if segment.style else {}
                    assert "app.quit" not in str(meta.get("@click")), f"an action on the screen after {key}: {meta}"
                if driver.page.place == "syncs":
                    return


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """A lab, and beside it what nobody may touch."""
    template, root = labs.prepared(folder)
    (folder / "outside.toml").write_text('[[variable]]\nname = "OUTSIDE"\n')
    (folder / "evil-canary").write_text("untouched")
    yield lambda case: check(template, root, case, counts)


CAMPAIGN = Campaign(
    "hostile", "controls, markup, options, links and paths that lead out, in every place", CASES, opened
)
