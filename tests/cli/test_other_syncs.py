"""What another sync declares is not this one's to delete, nor to write down."""

from __future__ import annotations

import json

from tests.cli.conftest import CommandLine

WEB = '[[stack]]\nname = "web"\n'
DB = '[[stack]]\nname = "db"\n[[variable]]\nname = "PORT"\nvalue = "1"\n'


def both(ksync: CommandLine) -> None:
    """Two syncs that delete, neither with a tag; both are applied."""
    for name, text in (("first", WEB), ("second", DB)):
        file = ksync.write(text, f"{name}.toml")
        assert ksync("syncs", "add", name, "--path", file, "--managed", "--include-variables").code == 0
        assert ksync("apply", "--sync", name, "--all", "--yes").code == 0


def test_a_delete_of_what_another_sync_declares_is_left_out_and_said(ksync: CommandLine) -> None:
    both(ksync)
    planned = ksync("plan", "--sync", "first")
    assert "- db" not in planned.out
    assert "2 live resources left alone: the sync second declares them" in planned.out
    made = json.loads(ksync("plan", "--sync", "first", "--json").out)
    assert "2 live resources left alone: the sync second declares them" in made["notes"]
    assert not [one for one in made["actions"] if one["name"] in ("db", "PORT")]


def test_it_is_not_written_into_the_files_of_this_one_either(ksync: CommandLine) -> None:
    both(ksync)
    ksync("commit", "--sync", "first", "--all", "--yes")
    text = (ksync.files / "first.toml").read_text()
    assert 'name = "db"' not in text
    assert "PORT" not in text


def test_once_the_other_sync_gives_it_up_it_can_be_deleted(ksync: CommandLine) -> None:
    both(ksync)
    ksync.write("", "second.toml")
    ksync("plan", "--sync", "second")
    assert "- db" in ksync("plan", "--sync", "first").out
    ksync.write(DB, "second.toml")
    ksync("plan", "--sync", "second")
    ksync("syncs", "remove", "second")
    assert "- db" in ksync("plan", "--sync", "first").out


def test_a_path_is_nobodys_for_long_so_what_it_deletes_is_shown(ksync: CommandLine) -> None:
    both(ksync)
    assert "- db" in ksync("plan", ksync.files / "first.toml", "--delete").out
