"""The example files of Komodo's page "Sync Resources": planned against a Core as on the embedded engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ksync_tui.model.plan import Plan
from tests.core.conftest import Lab
from tests.corpus.conftest import recording


@pytest.fixture
def page(tmp_path: Path) -> Path:
    found = recording("exchanges/06-sync-seed-page.json")
    if not found:
        pytest.skip("KSYNC_TEST_KOMODO names no recording of the page")
    file = tmp_path / "main.toml"
    file.write_text(next(entry["file"] for entry in found["exchanges"] if "file" in entry))
    return file


def steps(plan: Plan) -> list[tuple[Any, ...]]:
    """What a plan does and why; rounds and prerequisites are each engine's own."""
    return sorted((action.id, action.reason, action.changes, action.place) for action in plan.actions)


def test_the_page_gives_one_plan_on_both_engines(lab: Lab, page: Path) -> None:
    with lab.open("local") as here, lab.open() as there:
        embedded, core = (session.reviews.create(session.syncs.at(page)).plan for session in (here, there))
    assert steps(core) == steps(embedded)
    assert core.unchanged == embedded.unchanged
