"""Stored syncs: which names and paths they can have, and what a typed path could become."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ksync_tui.errors import UsageError
from ksync_tui.services import Session
from ksync_tui.services.paths import continuations


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    """A folder of resources with things around them."""
    folder = tmp_path / "infra"
    for name in (
        "stacks/web.toml",
        "stacks/wiki.toml",
        "stages/one.toml",
        ".hidden/two.toml",
        "media.toml",
        "notes.md",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


def test_a_new_sync_is_journaled_and_answered(session: Session, infra: Path) -> None:
    sync = session.syncs.add("homelab", {"managed": True}, [str(infra)])
    assert (sync.name, sync.managed, sync.place) == ("homelab", True, f"dir  {infra}")
    (record,) = session.runs.latest()
    assert [action.action for action in record.actions] == ["create:resource_sync/homelab"]


def test_the_paths_of_a_sync_are_changed(session: Session, infra: Path) -> None:
    session.syncs.add("homelab", {}, [str(infra)])
    session.syncs.edit("homelab", {}, [str(infra / "media.toml")])
    assert session.syncs.get("homelab").place == f"file  {infra / 'media.toml'}"


def test_two_dots_and_links_in_a_path_read_what_they_mean(
    session: Session, infra: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(infra / "stages")
    (infra / "link").symlink_to(infra / "stacks")
    up, link = session.syncs.add("up", {}, ["../stacks"]), session.syncs.add("link", {}, [str(infra / "link")])
    assert up.place == f"dir  {infra / 'stacks'}"
    assert link.place == f"dir  {infra / 'link'}"
    assert [len(sync.source.read().files) for sync in (up, link)] == [2, 2]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("attic", None),
        ("homelab", "a sync with this name already exists"),
        (" homelab ", "a sync with this name already exists"),
        ("  ", "the name is empty"),
        ("0123456789abcdef01234567", "the name looks like one of Komodo's object ids"),
    ],
)
def test_a_name_is_judged_while_it_is_typed(session: Session, infra: Path, name: str, problem: str | None) -> None:
    session.syncs.add("homelab", {}, [str(infra)])
    assert session.syncs.name_problem(name) == problem


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", None),
        ("media.toml", None),
        ("stacks/../media.toml", None),
        ("notes.md", "resource files end in .toml"),
        ("nothing", "the path does not exist"),
        ("/", "this is the whole file system"),
        ("pipe.toml", "neither a file nor a folder"),
        ("~nobody-of-this-name/x", "Could not determine home directory."),
        ("a\0b", "the path does not exist"),
    ],
)
def test_a_path_is_judged_while_it_is_typed(
    session: Session, infra: Path, monkeypatch: pytest.MonkeyPatch, path: str, problem: str | None
) -> None:
    monkeypatch.chdir(infra)
    os.mkfifo(infra / "pipe.toml")
    assert session.syncs.path_problem(path) == problem
    if problem:
        with pytest.raises(UsageError):
            session.syncs.add("homelab", {}, [path])
        assert session.syncs.all() == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sta", ["stacks/", "stages/"]),
        ("stacks/w", ["stacks/web.toml", "stacks/wiki.toml"]),
        ("m", ["media.toml"]),
        ("n", []),
        ("", ["media.toml", "stacks/", "stages/"]),
        (".", [".hidden/"]),
        ("none/", []),
        ("~", ["~/"]),
        ("~/me", ["~/media.toml"]),
        ("~nobody-of-this-name/", []),
        ("a\0/", []),
    ],
)
def test_a_typed_path_goes_on_to_folders_and_resource_files(
    infra: Path, monkeypatch: pytest.MonkeyPatch, typed: str, found: list[str]
) -> None:
    monkeypatch.chdir(infra)
    monkeypatch.setenv("HOME", str(infra))
    (infra / "mean\x1bname.toml").write_text("")
    assert continuations(typed) == found
