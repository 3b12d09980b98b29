"""Where bytes from outside come in, each with texts to begin with. A door takes bytes and tells its next step."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from ksync_tui import config
from ksync_tui.cli import main
from ksync_tui.errors import KsyncError
from ksync_tui.planner.selection import possible
from ksync_tui.services import Session
from ksync_tui.tui.key_settings import keymap_of
from tests.campaigns import network_doors
from tests.campaigns.mutations import FEW, Steps, resource_files

Door = Callable[[Path], AbstractContextManager[Steps]]
SETTINGS = b"""
profile = "lab"
protected = ["stack/db-*", "tag:prod"]
secret_keys = ["*_TOKEN"]
[hosts]
attic = "ssh://rosa@attic"
[docker]
command = ["podman"]
name = "podman"
[profiles.lab]
address = "https://komodo.example"
key = "K_1"
secret = "S_1"
read_only = true
timeout = 10
[profiles.other]
address = "https://other.example"
user = "rosa"
password_file = "/run/secrets/x"
[keys]
go = "F5"
history = ["h", "H"]
[secrets]
A = { command = ["pass", "show", "db"] }
B = { file = "/run/secrets/token" }
C = { dotenv = "~/.env", key = "K" }
D = { keyring = "smtp", user = "rosa" }
E = { env = "OTHER" }
[watch]
interval_seconds = 60
webhook_secret = "s"
"""
SYNCS = b"""
[[ignored]]
sync = "lab"
resource = "stack/web"
field = "environment.LEVEL"
until = 2030-01-01
reason = "by hand"
value = "x"

[[write_back]]
sync = "lab"
"""
KOMODO_CLI = (
    b'default_profile = "prod"\nhost = "https://top.example"\nkey = "K"\nsecret = "S"\n'
    b'[[profile]]\nname = "prod"\naliases = ["p"]\nhost = "https://prod.example/"\nkey = "${K}"\n',
    b"default: prod\nhost: &h https://top.example\nprofile:\n  - name: prod\n    host: *h\n    aliases: [p, q]\n",
    b'{"host": "https://top.example", "profile": [{"name": "a", "cli_key": "K", "cli_secret": "S"}]}',
)


# ------------------------------------------------------------------------------------------------------------ files


@contextmanager
def resources(folder: Path) -> Iterator[Steps]:
    """A resource file: read, planned, edited, applied, exported and read again."""
    homes = count()

    def steps(data: bytes) -> Generator[str]:
        place = folder / str(next(homes))
        place.mkdir()
        file = place / "all.toml"
        file.write_bytes(data)
        try:
            with Session.open(place / "home") as session:
                yield from _through(session, file)
        finally:
            shutil.rmtree(place)

    yield steps


def _through(session: Session, file: Path) -> Generator[str]:
    sync = session.syncs.at(file, delete=True)
    yield "read and plan"
    review = session.reviews.create(sync)
    yield "problems"
    session.reviews.clear_secrets(review)
    for one in review.declarations.resources[:FEW]:
        with contextlib.suppress(KsyncError):
            yield "open a block"
            draft = session.files.open_block(review, one.target)
            yield "check an edited block"
            session.files.check(review, draft, draft.text + "\ndescription = 1")
            yield "edit a block"
            session.files.edits_of(review, draft, draft.text)
    yield "apply"
    open_ = {action.id for action in review.plan.actions if action.verb in ("create", "update")}
    session.runs.run(possible(review.plan, open_))
    yield "export"
    text = session.exports.toml(secrets=True)
    session.exports.toml(secrets=False)
    yield "read again"
    file.write_text(text, "utf-8")
    again = session.reviews.create(sync)
    changed = [action.id for action in again.plan.actions if action.verb in ("create", "update", "delete")]
    # What `after` names may have been in a block that was broken.
    errors = [str(one) for one in again.plan.errors if "after" not in one.message]
    assert (changed, errors) == ([], []), f"an export is not what was exported: {changed} {errors}"


@contextmanager
def settings(folder: Path) -> Iterator[Steps]:
    """The settings, with their keys and each profile."""

    def steps(data: bytes) -> Generator[str]:
        (folder / "config.toml").write_bytes(data)
        (folder / "config.toml").chmod(0o600)
        yield "load"
        found = config.load({"KSYNC_HOME": str(folder)})
        yield "keys"
        keymap_of(found)
        yield "profile"
        config.credentials(found.profile())

    yield steps


@contextmanager
def decisions(folder: Path) -> Iterator[Steps]:
    """What was decided of syncs, beside the settings."""
    file = folder / "lab.toml"
    file.write_text('[[stack]]\nname = "web"\n')

    def steps(data: bytes) -> Generator[str]:
        (folder / "home").mkdir(exist_ok=True)
        (folder / "home/syncs.toml").write_bytes(data)
        with Session.open(folder / "home") as session:
            yield "plan"
            session.reviews.create(session.syncs.at(file))

    yield steps


@contextmanager
def komodo_cli(folder: Path) -> Iterator[Steps]:
    """Komodo CLI's own files, as TOML, YAML and JSON."""

    def steps(data: bytes) -> Generator[str]:
        for name in ("toml", "yaml", "json"):
            file = folder / f"komodo.cli.{name}"
            file.write_bytes(data)
            yield name
            environ = {"KSYNC_HOME": str(folder / "home"), "KOMODO_CLI_CONFIG_PATHS": str(file), "K": "key"}
            found = config.load(environ)
            with contextlib.suppress(KsyncError):
                found.profile("prod")
            file.unlink()

    yield steps


# ------------------------------------------------------------------------------------------------------------- plans


@contextmanager
def plan_file(folder: Path) -> Iterator[Steps]:
    """A plan in a file, applied."""
    (folder / "lab.toml").write_text(PLANNED)

    def steps(data: bytes) -> Generator[str]:
        file = folder / "plan.json"
        file.write_bytes(data.replace(b"@FOLDER@", str(folder).encode()))
        yield "apply"
        assert_in_words(["apply", str(file), "--yes"], folder)

    yield steps


PLANNED = '[[stack]]\nname = "web"\n[stack.config]\nenvironment = "A = 1"\n'


@cache
def _plans() -> tuple[bytes, ...]:
    with TemporaryDirectory() as name:
        (Path(name) / "lab.toml").write_text(PLANNED)
        assert_in_words(["plan", f"{name}/lab.toml", "--out", f"{name}/plan.json"], Path(name))
        return ((Path(name) / "plan.json").read_bytes().replace(name.encode(), b"@FOLDER@"),)


def assert_in_words(words: list[str], folder: Path) -> None:
    """Runs a command in this process: whatever it answers, it is no fault of ksync's."""
    out, err = io.StringIO(), io.StringIO()
    environment = {"KSYNC_HOME": str(folder / "home"), "TMPDIR": str(folder)}
    with patch.dict(os.environ, environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    assert code in (0, 1, 2)
    assert "internal error" not in err.getvalue(), err.getvalue()


DOORS: Mapping[str, Door] = {
    "resources": resources,
    "settings": settings,
    "decisions": decisions,
    "komodo_cli": komodo_cli,
    "plan_file": plan_file,
    "answers": network_doors.answers,
    "events": network_doors.events,
    "webhooks": network_doors.webhooks,
}


def _these(*texts: bytes) -> tuple[bytes, ...]:
    return texts


TEXTS: Mapping[str, Callable[[], tuple[bytes, ...]]] = {
    "resources": resource_files,
    "settings": partial(_these, SETTINGS),
    "decisions": partial(_these, SYNCS),
    "komodo_cli": partial(_these, *KOMODO_CLI),
    "plan_file": _plans,
    "answers": network_doors.some_answers,
    "events": partial(_these, *network_doors.EVENTS),
    "webhooks": partial(_these, *network_doors.PUSHES),
}
