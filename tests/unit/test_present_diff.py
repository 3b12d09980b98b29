from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange, Verb
from ksync_tui.model.resource import Target
from ksync_tui.model.secrets import Redactor
from ksync_tui.present.diff import MOST_ROWS, DiffRow, diff
from ksync_tui.present.lines import Pairing, marks, pairings
from ksync_tui.present.mask import MASK
from ksync_tui.present.views import side_by_side, stops, towards, unified


def resource(kind: str, **fields: Any) -> Resource:
    return KINDS[kind].model.model_validate({"name": "a", **fields})


def update(kind: str, current: dict[str, Any], proposed: dict[str, Any], *paths: str) -> Action:
    """An update whose changes are the given fields, their values as plain JSON like the planner's."""
    here, there = resource(kind, **current), resource(kind, **proposed)
    return Action(
        "update",
        Target(kind, "a"),
        "differs",
        current=here,
        proposed=there,
        changes=tuple(
            FieldChange(path, _plain(here, path), _plain(there, path), secret=path.endswith("secret")) for path in paths
        ),
    )


def _plain(made: Resource, path: str) -> Any:
    value: Any = made.model_dump(mode="json")
    for name in path.split("."):
        value = value[name]
    return value


def brief(rows: tuple[DiffRow, ...]) -> list[tuple[str, str, str]]:
    return [(row.sign, row.left, row.right) for row in rows]


def config(**fields: Any) -> dict[str, Any]:
    return {"config": fields}


@pytest.mark.parametrize(
    ("kind", "current", "proposed", "path", "rows"),
    [
        (
            "stack",
            config(environment="LEVEL = info\nPORT = 8080\nGONE = 1\n"),
            config(environment="LEVEL: debug\nPORT: 8080\nTRACE: 1\n"),
            "config.environment",
            [
                (" ", "environment", "environment"),
                ("~", "  LEVEL = info", "  LEVEL = debug"),
                (" ", "  PORT = 8080", "  PORT = 8080"),
                ("-", "  GONE = 1", ""),
                ("+", "", "  TRACE = 1"),
            ],
        ),
        (
            "stack",
            config(environment="A = 1\nB = 2\n"),
            config(environment="B = 2\nA = 1\n"),
            "config.environment",
            [
                (" ", "environment", "environment"),
                (" ", "  2 unchanged entries", ""),
                (" ", "environment: reordered", ""),
            ],
        ),
        (
            "deployment",
            config(ports="8080: 80\n"),
            config(ports="8080: 80\n8080: 81\n"),
            "config.ports",
            [(" ", "ports", "ports"), (" ", "  8080: 80", "  8080: 80"), ("+", "", "  8080: 81")],
        ),
        (
            "stack",
            {"tags": ["b", "a"]},
            {"tags": ["a", "b", "c"]},
            "tags",
            [("~", 'tags = ["b", "a"]', 'tags = ["b", "a", "c"]')],
        ),
        (
            "stack",
            config(server_id="old"),
            config(server_id="new"),
            "config.server_id",
            [("~", 'server = "old"', 'server = "new"')],
        ),
        (
            "stack",
            config(webhook_secret="hunter2"),
            config(webhook_secret="hunter22222"),
            "config.webhook_secret",
            [("~", f"webhook_secret = {MASK}", f"webhook_secret = {MASK} (changed)")],
        ),
        (
            "stack",
            config(webhook_secret=""),
            config(webhook_secret="[[HOOK]]"),
            "config.webhook_secret",
            [("~", 'webhook_secret = ""', 'webhook_secret = "[[HOOK]]"')],
        ),
        (
            "deployment",
            config(image={"type": "Image", "params": {"image": "nginx:1.25"}}),
            config(image={"type": "Image", "params": {"image": "nginx:1.27"}}),
            "config.image.params.image",
            [("~", 'image.params.image = "nginx:1.25"', 'image.params.image = "nginx:1.27"')],
        ),
        (
            "stack",
            config(file_contents="a:\n  b: 1\n"),
            config(file_contents="a:\n  new: 0\n  b: 2\n"),
            "config.file_contents",
            [
                (" ", "file_contents", "file_contents"),
                (" ", "  a:", "  a:"),
                ("+", "", "    new: 0"),
                ("~", "    b: 1", "    b: 2"),
            ],
        ),
    ],
)
def test_each_sort_of_field_is_compared_in_its_own_way(
    kind: str, current: dict[str, Any], proposed: dict[str, Any], path: str, rows: list[tuple[str, str, str]]
) -> None:
    assert brief(diff(update(kind, current, proposed, path))) == rows


def test_words_that_differ_are_marked() -> None:
    action = update("stack", config(server_id="edge-1"), config(server_id="edge-2"), "config.server_id")
    row = diff(action)[0]
    assert [row.left[start:end] for start, end in row.left_marks] == ["1"]
    assert [row.right[start:end] for start, end in row.right_marks] == ["2"]


def test_fields_come_in_the_order_of_export_and_the_rest_is_counted() -> None:
    before = {"description": "old", **config(server_id="s", branch="dev", environment="A = 1\n")}
    after = {"description": "new", **config(server_id="s", branch="next", environment="A = 2\n")}
    rows = diff(update("stack", before, after, "config.environment", "config.branch", "description"))
    assert [row.field for row in rows if row.kind == "field"] == ["description", "config.branch", "config.environment"]
    assert rows[-1] == DiffRow("fold", " ", "1 unchanged field")


def test_long_texts_fold_what_is_equal_and_number_their_lines() -> None:
    lines = [f"line {number}" for number in range(50)]
    changed = [*lines[:25], "else", *lines[26:]]
    action = update(
        "stack",
        config(file_contents="\n".join(lines)),
        config(file_contents="\n".join(changed)),
        "config.file_contents",
    )
    rows = diff(action)
    assert [row.left.strip() for row in rows if row.kind == "fold"] == ["22 unchanged lines", "21 unchanged lines"]
    assert [(row.left_number, row.right_number) for row in rows if row.sign == "~"] == [(26, 26)]


def test_a_huge_text_is_cut_and_says_so() -> None:
    before, after = ("\n".join(f"{side} {number}" for number in range(10_000)) for side in "ab")
    rows = diff(update("stack", config(file_contents=before), config(file_contents=after), "config.file_contents"))
    assert len(rows) < MOST_ROWS + 10
    assert "8,000 more rows of file_contents" in rows[-1].left


@pytest.mark.parametrize(("verb", "sign"), [("create", "+"), ("delete", "-")])
def test_what_comes_or_goes_stands_on_one_side(verb: Verb, sign: str) -> None:
    made = resource("stack", tags=["x"], **config(environment="A = 1\nB = 2\n", webhook_secret="hunter2"))
    current, proposed = (None, made) if verb == "create" else (made, None)
    rows = diff(Action(verb, Target("stack", "a"), "new", current=current, proposed=proposed))
    assert {row.sign for row in rows} == {sign}
    assert not any(row.left if verb == "create" else row.right for row in rows)
    assert "hunter2" not in str(rows)


def test_a_resource_of_defaults_still_shows_a_row() -> None:
    rows = diff(Action("create", Target("stack", "a"), "new", proposed=resource("stack")))
    assert brief(rows) == [(" ", "stack a, all fields at their defaults", "")]
    assert rows[0].changed


def test_a_secret_inside_a_table_is_masked_and_its_change_is_told() -> None:
    def endpoint(url: str) -> dict[str, Any]:
        return config(endpoint={"type": "Slack", "params": {"url": url}})

    before, after = resource("alerter", **endpoint("https://one")), resource("alerter", **endpoint("https://two"))
    change = FieldChange("config.endpoint", {"url": "https://one"}, {"url": "https://two"}, secret=True)
    rows = diff(Action("update", Target("alerter", "a"), "x", current=before, proposed=after, changes=(change,)))
    assert "https" not in str(rows)
    assert any(row.changed and "a masked value in it changed" in row.left for row in rows)


def test_known_secret_values_and_controls_never_reach_a_row() -> None:
    action = update(
        "stack", config(environment="A = hunter2\n"), config(environment="A = \x1b[31m\n"), "config.environment"
    )
    rows = diff(action, Redactor({"TOKEN": "hunter2"}))
    assert ("~", "  A = <TOKEN>", "  A = ␛[31m") in brief(rows)


def test_to_file_swaps_columns_and_signs() -> None:
    action = update("stack", config(environment="A = 1\n"), config(environment="B = 1\nA = 1\n"), "config.environment")
    rows = towards(diff(action), "file")
    assert ("-", "  B = 1", "") in brief(rows)
    assert towards(towards(rows, "file"), "file") == rows
    assert towards(rows, "live") == rows


def test_both_views_show_every_row() -> None:
    action = update(
        "stack",
        config(environment="A = 1\nB = 1\n", branch="x"),
        config(environment="A = 2\nB = 2\n", branch="y"),
        "config.environment",
        "config.branch",
    )
    rows = diff(action)
    assert [line.row for line in side_by_side(rows)] == list(range(len(rows)))
    assert {line.row for line in unified(rows)} == set(range(len(rows)))
    assert [(line.sign, line.cell.text.strip()) for line in unified(rows)][2:] == [
        (" ", "environment"), ("-", "A = 1"), ("-", "B = 1"), ("+", "A = 2"), ("+", "B = 2"),
    ]  # fmt: skip
    assert stops(rows) == [0, 2]


def test_the_layout_of_a_table_does_not_depend_on_the_length_of_a_text() -> None:
    def stages(pattern: str) -> dict[str, Any]:
        execution = {"type": "BatchDeployStackIfChanged", "params": {"pattern": pattern}}
        return config(stages=[{"name": "one", "executions": [{"execution": execution, "enabled": True}]}])

    rows = diff(update("procedure", stages("a"), stages("a, " * 40), "config.stages"))
    assert [row.sign for row in rows] == [" ", " ", " ", "~"]
    assert rows[-1].left.strip() == '- execution = { type = "BatchDeployStackIfChanged", params = { pattern = "a" } }'


VALUES = st.text(alphabet="ab=: #\n[]\"'\x1b-", max_size=30)
FIELDS = st.sampled_from(
    ["config.environment", "config.file_contents", "config.branch", "config.webhook_secret", "description"]
)


@given(FIELDS, VALUES, VALUES)
def test_a_change_always_shows_a_row_that_is_not_context(path: str, before: str, after: str) -> None:
    change = FieldChange(path, before, after, secret=path.endswith("secret"))
    rows = diff(Action("update", Target("stack", "a"), "differs", changes=(change,)))
    assert any(row.changed and row.kind not in ("context", "fold") for row in rows)


@given(st.lists(st.sampled_from("abc"), max_size=4), st.lists(st.sampled_from("abc"), max_size=4))
def test_so_does_a_change_of_a_list(before: list[str], after: list[str]) -> None:
    changes = (FieldChange("tags", before, after), FieldChange("config.links", before, after))
    for change in changes:
        rows = diff(Action("update", Target("stack", "a"), "differs", changes=(change,)))
        assert any(row.changed for row in rows)


LINES = st.lists(st.sampled_from(["a: 1", "a: 2", "b: 1", "", "}"]) | st.text("xyz", max_size=3), max_size=30)


@given(LINES, LINES, st.sampled_from([2, 3, 8, 8_000]))
def test_pairing_keeps_every_line_of_both_sides_in_order(left: list[str], right: list[str], window: int) -> None:
    with patch("ksync_tui.present.lines._WINDOW", window):
        found = list(pairings(left, right))
    assert [pairing.left for pairing in found if pairing.left is not None] == list(range(len(left)))
    assert [pairing.right for pairing in found if pairing.right is not None] == list(range(len(right)))
    for one, other, same in found:
        assert same == (one is not None and other is not None and left[one] == right[other])


def test_a_change_far_into_a_long_text_is_found() -> None:
    left = [f"line {number}" for number in range(30_000)]
    right = [*left[:20_000], "one more", *left[20_000:]]
    changed = [pairing for pairing in pairings(left, right) if not pairing.same]
    assert changed == [Pairing(None, 20_000, False)]


@given(st.text("ab =", max_size=20), st.text("ab =", max_size=20))
def test_marks_lie_inside_their_lines(left: str, right: str) -> None:
    for text, spans in zip((left, right), marks(left, right), strict=True):
        assert all(0 <= start < end <= len(text) for start, end in spans)
