"""The environment's faults are said plainly: closed or full outputs, odd encodings and zones, an early Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

UMLAUT = '[[variable]]\nname = "A"\ndescription = "für später"\nvalue = "ü"\n'
COMMANDS = (["plan"], ["plan", "--json"], ["plan", "--markdown"], ["validate"], ["--version"], ["--help"])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "all.toml").write_text(UMLAUT, "utf-8")
    return tmp_path / "all.toml"


def ran(arguments: list[str], files: Path, redirect: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A command through a shell, so that its streams can be closed or redirected."""
    words = arguments if arguments[0].startswith("--") else [*arguments, str(files)]
    script = f'exec "$0" -m ksync_tui "$@" {redirect}'
    variables = os.environ | {"KSYNC_HOME": str(files.parent / "home"), "TMPDIR": str(files.parent)} | environment
    return subprocess.run(
        ["sh", "-c", script, sys.executable, *words], env=variables, capture_output=True, text=True, check=False
    )


def not_a_fault(done: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in done.stderr, done.stderr
    assert "internal error of ksync" not in done.stderr, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr


@pytest.mark.parametrize("arguments", COMMANDS)
@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}])
def test_what_cannot_be_encoded_is_escaped(files: Path, arguments: list[str], environment: dict[str, str]) -> None:
    done = ran(arguments, files, **environment)
    not_a_fault(done)
    assert done.returncode in (0, 2)
    assert done.stdout or arguments == ["validate"]


@pytest.mark.parametrize("arguments", COMMANDS[:3])
def test_a_full_device_is_said_and_is_an_error(files: Path, arguments: list[str]) -> None:
    done = ran(arguments, files, ">/dev/full")
    not_a_fault(done)
    assert (done.returncode, "No space left on device" in done.stderr) == (1, True)


@pytest.mark.parametrize("redirect", [">&-", "2>&-", ">&- 2>&-", "<&-"])
@pytest.mark.parametrize("arguments", COMMANDS[:2])
def test_a_closed_stream_costs_only_what_is_sent_to_it(files: Path, arguments: list[str], redirect: str) -> None:
    done = ran(arguments, files, redirect)
    not_a_fault(done)
    assert done.returncode == 2


@pytest.fixture
def zone_again() -> Iterator[None]:
    """The zone of whoever runs the tests, afterwards."""
    yield
    time.tzset()


@pytest.mark.usefixtures("zone_again")
@pytest.mark.parametrize("zone", ["AAA+99:99", "Nowhere/Nothing", ":", "\x01"])
def test_a_time_zone_that_is_none_is_no_fault(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    file = ksync.write(UMLAUT)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    for words in (["apply", file, "--all", "--yes"], ["runs"], ["runs", "show", "1"]):
        done = ksync(*words)
        assert "internal error" not in done.err, done.err
        assert done.code == 0, done.err


def test_a_ctrl_c_at_any_moment_shows_no_code(files: Path) -> None:
    environment = os.environ | {"KSYNC_HOME": str(files.parent / "home")}
    hook = files.parent / "sitecustomize.py"
    modules = (
        "ksync_tui.cli.parser",
        "ksync_tui.cli.dispatch",
        "ksync_tui.services",
        "pydantic",
        "ksync_tui.planner",
    )
    for module in modules:
        hook.write_text(INTERRUPT.format(module=module), "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "ksync_tui", "plan", str(files)],
            env=environment | {"PYTHONPATH": str(files.parent)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        not_a_fault(done)
        assert (done.returncode, done.stderr.strip()) == (1, "stopped"), module


INTERRUPT = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
"""


def test_a_pipe_is_read_like_a_file(files: Path) -> None:
    script = 'exec "$0" -m ksync_tui plan <(cat "$1")'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, str(files)],
        env=os.environ | {"KSYNC_HOME": str(files.parent / "home")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "+ A" in done.stdout) == (2, True), done.stderr


def test_a_file_is_utf_8_whatever_the_locale(files: Path) -> None:
    latin = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert ran(["apply", "--all", "--yes"], files, **latin).returncode == 0
    out = files.parent / "out.toml"
    environment = os.environ | {"KSYNC_HOME": str(files.parent / "home")} | latin
    subprocess.run([sys.executable, "-m", "ksync_tui", "export", "-o", str(out)], env=environment, check=True)
    assert "für später" in out.read_text("utf-8")
    assert ran(["plan"], out).returncode == 0
