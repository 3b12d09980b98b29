"""What a command loads: nobody waits for a part that the command does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILE = """
[[server]]
name = "attic"
[server.config]
enabled = true
"""
NETWORK = {"httpx", "starlette", "uvicorn", "watchfiles"}
"""What only those need who watch."""


def loaded_by(home: Path, *args: str) -> set[str]:
    """The top-level packages that `ksync ARGS` imports, as Python itself reports them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ksync_tui", *args],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"KSYNC_HOME": str(home)},
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout
    names = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert "ksync_tui" in names
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_asking_ksync_about_itself_loads_neither_models_nor_screens(tmp_path: Path, flag: str) -> None:
    loaded = loaded_by(tmp_path, flag)
    heavy = {"pydantic", "textual", "rich", "pygit2", "tomli", "tomlkit", "sqlite3", "rapidfuzz"}
    assert not loaded & {*heavy, "yaml", "keyring"}
    assert not loaded & NETWORK


@pytest.mark.parametrize("command", ["plan", "validate"])
def test_reading_and_planning_load_no_screens_and_no_network(tmp_path: Path, command: str) -> None:
    file = tmp_path / "servers.toml"
    file.write_text(FILE)
    loaded = loaded_by(tmp_path / "home", command, str(file), "--json")
    assert "pydantic" in loaded
    assert not loaded & {"textual", "rich", "tomlkit", "yaml", "keyring"}
    assert not loaded & NETWORK
