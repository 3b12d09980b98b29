"""The fake Core answers as the real one did: every recorded exchange again, in order, against a fresh fake."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.core import recorded
from tests.core.fake import FakeCore
from tests.core.replay import Difference, Player

Json = dict[str, Any]

KOMODO = os.environ.get("KSYNC_TEST_KOMODO")


def _folder() -> Path | None:
    folder = Path(KOMODO) / "exchanges" if KOMODO else None
    return folder if folder and folder.is_dir() else None


def _names() -> list[str]:
    folder = _folder()
    files = sorted(folder.glob("*.json")) if folder else []
    return [file.stem for file in files if "exchanges" in json.loads(file.read_text())]


def _exchanges(name: str) -> list[Json]:
    return list(json.loads((_folder() / f"{name}.json").read_text())["exchanges"])  # type: ignore[operator]


@pytest.fixture
async def player(tmp_path: Path) -> AsyncIterator[Player]:
    core = FakeCore()
    core.sync_folder, core.repo_folder = tmp_path / "syncs", tmp_path / "repos"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=core), base_url="http://core.test") as http:
        hidden = {"<key>": core.key, "<secret>": core.secret}
        who = {"x-api-key": core.key, "x-api-secret": core.secret}
        yield Player(core, http, recorded.LOOSE, hidden=hidden, who=who)


async def _play(player: Player, name: str, until: int | None = None) -> dict[int, list[Difference]]:
    exchanges = _exchanges(name)
    player.read_ahead(exchanges)
    found: dict[int, list[Difference]] = {}
    for step, exchange in enumerate(exchanges[:until]):
        if setup := recorded.BEFORE.get((name, step)):
            setup(player.core, exchanges)
        if "request" in exchange:
            who = {} if (name, step) in recorded.NOBODY else player.who
            found[step] = await player.play(name, step, exchange, who)
    return found


@pytest.mark.parametrize("name", _names())
async def test_answers_as_the_real_one_did(player: Player, name: str) -> None:
    if setup := recorded.GIVEN.get(name):
        setup(player.core, _exchanges(name))
        player.core.updates.clear()
        player.core.alerts.clear()
    if name in recorded.PLAYED_BEFORE:
        before, until = recorded.PLAYED_BEFORE[name]
        await _play(player, before, until)
        player.who = {"authorization": recorded.login(player.core, "ana")}
    found = await _play(player, name)
    left_out = {step for file, step in recorded.LEFT_OUT if file == name}
    wrong = [f"{name} #{step}: {each}" for step, all_ in found.items() if step not in left_out for each in all_]
    assert not wrong, "\n".join(wrong)
    assert left_out <= {step for step, differences in found.items() if differences}, "left out, and would pass"
