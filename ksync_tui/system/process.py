"""Processes: who runs this one, and whether one that did something before is still there."""

from __future__ import annotations

import getpass
import os
import platform
from hashlib import blake2b
from pathlib import Path

_PROC = Path("/proc")


def identity(pid: int) -> str:
    """What tells a process from a later one of the same number: machine, boot and start time, as far as known."""
    return f"{platform.node()} {_boot()} {_stat(pid)[1]}"


def is_gone(pid: int, known: str) -> bool:
    """Whether the process with that `identity` has ended. False where it ran on another machine: nobody can tell."""
    machine, boot, started = known.rsplit(" ", 2)
    if machine != platform.node():
        return False
    if boot != _boot():
        return True
    state, started_now = _stat(pid)
    if started_now != "-":
        return state == "Z" or started_now != started
    return not _answers(pid)


def token(pid: int | None = None) -> str:
    """Names a process (this one) in the name of a file that it leaves if it is killed."""
    number = os.getpid() if pid is None else pid
    return f"{_digest(platform.node())}-{number}-{_digest(identity(number))}"


def is_left(name: str) -> bool:
    """Whether the process that a `token` names has ended; False for any other text, and for one of another machine."""
    machine, _, rest = name.partition("-")
    pid, _, known = rest.partition("-")
    if not pid.isdecimal() or machine != _digest(platform.node()):
        return False
    return _stat(int(pid))[0] == "Z" or _digest(identity(int(pid))) != known


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "-"


def _stat(pid: int) -> tuple[str, str]:
    """State letter and start time in ticks since boot, `-` where the system does not tell (proc(5))."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "-", "-"
    return fields[0], fields[19]


def user() -> str:
    """Who sits here, by the system's name for them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
