"""Which side moved, as every face says it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import Origin, Stamp
from ksync_tui.model.plan import Action, FieldChange, Plan, SyncOptions, Verb
from ksync_tui.model.resource import SourceLocation, Target
from ksync_tui.planner.selection import Prerequisites
from ksync_tui.present import json as objects
from ksync_tui.present.confirm import confirm
from ksync_tui.present.diff import diff
from ksync_tui.present.entries import ReviewEntry
from ksync_tui.present.explain import explain
from ksync_tui.present.markdown import plan_markdown
from ksync_tui.present.plain import plan_lines
from ksync_tui.present.rows import Outline
from ksync_tui.present.style import joined
from ksync_tui.present.views import side_by_side, stops, unified

NOW = 100_000.0
OWN = Stamp("lab", NOW - 7200)
BY_ANOTHER = Stamp("media", NOW - 60)


def make(name: str, **config: Any) -> Resource:
    return KINDS["stack"].model.model_validate({"name": name, "config": config})


def update(
    name: str, environment: Origin | None, server: Origin | None = None, applied: Stamp | None = OWN, **more: Any
) -> Action:
    """An update of one field, or of two."""
    origins = [environment] if server is None else [environment, server]
    changes = (
        FieldChange("config.environment", "A = 1\n", "A = 2\n", origin=environment),
        FieldChange("config.server_id", "a", "b", origin=server),
    )[: len(origins)]
    here, there = {"environment": "A = 1\n", "server_id": "a"}, {"environment": "A = 2\n"}
    there["server_id"] = "a" if server is None else "b"
    whole = origins[0] if len(set(origins)) == 1 else "both"
    return Action(
        "update", Target("stack", name), "differs", SourceLocation("lab.toml", 3),
        make(name, **here), make(name, **there),
        changes, origin=whole, applied=applied, **more,
    )  # fmt: skip


def act(verb: Verb, name: str, reason: str, **more: Any) -> Action:
    given = {"proposed": make(name)} if verb == "create" else {"current": make(name)}
    return Action(verb, Target("stack", name), reason, **given, **more)


EDITED = update("edited", "files")
DRIFTED = update("drifted", "live")
CLASHING = update("clashing", "both")
MIXED = update("mixed", "files", "live")
LAB = Plan(
    SyncOptions("lab"),
    "embedded",
    (
        EDITED,
        DRIFTED,
        CLASHING,
        MIXED,
        update("adopted", None, applied=None),
        act("create", "new", "new"),
        act("create", "gone", "it was deleted live", origin="live", applied=OWN),
        act("delete", "dropped", "no longer declared", origin="files", applied=OWN),
        act("delete", "handmade", "not declared", origin="live"),
        act("deploy", "drifted", "config has changed", requires=("update:stack/drifted",)),
    ),
)


def said(action: Action, direction: Any = "live", now: float | None = NOW) -> str:
    """What is told of the origin below the diff."""
    sentences = explain(action, Prerequisites(replace(LAB, actions=(action,))), direction, now)
    return "".join(sentence.text for sentence in sentences if sentence.topic == "origin")


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (EDITED, "Edited in the file since it was applied 2h ago."),
        (DRIFTED, "Changed live since it was applied 2h ago; applying will overwrite it."),
        (
            CLASHING,
            "Both edited in the file and changed live since it was applied 2h ago;"
            " applying will overwrite the live change.",
        ),
        (
            MIXED,
            "Edited in the file since it was applied 2h ago: environment."
            " Changed live: server; applying will overwrite it.",
        ),
        (update("web", None, applied=None), ""),
        (update("web", None, applied=BY_ANOTHER), "Last applied by another sync: media, 1m ago."),
        (
            update("web", "live", applied=BY_ANOTHER),
            "Changed live since it was applied (applied after that: media, 1m ago); applying will overwrite it.",
        ),
        (act("create", "web", "new"), ""),
        (
            act("create", "web", "it was deleted live", origin="live", applied=OWN),
            "It was applied 2h ago, and deleted live since.",
        ),
        (
            act("delete", "web", "no longer declared", origin="files", applied=OWN),
            "It was applied 2h ago; its block has since been removed.",
        ),
        (act("delete", "web", "not declared", origin="live"), "No sync applied it: it was created live."),
        (act("delete", "web", "not declared", applied=BY_ANOTHER), "Last applied by another sync: media, 1m ago."),
        (act("deploy", "web", "config has changed"), ""),
    ],
)
def test_the_words_below_the_diff(action: Action, words: str) -> None:
    assert said(action) == words


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (EDITED, "Edited in the file since it was applied 2h ago; writing will overwrite it."),
        (DRIFTED, "Changed live since it was applied 2h ago."),
        (
            CLASHING,
            "Both edited in the file and changed live since it was applied 2h ago;"
            " writing will overwrite the edit in the file.",
        ),
    ],
)
def test_to_file_it_is_the_edit_that_would_be_lost(action: Action, words: str) -> None:
    assert said(action, "file") == words


def test_without_a_clock_the_age_is_left_out_and_names_are_neutral() -> None:
    assert said(EDITED, now=None) == "Edited in the file since it was applied."
    assert said(update("web", None, applied=Stamp("a\x1b", 1.0)), now=None) == "Last applied by another sync: a␛."
    assert said(update("web", "files", applied=Stamp("lab", NOW))) == (
        "Edited in the file since it was applied just now."
    )


def test_the_list_has_the_words_behind_the_fields_in_both_directions() -> None:
    reasons = {entry.name: entry.reason for entry in Outline(LAB).entries if entry.verb == "update"}
    assert reasons == {
        "edited": "environment (edited in the file)",
        "drifted": "environment (changed live)",
        "clashing": "environment (changed on both sides)",
        "mixed": "server, environment (changed on both sides)",
        "adopted": "environment",
    }
    assert {entry.name: entry.reason for entry in Outline(LAB, "file").entries if entry.verb == "update"} == reasons


def listing(query: str) -> list[str]:
    return [line.name for line in Outline(LAB).shown(query) if isinstance(line, ReviewEntry)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("origin:files", ["edited", "new", "dropped"]),
        ("origin:live", ["drifted", "drifted", "gone", "handmade"]),
        ("origin:both", ["clashing", "mixed"]),
        ("ORIGIN:L", ["drifted", "drifted", "gone", "handmade"]),
        ("origin:live drif", ["drifted", "drifted"]),
        ("gone origin:live", ["gone"]),
        ("origin:live gonee", ["gone"]),
        ("origin:live edited", []),
        ("origin:live origin:both", []),
        ("origin:nothing", []),
        ("changed live", ["drifted"]),
        ("origin:", ["clashing", "drifted", "drifted", "edited", "gone", "mixed", "new", "dropped", "handmade"]),
    ],
)
def test_a_word_of_the_filter_leaves_one_origin(query: str, found: list[str]) -> None:
    assert sorted(listing(query)) == sorted(found)


def test_typing_such_a_word_finds_the_same_as_typing_it_at_once() -> None:
    outline = Outline(LAB)
    query = "ed origin:live d"
    for end in range(len(query) + 1):
        assert outline.shown(query[:end]) == Outline(LAB).shown(query[:end])


def test_where_nothing_was_applied_before_the_list_has_no_origins() -> None:
    first = Plan(SyncOptions("lab"), "embedded", (act("create", "new", "new"),))
    assert not Outline(first).has_origins
    assert Outline(LAB).has_origins


def test_plain_and_confirm_and_markdown_say_it() -> None:
    plain = joined(plan_lines(LAB)).splitlines()
    for line in (
        "  ~ edited    environment (edited in the file)",
        "  ~ drifted   environment (changed live)",
        "  ~ clashing  environment (changed on both sides)",
        "  ~ adopted   environment",
        "  + gone      it was deleted live",
        "  - dropped   no longer declared",
        "        environment: edited in the file",
        "        server: changed live",
    ):
        assert line in plain
    steps = {step.id: step.reason for step in confirm(LAB.select(["update:stack/drifted"]), "here").steps}
    assert steps == {"update:stack/drifted": "environment (changed live)"}
    assert r"update `drifted`: environment \(changed live\)" in plan_markdown(LAB)


def test_a_blocked_update_says_what_blocks_it() -> None:
    blocked = replace(LAB, actions=(update("web", "live", blocked="its block has an error"),))
    assert "  x web  update blocked: its block has an error" in joined(plan_lines(blocked)).splitlines()


def test_json_has_the_origin_of_each_action_and_change() -> None:
    actions = {action["id"]: action for action in objects.plan_object(LAB)["actions"]}
    assert actions["update:stack/mixed"]["origin"] == "both"
    assert [change["origin"] for change in actions["update:stack/mixed"]["changes"]] == ["live", "files"]
    assert actions["create:stack/new"]["origin"] is None
    assert actions["create:stack/gone"]["origin"] == "live"
    assert actions["deploy:stack/drifted"]["origin"] is None


def test_the_diff_says_it_per_field_only_where_fields_differ_in_it() -> None:
    assert [row.left for row in diff(MIXED) if row.kind == "origin"] == [
        "server: changed live", "environment: edited in the file",
    ]  # fmt: skip
    assert not [row for row in diff(CLASHING) if row.kind == "origin"]


def test_such_a_row_is_no_change_to_stop_at_and_spans_both_columns() -> None:
    rows = diff(MIXED)
    assert all(rows[at].kind != "origin" for at in stops(rows))
    assert all(line.right is None for line in side_by_side(rows) if line.kind == "origin")
    assert [line.cell.text for line in unified(rows) if line.kind == "origin"] == [
        "server: changed live", "environment: edited in the file",
    ]  # fmt: skip
