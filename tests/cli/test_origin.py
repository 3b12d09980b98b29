"""What the files say anew, what changed live, and commands that keep to one of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine

LAB = """\
[[variable]]
name = "EDITED"
value = "a"

[[variable]]
name = "DRIFTED"
value = "a"

[[variable]]
name = "CLASHING"
value = "a"

[[variable]]
name = "GONE"
value = "a"
"""
NEW = '\n[[variable]]\nname = "NEW"\n'


def _with(text: str, **values: str) -> str:
    for name, value in values.items():
        text = text.replace(f'name = "{name}"\nvalue = "a"', f'name = "{name}"\nvalue = "{value}"')
    return text


@pytest.fixture
def lab(ksync: CommandLine) -> CommandLine:
    """Applied once; then live changed through another source, and the file was edited."""
    ksync.write(LAB, "lab/all.toml")
    assert ksync("apply", ksync.files / "lab", "--all", "--yes").code == 0
    kept = "".join(_with(LAB, DRIFTED="b", CLASHING="b").partition('[[variable]]\nname = "GONE"')[:1])
    other = ksync.write(kept, "other/all.toml").parent
    assert ksync("apply", other, "--delete", "--all", "--allow-delete", "--yes").code == 0
    ksync.write(_with(LAB, EDITED="c", CLASHING="c") + NEW, "lab/all.toml")
    return ksync


def origins(ksync: CommandLine, *words: str) -> dict[str, Any]:
    plan = json.loads(ksync("plan", ksync.files / "lab", "--json", *words).out)
    return {action["name"]: action["origin"] for action in plan["actions"]}


def test_a_plan_tells_edits_from_drift(lab: CommandLine) -> None:
    assert origins(lab) == {"EDITED": "files", "DRIFTED": "live", "CLASHING": "both", "GONE": "live", "NEW": None}
    text = lab("plan", lab.files / "lab").out
    for line in (
        "~ EDITED    value (edited in the file)",
        "~ DRIFTED   value (changed live)",
        "~ CLASHING  value (changed on both sides)",
        "+ GONE      it was deleted live",
        "+ NEW       new",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("origin", "names"),
    [("files", {"EDITED", "NEW"}), ("live", {"DRIFTED", "GONE"}), ("both", {"CLASHING"})],
)
def test_a_plan_can_show_one_origin_only(lab: CommandLine, origin: str, names: set[str]) -> None:
    assert origins(lab, "--origin", origin).keys() == names
    assert lab("plan", lab.files / "lab", "--origin", origin).code == 2


def test_where_nothing_comes_from_there_the_plan_ends_with_0(ksync: CommandLine) -> None:
    ksync.write(LAB)
    assert ksync("plan", ksync.files, "--origin", "live").code == 0
    assert ksync("plan", ksync.files, "--origin", "files").code == 2


def test_apply_from_files_leaves_what_was_changed_live(lab: CommandLine) -> None:
    done = lab("apply", lab.files / "lab", "--all", "--origin", "files", "--yes")
    assert (done.code, "2 done" in done.out) == (0, True)
    assert "3 actions left out: not from files" in done.err
    assert origins(lab) == {"DRIFTED": "live", "CLASHING": "both", "GONE": "live"}


def test_apply_of_the_rest_ends_the_difference(lab: CommandLine) -> None:
    assert lab("apply", lab.files / "lab", "--all", "--yes").code == 0
    assert lab("plan", lab.files / "lab").code == 0


def test_only_and_origin_together_take_what_both_mean(lab: CommandLine) -> None:
    done = lab("apply", lab.files / "lab", "--only", "variable/DRIFTED", "--origin", "files", "--yes")
    assert done.out.strip() == "nothing to do"


def test_a_delete_tells_what_left_the_files_from_what_another_sync_made(lab: CommandLine) -> None:
    lab("apply", lab.files / "lab", "--all", "--yes")
    lab.write(_with(LAB, EDITED="c", CLASHING="c"), "lab/all.toml")
    mine = lab.write('[[variable]]\nname = "THEIRS"\n', "theirs/all.toml").parent
    lab("apply", mine, "--all", "--yes")
    assert origins(lab, "--delete") == {"NEW": "files", "THEIRS": None}


def test_what_is_new_and_its_deploy_are_from_the_files(ksync: CommandLine) -> None:
    stack = (
        '\n[[stack]]\nname = "web"\ndeploy = true\n[stack.config]\nserver = "edge"\nfile_contents = "services: {}"\n'
    )
    ksync.write('[[server]]\nname = "edge"\n' + stack)
    plan = json.loads(ksync("plan", ksync.files, "--json", "--origin", "files").out)
    assert [action["id"] for action in plan["actions"]] == [
        "create:server/edge", "create:stack/web", "deploy:stack/web",
    ]  # fmt: skip


def test_commit_from_live_leaves_what_was_edited_in_the_file(lab: CommandLine) -> None:
    file = lab.files / "lab" / "all.toml"
    done = lab("commit", file.parent, "--all", "--origin", "live", "--yes")
    assert done.code == 0
    assert "GONE" not in file.read_text()
    assert (
        _with(LAB, EDITED="c", DRIFTED="b", CLASHING="c").partition('[[variable]]\nname = "GONE"')[0]
        in file.read_text()
    )
    assert origins(lab) == {"EDITED": "files", "CLASHING": "both", "NEW": None}
