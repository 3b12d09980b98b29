"""A small place that can be broken: a repository with a managed sync, live state, and a pretend Docker that is counted.

It is made once and copied for each case, always to the same folder: what is live knows the paths.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from ksync_tui.cli import main
from ksync_tui.demo import docker
from ksync_tui.services import Session

KSYNC = (sys.executable, "-m", "ksync_tui")
BEFORE = """\
# the lab
[[variable]]
name = "A"
value = "1" # one

[[variable]]
name = "GONE"
value = "x"

[[server]]
name = "attic"

[[stack]]
name = "web"
deploy = true
[stack.config]
server = "attic"
environment = "LEVEL = info"
file_contents = "services:\\n  web:\\n    image: nginx:1\\n"
"""
EDITED = BEFORE.replace("LEVEL = info", "LEVEL = debug").replace(
    '[[variable]]\nname = "GONE"\nvalue = "x"\n', '[[variable]]\nname = "NEW"\nvalue = "2"\n'
)
"""What the file says: one update with its deploy, one create, one delete."""
LIVE = '[[variable]]\nname = "A"\nvalue = "by hand"\n'
"""What somebody changed live."""
COMMITTED = EDITED.replace('"1" # one', '"by hand" # one')
"""The file once live's side of that was taken."""
DIRTY = "a change of somebody's own, in no commit\n"
_COUNTED = 'printf "%s\\n" "$*" >> "$0/calls"; exec "$1" -I -S "$2" "$0" "${@:3}"'


@dataclass(frozen=True)
class Lab:
    """The folders of a lab."""

    root: Path

    @property
    def home(self) -> Path:
        """State and settings."""
        return self.root / "home"

    @property
    def infra(self) -> Path:
        """The repository."""
        return self.root / "infra"

    @property
    def file(self) -> Path:
        """The resource file."""
        return self.infra / "lab.toml"

    @property
    def environment(self) -> dict[str, str]:
        """For commands here."""
        named = {"KSYNC_HOME": str(self.home), "TMPDIR": str(self.root / "tmp"), "DOCKER_HOST": "", "NO_COLOR": "1"}
        return os.environ | named | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def ksync(self, *words: str, before: Sequence[str] = KSYNC) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [*before, *words], env=self.environment, cwd=self.infra, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip

    def says(self, *words: str) -> str:
        """All that a command prints, run in this process."""
        out = io.StringIO()
        with patch.dict(os.environ, self.environment), chdir(self.infra), redirect_stdout(out), redirect_stderr(out):
            main(list(words))
        return out.getvalue()

    def git(self, *words: str) -> str:
        """What git says."""
        done = subprocess.run(
            ["git", *words], env=self.environment, cwd=self.infra, capture_output=True, text=True, check=True
        )
        return done.stdout

    @property
    def subjects(self) -> list[str]:
        """The commits, the newest first."""
        return self.git("log", "--format=%s").splitlines()

    @property
    def calls(self) -> list[str]:
        """What the pretend Docker was called with."""
        file = self.home / "docker/calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def ups(self) -> int:
        """How often something was deployed."""
        return sum(" up " in f"{call} " for call in self.calls)

    @property
    def leftovers(self) -> list[str]:
        """Temporary files and locks that are nobody's."""
        found = [*self.root.rglob("*.ksync"), *self.root.rglob("*.lock"), *self.infra.glob(".git/ksync-*")]
        found += (self.root / "tmp").iterdir()
        return sorted(str(path.relative_to(self.root)) for path in found)


def make(root: Path) -> Lab:
    """The lab in a new folder: something is pending in both directions."""
    lab = Lab(root)
    for folder in (lab.infra, lab.home / "docker", root / "tmp"):
        folder.mkdir(parents=True)
    command = ["bash", "-c", _COUNTED, str(lab.home / "docker"), sys.executable, docker.__file__]
    (lab.home / "config.toml").write_text(
        f'[docker]\ncommand = {json.dumps(command)}\nname = "pretend"\n[hosts]\nattic = "unix:///pretend/attic"\n'
    )
    (lab.infra / "notes.txt").write_text("notes\n")
    lab.file.write_text(BEFORE)
    for words in (
        ("init", "-q", "-b", "main"), ("config", "user.name", "Ana"), ("config", "user.email", "ana@example.org"),
        ("add", "."), ("commit", "-qm", "start"),
    ):  # fmt: skip
        lab.git(*words)
    with Session.open(lab.home) as session:
        session.syncs.add("lab", {"managed": True, "include_variables": True}, [str(lab.file)])
        _apply(session, lab.file, "lab")
        (root / "by-hand.toml").write_text(LIVE)
        _apply(session, root / "by-hand.toml")
    lab.file.write_text(EDITED)
    lab.git("commit", "-qam", "edited")
    (lab.infra / "notes.txt").write_text(DIRTY)
    (lab.home / "docker/calls").unlink()
    return lab


def _apply(session: Session, file: Path, sync: str = "") -> None:
    plan = session.reviews.create(session.syncs.get(sync) if sync else session.syncs.at(file)).plan
    record = session.runs.run(plan.select([action.id for action in plan.actions]))
    assert record.state == "done", record


def copied(template: Path, root: Path) -> Lab:
    """A lab as it was made, in the folder where it was made."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(template, root, symlinks=True)
    return Lab(root)


def prepared(folder: Path) -> tuple[Path, Path]:
    """Makes a lab, and keeps a copy of it: the folders of the copy and of the lab."""
    make(folder / "lab")
    shutil.copytree(folder / "lab", folder / "template", symlinks=True)
    return folder / "template", folder / "lab"
