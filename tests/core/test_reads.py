"""The fake Core reads real users' files and edits as the real one did, to the letter of the TOML it proposes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.fake import FakeCore, export
from tests.core.fake.kinds import KINDS
from tests.core.fake.references import places
from tests.core.fake.state import Resource
from tests.core.fake.sync_refresh import refresh
from tests.core.fake.sync_toml import Declared, Found, read

Json = dict[str, Any]

KOMODO, CORPUS = Path(os.environ.get("KSYNC_TEST_KOMODO", "")), Path(os.environ.get("KSYNC_TEST_CORPUS", ""))
READS = KOMODO / "core-reads"


def _names() -> list[str]:
    here = "KSYNC_TEST_KOMODO" in os.environ and "KSYNC_TEST_CORPUS" in os.environ and READS.is_dir()
    return sorted(file.stem for file in READS.glob("[!_]*.json")) if here else []


def _edits() -> list[Json]:
    return list(json.loads((READS / "_history.json").read_text())) if _names() else []


def _sync(core: FakeCore, folder: Path) -> Resource:
    core.sync_folder = folder.parent
    switches = {"include_variables": True, "include_user_groups": True}
    return core.add("ResourceSync", folder.name, {"files_on_host": True, "resource_path": ["."], **switches})


def _flat(info: Json) -> list[Json]:
    resources = [entry["data"] for entry in info["resource_updates"]]
    return [*resources, *info["variable_updates"], *info["user_group_updates"]]


def _by_target(deploys: list[Json]) -> list[Json]:
    return sorted(deploys, key=lambda deploy: str(deploy["target"]))


@pytest.mark.parametrize("name", _names())
def test_a_repository_is_read_as_by_the_real_one(name: str) -> None:
    recorded = json.loads((READS / f"{name}.json").read_text())
    info = _sync(FakeCore(), CORPUS / name).info
    wanted = [(entry["name"], entry["toml"]) for entry in recorded["resources"]]
    wanted += [(entry["name"], entry["proposed"]) for kind in ("variables", "user_groups") for entry in recorded[kind]]
    assert sorted((entry["data"]["name"], entry["data"]["proposed"]) for entry in _flat(info)) == sorted(wanted)
    assert _by_target(info["pending_deploys"]) == _by_target(recorded["deploys"])
    assert [entry["path"] for entry in info["remote_errors"]] == [entry["path"] for entry in recorded["file_errors"]]


def _made_by_hand(core: FakeCore, *texts: str) -> list[Resource]:
    """Make what the files name and do not declare."""
    found = Found()
    for text in texts:
        read(text, found)
    named = {(title, name) for entry in found.resources for title, name in _named(entry)}
    declared = {(entry.title, entry.name) for entry in found.resources}
    return [core.add(title, name) for title, name in sorted(named - declared)]


def _named(entry: Declared) -> Iterator[tuple[str, str]]:
    for table, key, title in places(KINDS[entry.title], entry.config):
        held = table[key]
        yield from ((title, name) for name in (held if isinstance(held, list) else [held]) if name)


@pytest.mark.parametrize("edit", _edits(), ids=lambda edit: f"{edit['file']}:{edit['from']}")
def test_an_edit_is_seen_as_by_the_real_one(edit: Json, tmp_path: Path) -> None:
    versions = [(CORPUS / "_history" / edit["file"] / edit[key]).read_text() for key in ("from", "to")]
    core = FakeCore()
    others = _made_by_hand(core, *versions)
    (tmp_path / "sync").mkdir()
    file = tmp_path / "sync/file.toml"
    file.write_text(versions[0])
    sync = _sync(core, tmp_path / "sync")
    core.execute("RunSync", sync="sync")
    assert not _flat(sync.info)
    file.write_text(versions[1])
    sync.config["delete"] = True
    by_hand = {export.block(core, resource) for resource in (*others, sync)}
    refresh(core, sync)
    got = [_texts(entry["data"]) for entry in _flat(sync.info) if entry["data"].get("current") not in by_hand]
    assert sorted(got) == sorted(_texts(entry) for entry in edit["changes"])


def _texts(entry: Json) -> tuple[str, str]:
    return entry.get("current") or "", entry.get("proposed") or ""
