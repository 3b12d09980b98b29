from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.model import parts
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange, Plan, SyncOptions, Verb
from ksync_tui.model.resource import Target
from ksync_tui.model.text import pairs
from ksync_tui.planner.diff import compare
from ksync_tui.planner.selection import Prerequisites
from ksync_tui.present.entries import ReviewEntry, reason_of
from ksync_tui.present.rows import Group, Outline, PartEntry
from ksync_tui.present.summaries import counts_line, summary_of
from ksync_tui.present.ticks import Ticks


def act(verb: Verb, target: str, reason: str = "", **more: Any) -> Action:
    return Action(verb, Target(*target.split("/", 1)), reason, **more)


def plan(*actions: Action, **more: Any) -> Plan:
    return Plan(SyncOptions("lab"), "embedded", actions, **more)


CHANGES = (FieldChange("config.environment", "", "A=1", redeploys=True), FieldChange("config.server_id", "a", "b"))
LAB = plan(
    act("update", "variable/DOMAIN", changes=(FieldChange("value", "a", "b"),)),
    act("update", "stack/web", changes=CHANGES),
    act("create", "deployment/api", "new"),
    act("deploy", "stack/web", "config changed", requires=("update:stack/web",)),
    act("deploy", "deployment/api", "after web", requires=("create:deployment/api", "deploy:stack/web")),
    act("delete", "stack/old-wiki", "not declared"),
    act("create", "build/broken", "new", blocked="the block has an error: correct line 3"),
    act("deploy", "deployment/worker", "new", requires=("create:build/broken",)),
    unchanged={"stack": 4, "server": 3, "variable": 1},
)
BLOCKED = {"create:build/broken", "deploy:deployment/worker"}


def listing(outline: Outline, query: str = "") -> list[str]:
    return [line.id if isinstance(line, ReviewEntry) else line.kind for line in outline.shown(query)]


def test_rows_are_grouped_by_kind_in_the_order_of_export_deletes_last() -> None:
    assert listing(Outline(LAB)) == [
        "stack", "update:stack/web", "deploy:stack/web", "delete:stack/old-wiki",
        "deployment", "create:deployment/api", "deploy:deployment/api", "deploy:deployment/worker",
        "build", "create:build/broken",
        "variable", "update:variable/DOMAIN",
    ]  # fmt: skip


def test_an_entry_says_why_in_a_few_words() -> None:
    entries = Outline(LAB).by_id
    assert entries["update:stack/web"] == ReviewEntry(
        "update:stack/web", "update", "stack", "~", "web", "server, environment", ("redeploys",)
    )
    assert entries["deploy:stack/web"].reason == "config changed"
    assert entries["create:build/broken"].blocked
    assert "correct line 3" in entries["create:build/broken"].reason


def test_of_a_builder_the_param_is_named() -> None:
    made = KINDS["builder"].model.model_validate({"name": "b", "config": {"type": "Server", "params": {}}})
    change = FieldChange("config.params.server_ids", [], ["edge"])
    assert reason_of(act("update", "builder/b", current=made, proposed=made, changes=(change,))) == "params.servers"


def test_names_from_outside_are_neutral() -> None:
    entry = Outline(plan(act("create", "stack/a\x1b[2J", "ne\nw"))).entries[0]
    assert (entry.name, entry.reason) == ("a␛[2J", "ne␊w")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("wiki", ["stack", "delete:stack/old-wiki"]),
        ("ENV", ["stack", "update:stack/web"]),
        ("deploy web", ["stack", "deploy:stack/web", "deployment", "deploy:deployment/api"]),
        ("wikki", ["stack", "delete:stack/old-wiki"]),
        ("nothing like it", []),
        ("   ", listing(Outline(LAB))),
    ],
)
def test_the_filter_finds_words_anywhere_and_forgives_a_slip(query: str, found: list[str]) -> None:
    assert listing(Outline(LAB), query) == found


@given(st.text("abst/- ", max_size=8))
def test_typing_on_finds_the_same_as_typing_at_once(query: str) -> None:
    typed = Outline(LAB)
    for end in range(len(query) + 1):
        assert listing(typed, query[:end]) == listing(Outline(LAB), query[:end])


def test_what_is_unchanged_and_what_is_pending_is_counted() -> None:
    assert Outline(LAB).unchanged == "8 unchanged"
    assert Outline(plan()).unchanged == ""
    assert summary_of(LAB) == "2 to create, 2 to update, 3 to deploy, 1 to delete, 8 unchanged, 1 blocked"
    assert counts_line(LAB.summary) == "+2 ~2 -1 *3"
    assert counts_line(plan().summary) == "."


def test_nothing_is_ticked_at_first() -> None:
    assert Ticks(LAB).totals == "8 pending · 0 ticked"


def test_a_tick_brings_what_it_needs_and_says_so() -> None:
    ticks = Ticks(LAB).toggle("deploy:deployment/api")
    assert ticks.ticked == {"deploy:deployment/api"}
    assert ticks.mark("deploy:deployment/api") == "[x]"
    assert ticks.mark("deploy:stack/web") == "[.]"
    assert ticks.mark("update:variable/DOMAIN") == "[ ]"
    assert ticks.mark("create:build/broken") == " x "
    assert ticks.note == "also ticked: create deployment/api, deploy stack/web, update stack/web"
    assert ticks.totals == "8 pending · 4 ticked"
    entries = Outline(LAB).by_id
    assert ticks.reason(entries["deploy:stack/web"]) == "needed by api"
    assert ticks.reason(entries["create:deployment/api"]) == "needed by its deploy"


def test_unticking_what_others_need_unticks_them_and_says_so() -> None:
    ticks = Ticks(LAB).toggle("deploy:deployment/api").toggle("update:variable/DOMAIN").toggle("update:stack/web")
    assert ticks.ticked == {"update:variable/DOMAIN"}
    assert ticks.note == "also unticked: deploy deployment/api"


@pytest.mark.parametrize(
    ("action_id", "reason"),
    [
        ("create:build/broken", "create build/broken cannot be ticked: the block has an error: correct line 3"),
        (
            "deploy:deployment/worker",
            "deploy deployment/worker cannot be ticked:"
            " needs create build/broken: the block has an error: correct line 3",
        ),
    ],
)
def test_what_is_blocked_gives_its_reason_instead_of_a_tick(action_id: str, reason: str) -> None:
    ticks = Ticks(LAB).toggle(action_id)
    assert (ticks.ticked, ticks.note) == (frozenset(), reason)


WHOLE = "update:stack/web"
LEVEL, TRACE = "config.environment.LEVEL", "config.environment.TRACE"


def with_parts() -> Plan:
    """A plan whose only update has two entries, and a deploy that needs it."""
    before, after = (
        KINDS["stack"].model.model_validate({"name": "web", "config": {"environment": text}})
        for text in ("LEVEL = info\n", "LEVEL = debug\nTRACE = 1\n")
    )
    found = compare(before, after)
    update = Action(
        "update", Target("stack", "web"), "environment", current=before, proposed=after, changes=found.changes
    )
    return plan(update, act("deploy", "stack/web", requires=(WHOLE,)))


def test_a_tick_on_a_part_ticks_the_update_in_part() -> None:
    ticks = Ticks(with_parts()).toggle_part(WHOLE, LEVEL)
    assert (ticks.mark(WHOLE), ticks.part_mark(WHOLE, LEVEL), ticks.part_mark(WHOLE, TRACE)) == ("[~]", "[x]", "[ ]")
    (action,) = ticks.selection
    assert action.parts == (LEVEL,)
    assert ticks.toggle_part(WHOLE, TRACE).mark(WHOLE) == "[x]"
    assert ticks.toggle_part(WHOLE, LEVEL).mark(WHOLE) == "[ ]"
    assert ticks.toggle(WHOLE).mark(WHOLE) == "[x]"
    assert ticks.all().mark(WHOLE) == "[x]"
    assert not ticks.none().parts


def test_a_part_taken_off_what_another_needs_leaves_the_rest_of_it() -> None:
    ticks = Ticks(with_parts()).toggle("deploy:stack/web")
    assert ticks.part_mark(WHOLE, LEVEL) == "[.]"
    ticks = ticks.toggle_part(WHOLE, TRACE)
    assert (ticks.mark(WHOLE), ticks.mark("deploy:stack/web")) == ("[~]", "[x]")
    assert [action.parts for action in ticks.selection if action.verb == "update"] == [(LEVEL,)]
    ticks = ticks.toggle_part(WHOLE, LEVEL)
    assert ticks.ticked == frozenset()


def test_a_newer_plan_keeps_the_parts_that_still_differ() -> None:
    ticks = Ticks(with_parts()).toggle_part(WHOLE, LEVEL)
    assert ticks.moved_to(with_parts()).parts == {WHOLE: {LEVEL}}
    assert ticks.restored_on(with_parts()).parts == {WHOLE: {LEVEL}}
    without = with_parts()
    (change,) = without.actions[0].changes
    quiet = replace(
        without.actions[0], proposed=without.actions[0].current, changes=(replace(change, proposed=change.current),)
    )
    later = Ticks(with_parts()).toggle_part(WHOLE, LEVEL).moved_to(replace(without, actions=(quiet,)))
    assert (later.ticked, later.parts) == (frozenset(), {})
    assert later.note == "1 tick no longer in the plan: update stack/web"


def test_the_parts_of_an_update_stand_below_it_while_it_is_open() -> None:
    outline = Outline(with_parts())
    assert [line.label for line in outline.shown(opened=[WHOLE]) if isinstance(line, PartEntry)] == [
        "environment.LEVEL", "environment.TRACE",
    ]  # fmt: skip
    assert [part.sign for part in outline.parts(WHOLE)] == ["~", "+"]
    assert [part.sign for part in Outline(with_parts(), changing="file").parts(WHOLE)] == ["~", "-"]
    assert outline.parts("deploy:stack/web") == ()


def test_a_prerequisite_that_is_not_in_the_plan_refuses_too() -> None:
    ticks = Ticks(plan(act("deploy", "stack/a", requires=("create:stack/gone",)))).toggle("deploy:stack/a")
    assert not ticks.ticked
    assert "is not part of this plan" in (ticks.note or "")


def group(kind: str) -> Group:
    return next(group for group in Outline(LAB).groups if group.kind == kind)


def test_a_group_is_ticked_whole_but_for_deletes_then_unticked() -> None:
    ticks = Ticks(LAB).toggle_all(group("stack").entries)
    assert ticks.ticked == {"update:stack/web", "deploy:stack/web"}
    assert ticks.note == "1 delete left out: tick them one at a time"
    assert (ticks.count(group("stack")), ticks.state(group("stack"))) == (2, "some")
    assert ticks.state(group("variable")) == "none"
    ticks = ticks.toggle("delete:stack/old-wiki")
    assert ticks.state(group("stack")) == "all"
    assert ticks.toggle_all(group("stack").entries).ticked == frozenset()


def test_a_group_of_deletes_alone_is_never_ticked_by_one_key() -> None:
    gone = plan(act("delete", "stack/a"), act("delete", "stack/b"))
    ticks = Ticks(gone).toggle_all(Outline(gone).entries)
    assert (ticks.ticked, ticks.note) == (frozenset(), "2 deletes left out: tick them one at a time")


def test_all_ticks_everything_that_loses_nothing() -> None:
    ticks = Ticks(LAB).all()
    assert ticks.ticked == set(LAB.by_id) - BLOCKED - {"delete:stack/old-wiki"}
    assert ticks.note == "1 delete left out: tick them one at a time; 2 blocked actions left out"
    assert Ticks(LAB).all(["update:variable/DOMAIN"]).ticked == {"update:variable/DOMAIN"}
    assert ticks.none().ticked == frozenset()


def test_all_never_brings_a_delete_along() -> None:
    swapped = plan(act("delete", "stack/a"), act("create", "stack/b", requires=("delete:stack/a",)))
    assert Ticks(swapped).all().ticked == frozenset()
    assert len(Ticks(swapped).toggle("create:stack/b").selection.deletes) == 1


def test_to_file_the_list_is_read_the_other_way() -> None:
    entries = Outline(LAB, "file").by_id
    assert "deploy:stack/web" not in entries
    assert (entries["create:deployment/api"].sign, entries["create:deployment/api"].reason) == (
        "-", "not live",
    )  # fmt: skip
    assert (entries["delete:stack/old-wiki"].sign, entries["delete:stack/old-wiki"].reason) == ("+", "only live")
    assert entries["update:stack/web"].flags == ()


def test_to_file_nothing_is_taken_out_of_the_file_by_one_key() -> None:
    written = plan(act("create", "stack/a"), act("delete", "stack/b"), act("update", "stack/c", changes=CHANGES))
    ticks = Ticks(written, direction="file").all()
    assert ticks.ticked == {"delete:stack/b", "update:stack/c"}
    assert ticks.moved_to(written).all().ticked == ticks.ticked


def test_ticks_move_to_a_newer_plan_as_far_as_they_can() -> None:
    ticks = Ticks(LAB).toggle("update:variable/DOMAIN").toggle("update:stack/web")
    newer = ticks.moved_to(replace(LAB, actions=LAB.actions[1:]))
    assert newer.ticked == {"update:stack/web"}
    assert newer.note == "1 tick no longer in the plan: update variable/DOMAIN"


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Random plans whose actions need earlier ones, some blocked, some deletes."""
    actions: list[Action] = []
    for number in range(draw(st.integers(1, 8))):
        verb: Verb = draw(st.sampled_from(["create", "delete"]))
        needed = (
            draw(st.lists(st.sampled_from([one.id for one in actions]), max_size=2, unique=True)) if actions else []
        )
        blocked = draw(st.sampled_from([None, None, "no"]))
        actions.append(act(verb, f"stack/{number}", requires=tuple(needed), blocked=blocked))
    return plan(*actions)


@given(plans(), st.data())
def test_any_keys_leave_a_set_that_can_run(made: Plan, data: st.DataObject) -> None:
    ticks = Ticks(made)
    for _ in range(4):
        toggled = data.draw(st.sampled_from([action.id for action in made.actions]))
        before = ticks
        ticks = ticks.toggle(toggled)
        chosen = {action.id for action in ticks.selection}
        assert all(set(made.by_id[one].requires) <= chosen for one in chosen)
        assert not any(made.by_id[one].blocked for one in chosen)
        assert (toggled in before.selection) != (toggled in ticks.selection) or toggled in Prerequisites(made).refused


@given(plans())
def test_all_never_chooses_a_delete(made: Plan) -> None:
    assert not Ticks(made).all().selection.deletes


def test_five_thousand_entries_are_read_a_few_times_not_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = (
        KINDS["stack"].model.model_validate(
            {"name": "web", "config": {"environment": "".join(f"K{at} = {value}\n" for at in range(5000))}}
        )
        for value in (1, 2)
    )
    changes = compare(before, after).changes  # type: ignore[arg-type]
    action = Action("update", Target("stack", "web"), "", current=before, proposed=after, changes=changes)  # type: ignore[arg-type]
    read: list[str] = []
    monkeypatch.setattr(parts, "pairs", lambda text: read.append(text) or pairs(text))
    parts._pairs_by_key.cache_clear()
    assert len(Outline(plan(action)).parts(action.id)) == 5000
    assert len(read) <= 4
