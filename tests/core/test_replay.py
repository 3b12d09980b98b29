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


def folder() -> Path | None:
    """Where the recordings are, if they are here."""
    found = Path(KOMODO) / "exchanges" if KOMODO else None
    return found if found and found.is_dir() else None


def _names() -> list[str]:
    found = folder()
    files = sorted(found.glob("*.json")) if found else []
    return [file.stem for file in files if "exchanges" in json.loads(file.read_text())]


def _exchanges(name: str) -> list[Json]:
    return list(json.loads((folder() / f"{name}.json").read_text())["exchanges"])  # type: ignore[operator]


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
        found.setdefault(step, []).extend(_outside(player, name, step, exchange))
    return found


def _outside(player: Player, name: str, step: int, exchange: Json) -> list[Difference]:
    """What there is to compare beside an answer: the newest update, or what was written to disk."""
    player.place = (name, step)
    if "newest_update_after" in exchange:
        newest = list(player.core.updates.values())[-1]
        got = [[newest[key] for key in ("operation", "operator", "status", "success")]]
        return list(player.compare("newest_update_after", exchange["newest_update_after"], got))
    if "request" in exchange or (name, step) in recorded.UNCOMPARED:
        return []
    return list(player.compare("file", exchange["file"], recorded.WRITTEN[name, step](player.core)))


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
    assert player.used >= {loose for loose in recorded.LOOSE if name.startswith(loose.file)}, "let go for nothing"
    assert recorded.steps(name) <= set(range(len(_exchanges(name)))), "steps that are not there"
    assert left_out <= {step for step, differences in found.items() if differences}, "left out, and would pass"
