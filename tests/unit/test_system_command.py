"""Commands run to their end, are ended early, and leave nothing behind."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ksync_tui.system.command import Command, run


class Heard:
    """What a command wrote; asks for its end as soon as it has written something."""

    def __init__(self) -> None:
        self.out = b""

    def __call__(self, data: bytes) -> None:
        self.out += data

    def stop(self) -> bool:
        return bool(self.out)


def script(text: str, seconds: float | None = 30, patience: float = 0) -> Command:
    return Command(("sh", "-c", text), None, os.environ, seconds, patience)


def living(group: int) -> list[str]:
    """The processes of a group, but for those that have ended and are not reaped yet."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, number, *_ = stat.read_text().rpartition(")")[2].split()
            found += [stat.parent.name] if number == str(group) and state != "Z" else []
    return found


def gone(group: int) -> bool:
    """Whether all processes of a group end: a killed one takes a moment to."""
    until = time.monotonic() + 10
    while living(group) and time.monotonic() < until:
        time.sleep(0.005)
    return not living(group)


def test_both_streams_and_the_exit_code_are_told() -> None:
    out, err = Heard(), Heard()
    assert run(script("printf a; printf b >&2; exit 3"), out, err) == 3
    assert (out.out, err.out) == (b"a", b"b")


@pytest.mark.parametrize(
    "going_on", ["sleep 60", "exec >&- 2>&-; sleep 60", "sleep 60 & wait", "trap '' TERM; sleep 60"]
)
def test_a_command_that_goes_on_is_stopped_with_all_it_started(going_on: str) -> None:
    out = Heard()
    number: list[int] = []
    assert run(script(f"echo begun; {going_on}", patience=0.2), out, Heard(), out.stop, number.append) == "stopped"
    assert gone(number[0])


def test_a_command_that_takes_too_long_is_ended_with_what_it_wrote() -> None:
    out = Heard()
    assert run(script("printf part; sleep 60", seconds=0.2), out, Heard()) == "timed out"
    assert out.out == b"part"


def test_nothing_is_left_when_a_listener_fails() -> None:
    number: list[int] = []

    def fail(data: bytes) -> None:
        raise ValueError(data)

    with pytest.raises(ValueError, match="begun"):
        run(script("echo begun; sleep 60"), fail, Heard(), started=number.append)
    assert gone(number[0])


def test_nothing_is_left_when_the_start_cannot_be_noted() -> None:
    number: list[int] = []

    def fail(pid: int) -> None:
        number.append(pid)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run(script("sleep 60"), Heard(), Heard(), started=fail)
    assert gone(number[0])


def test_what_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(Command(("/nowhere/at/all",), None, os.environ), Heard(), Heard())
    with pytest.raises(FileNotFoundError):
        run(Command(("sh", "-c", ":"), tmp_path / "missing", os.environ), Heard(), Heard())


@pytest.mark.parametrize(("words", "more"), [(("echo", "a\0b"), {}), (("echo",), {"A": "a\0b"})])
def test_a_word_that_no_command_can_have_is_refused_as_by_the_system(
    words: tuple[str, ...], more: dict[str, str]
) -> None:
    with pytest.raises(OSError, match="null byte"):
        run(Command(words, None, {**os.environ, **more}), Heard(), Heard())
