"""Real users' files and what a real Komodo Core made of them; not part of this project, skipped where they are not."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.model.resource import Declared, SourceFile
from ksync_tui.source.reader import Reader

CORPUS = os.environ.get("KSYNC_TEST_CORPUS")
KOMODO = os.environ.get("KSYNC_TEST_KOMODO")

_STRING = re.compile(r'("""[\s\S]*?""")|("(?:[^"\\\n]|\\["\\]?|\\.)*")')


def repositories() -> list[str]:
    """The folders of the corpus that hold one repository each."""
    if not CORPUS or not Path(CORPUS).is_dir():
        return []
    return sorted(path.name for path in Path(CORPUS).iterdir() if path.is_dir() and not path.name.startswith("_"))


def recorded(name: str) -> Any:
    """What Core said, by the name of its file below KSYNC_TEST_KOMODO."""
    return json.loads((Path(KOMODO or "") / name).read_text())


def recordings(name: str) -> list[Any]:
    """The entries of a recording; none where it is not here, so that its tests are skipped."""
    return list(recorded(name)) if KOMODO and (Path(KOMODO) / name).is_file() else []


def recording(name: str) -> dict[str, Any]:
    """A recording by its name; empty where it is not here."""
    return dict(recorded(name)) if KOMODO and (Path(KOMODO) / name).is_file() else {}


def from_core(toml: str) -> Declared:
    """The one resource in a text that Core wrote: it leaves backslashes bare in one-line strings (semantics h.7)."""

    def twice(match: re.Match[str]) -> str:
        return match[1] or '"' + re.sub(r'\\(?!")', r"\\\\", match[2][1:-1]) + '"'

    found = Reader().read([SourceFile("core", None, _STRING.sub(twice, toml))])
    assert len(found.resources) == 1, (toml, found.problems)
    return found.resources[0]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files."""
    if not CORPUS:
        pytest.skip("KSYNC_TEST_CORPUS is not set")
    return Path(CORPUS)


@pytest.fixture(scope="session")
def komodo() -> Path:
    """The folder of recordings of a real Core."""
    if not KOMODO:
        pytest.skip("KSYNC_TEST_KOMODO is not set")
    return Path(KOMODO)
