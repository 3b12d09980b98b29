"""Adding a field to a kind touches one file; adding a command touches one file (CONTRIBUTING.md)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ksync_tui

COMMAND = '''"""ksync hello: greet somebody."""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name")


def run(args: Namespace, output: object) -> int:
    print(f"hello {args.name}")
    return 0
'''
FIELD = '    nickname: Annotated[str, Doc("What it is called at home."), REDEPLOYS] = ""\n'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, to be changed."""
    shutil.copytree(Path(ksync_tui.__file__).parent, tmp_path / "ksync_tui", ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path


def ksync(copy: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy), "KSYNC_HOME": str(copy / "home")}
    command = [sys.executable, "-m", "ksync_tui", *args]
    return subprocess.run(command, env=environment, cwd=copy, capture_output=True, text=True, check=False)


def test_a_command_is_one_file(copy: Path) -> None:
    (copy / "ksync_tui/cli/commands/hello.py").write_text(COMMAND)
    assert "hello        greet somebody" in ksync(copy, "--help").stdout
    assert ksync(copy, "hello", "Ana").stdout == "hello Ana\n"


def test_a_field_is_one_file(copy: Path) -> None:
    kind = copy / "ksync_tui/model/kinds/stack.py"
    first = next(line for line in kind.read_text().splitlines() if line.startswith("    links:"))
    text = kind.read_text().replace(f"{first}\n", f"{FIELD}{first}\n")
    kind.write_text(text.replace("import (\n", "import (\n    REDEPLOYS,\n", 1) if "REDEPLOYS" not in text else text)
    file = copy / "web.toml"
    file.write_text('[[stack]]\nname = "web"\n[stack.config]\nnickname = "the web"\n')
    planned = ksync(copy, "plan", str(file), "--json")
    assert planned.returncode == 2, planned.stderr
    (action,) = json.loads(planned.stdout)["actions"]
    assert 'nickname = "the web"' in action["proposed"]
    assert ksync(copy, "apply", str(file), "--all", "--yes").returncode == 0
    assert 'nickname = "the web"' in ksync(copy, "export").stdout
    assert "What it is called at home." in ksync(copy, "schema").stdout
    file.write_text(file.read_text().replace("nickname", "nickname_"))
    assert "did you mean 'nickname'" in ksync(copy, "validate", str(file)).stdout.lower()
