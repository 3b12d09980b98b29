"""Looking at and cleaning up a real Docker Engine, past ksync."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path


@cache
def missing() -> str | None:
    """Why there is no engine to test against, or None."""
    try:
        done = docker("version", "--format", "{{.Server.Version}}", check=False)
    except FileNotFoundError:
        return "no docker command is installed"
    except subprocess.TimeoutExpired:
        return "the Docker Engine does not answer"
    last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"no Docker Engine answers: {last}" if done.returncode != 0 else None


def docker(*words: str, check: bool = True, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `docker WORDS` on the engine that docker itself would use."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=60, cwd=folder)
    if check and done.returncode != 0:
        raise AssertionError(f"docker {' '.join(words)}: {done.stderr}")
    return done


def inspect(name: str, template: str) -> str:
    """What `docker inspect` says of a container."""
    return docker("inspect", "--type", "container", "--format", template, "--", name).stdout.strip()


def exists(name: str) -> bool:
    """Whether there is a container of that name."""
    return docker("inspect", "--type", "container", "--", name, check=False).returncode == 0


def sweep(prefix: str) -> None:
    """Removes containers, networks, volumes and images whose names hold a prefix that is the test's own."""
    kinds = {
        "container": ("ps", "--all", "--format", "{{.Names}}"),
        "network": ("network", "ls", "--format", "{{.Name}}"),
        "volume": ("volume", "ls", "--format", "{{.Name}}"),
        "image": ("images", "--format", "{{.Repository}}:{{.Tag}}"),
    }
    for kind, words in kinds.items():
        names = [name for name in docker(*words).stdout.split() if prefix in name]
        if names:
            force = [] if kind == "network" else ["--force"]
            docker(kind, "rm", *force, *names, check=False)


RECORDER = """#!/bin/sh
for word; do printf '%s\\n' "$word" >> {record}; done
exec {program} "$@"
"""


def record_words(folder: Path, *programs: str) -> Path:
    """Puts programs into `folder` that write down their words, then become the real ones; gives where these stand."""
    record = folder / "words"
    record.touch()
    for name in programs:
        program = shutil.which(name)
        if program is not None:
            (folder / name).write_text(RECORDER.format(record=record, program=program))
            (folder / name).chmod(0o755)
    return record
