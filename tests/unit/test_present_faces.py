"""The same plan as JSON, Markdown, plain lines, words and steps."""

import json
import re
from typing import Any

import pytest

from ksync_tui.errors import KsyncError, StoreError
from ksync_tui.model.events import ActionRecord, RunRecord
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange, Plan, RenameHint, SyncOptions
from ksync_tui.model.resource import Problem, SourceLocation, Target
from ksync_tui.model.rules import Rule
from ksync_tui.model.secrets import Redactor
from ksync_tui.planner.selection import Prerequisites
from ksync_tui.present import json as objects
from ksync_tui.present import runs
from ksync_tui.present.choices import Choices
from ksync_tui.present.confirm import confirm, lines
from ksync_tui.present.explain import explain
from ksync_tui.present.markdown import plan_markdown
from ksync_tui.present.mask import MASK
from ksync_tui.present.plain import error_lines, numbered, plan_lines, problem_count, problem_lines
from ksync_tui.present.style import Style, joined, line, rendered


def resource(kind: str, name: str, **fields: Any) -> Resource:
    return KINDS[kind].model.model_validate({"name": name, **fields})


HERE = resource("stack", "web", config={"environment": "LEVEL = info\n", "webhook_secret": "hunter2"})
THERE = resource("stack", "web", config={"environment": "LEVEL = debug\n", "webhook_secret": "hunter3"})
LAB = Plan(
    SyncOptions("lab"),
    "embedded",
    (
        Action(
            "update",
            Target("stack", "web"),
            "differs",
            SourceLocation("web.toml", 14),
            HERE,
            THERE,
            (
                FieldChange("config.environment", "LEVEL = info\n", "LEVEL = debug\n", redeploys=True),
                FieldChange("config.webhook_secret", "hunter2", "hunter3", secret=True),
            ),
            consequences=("Redeploys web", "then api"),
        ),
        Action(
            "create",
            Target("variable", "TOKEN"),
            "new",
            SourceLocation("vars.toml", 1),
            None,
            resource("variable", "TOKEN", value="hunter4", is_secret=True),
        ),
        Action("deploy", Target("stack", "web"), "config has changed", requires=("update:stack/web",), round=2),
        Action("delete", Target("stack", "old"), "not declared", current=HERE, round=3, consequences=("It runs",)),
        Action("create", Target("build", "app"), "new", blocked="the builder is missing: add [[builder]]"),
    ),
    problems=(
        Problem(Rule.SYNTAX, "error", SourceLocation("web.toml", 3, 7), "not TOML", "close the string"),
        Problem(Rule.UNKNOWN_KEY, "warning", SourceLocation("web.toml", 9), "unknown key `evironment`"),
    ),
    unchanged={"stack": 2},
    renames=(RenameHint(Target("stack", "old"), Target("stack", "new"), 91),),
)
SECRETS = ("hunter2", "hunter3", "hunter4")


def export(target: Target, made: Resource) -> str:
    return f"[[{target.kind}]] {made.model_dump_json(exclude_unset=True)}"


def test_the_json_object_has_exactly_the_documented_keys() -> None:
    made = objects.plan_object(LAB, export)
    assert list(made) == ["sync", "engine", "summary", "actions", "problems", "notes", "renames", "ignored", "returned"]
    assert list(made["summary"]) == ["create", "update", "delete", "rename", "deploy", "unchanged", "ignored"]
    assert list(made["actions"][0]) == [
        "id", "action", "kind", "name", "reason", "file", "line", "requires", "round", "destructive", "text_only",
        "blocked",
        "origin", "changes", "fields", "current", "proposed",
    ]  # fmt: skip
    assert list(made["actions"][0]["changes"][0]) == ["field", "current", "proposed", "secret", "origin"]
    assert list(made["problems"][0]) == ["rule", "severity", "file", "line", "column", "message", "hint", "places"]
    assert json.loads(objects.dumps(made)) == made


def test_json_says_what_the_plan_says() -> None:
    made = objects.plan_object(LAB)
    update, create, deploy, delete, blocked = made["actions"]
    assert made["summary"] == {
        "create": 2,
        "update": 1,
        "delete": 1,
        "rename": 0,
        "deploy": 1,
        "unchanged": 2,
        "ignored": 0,
    }
    assert (update["id"], update["file"], update["line"]) == ("update:stack/web", "web.toml", 14)
    assert (create["current"], create["proposed"]) == (None, None)
    assert (deploy["requires"], deploy["round"]) == (["update:stack/web"], 2)
    assert delete["destructive"] is True
    assert blocked["blocked"] == "the builder is missing: add [[builder]]"
    assert update["changes"] == [
        {"field": "config.webhook_secret", "current": MASK, "proposed": MASK, "secret": True, "origin": None},
        {
            "field": "config.environment", "current": "LEVEL = info\n", "proposed": "LEVEL = debug\n", "secret": False,
            "origin": None,
        },
    ]  # fmt: skip


def test_no_face_shows_a_secret() -> None:
    faces = [
        objects.dumps(objects.plan_object(LAB, export)),
        plan_markdown(LAB),
        joined(plan_lines(LAB)),
        str([explain(action, Prerequisites(LAB)) for action in LAB.actions]),
        str(confirm(LAB.select(["update:stack/web"]), "here")),
    ]
    assert not [secret for face in faces for secret in SECRETS if secret in face]


def test_known_secret_values_are_replaced_in_every_face() -> None:
    redact = Redactor({"variable/LEVEL": "debug"})
    for face in (
        objects.dumps(objects.plan_object(LAB, export, redact)),
        plan_markdown(LAB, redact),
        joined(plan_lines(LAB, redact=redact)),
    ):
        assert "debug" not in face
        assert "<LEVEL>" in face


def test_json_for_a_pipe_is_ascii_so_nothing_acts_on_a_terminal() -> None:
    made = Plan(SyncOptions("a\x1b\x9b\u202e"), "embedded")
    text = objects.dumps(objects.plan_object(made))
    assert text.isascii()
    assert "\x1b" not in text


def test_plain_lines() -> None:
    text = joined(plan_lines(LAB))
    assert text == "\n".join(
        [
            "stacks",
            "  ~ web  webhook_secret, environment",
            f"      ~ webhook_secret = {MASK} (changed)",
            "        environment",
            "      ~   LEVEL = info -> debug",
            "  * web  config has changed",
            "  - old  not declared",
            "",
            "builds",
            "  x app  create blocked: the builder is missing: add [[builder]]",
            "",
            "variables",
            "  + TOKEN  new",
            "",
            "2 to create, 1 to update, 1 to deploy, 1 to delete, 2 unchanged, 1 blocked",
            "stack/old and stack/new are 91% similar: a rename? --rename stack/old=new",
            "web.toml:3:7: error: not TOML (close the string)",
            "web.toml:9:1: warning: unknown key `evironment`",
        ]
    )


def test_plain_lines_keep_to_their_width() -> None:
    long = resource("stack", "web", config={"environment": f"A = {'x' * 500}\n"})
    change = FieldChange("config.environment", "", f"A = {'x' * 500}\n")
    action = Action("update", Target("stack", "w" * 200), "differs", None, HERE, long, (change,))
    assert max(map(len, joined(plan_lines(Plan(SyncOptions("s"), "e", (action,)), width=80)).splitlines())) <= 80


def test_a_long_line_is_cut_so_that_its_difference_is_seen() -> None:
    before, after = (f"A = {'x ' * 200}{end} {'y ' * 100}" for end in ("one", "two"))
    change = FieldChange("config.environment", before, after)
    action = Action("update", Target("stack", "web"), "differs", changes=(change,))
    text = joined(plan_lines(Plan(SyncOptions("s"), "e", (action,)), width=80))
    assert "one" in text
    assert "two" in text


def test_colour_is_put_on_only_when_asked() -> None:
    styled = line("a ", ("b", Style.CREATE))
    assert rendered(styled, colour=False) == "a b"
    assert rendered(styled, colour=True) == "a \x1b[36mb\x1b[0m"


def test_plain_numbers_stay_whatever_the_filter() -> None:
    choices = Choices.of(LAB).choose("deploy:stack/web", "live")
    every = list(numbered(LAB, choices))
    assert [number for number, _, _ in every] == ["1", "2", "3", "4"]
    assert rendered(every[0][1], colour=False) == "1 [>] ~* update stack/web  webhook_secret, environment"
    assert [(number, row.id) for number, _, row in numbered(LAB, choices, "TOKEN")] == [("4", "create:variable/TOKEN")]


def test_problems_are_one_line_each_and_neutral() -> None:
    problem = Problem(Rule.SYNTAX, "error", SourceLocation("a\x1b.toml", 1, 2), "bad\nname", "do\x07 this")
    assert joined(problem_lines([problem])) == "a␛.toml:1:2: error: bad␊name (do␇ this)"
    assert problem_count(LAB.problems) == "1 error, 1 warning"
    assert problem_count(()) == "no problems"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KsyncError("it broke"), ["error: it broke"]),
        (
            StoreError("cannot write", where="/data", why="disk full\x1b", hint="Free some space."),
            ["error: cannot write", "  where: /data", "  why:   disk full␛", "  do:    Free some space."],
        ),
    ],
)
def test_errors_say_what_where_why_and_what_to_do(error: KsyncError, said: list[str]) -> None:
    assert error_lines(error) == said


def test_markdown_holds_names_and_texts_without_breaking_out() -> None:
    odd = Action("create", Target("stack", "a`b"), "*new* <img>", proposed=resource(
        "stack", "a", config={"file_contents": "one\n````\ntwo\n"}
    ))  # fmt: skip
    text = plan_markdown(Plan(SyncOptions("lab|x"), "e", (odd,)))
    assert "``a`b``" in text
    assert r"\*new\* \<img\>" in text
    fences = re.findall(r"^`{4,}", text, re.MULTILINE)
    assert fences == ["`````", "`````"]


def test_markdown_has_the_summary_the_problems_and_the_diffs() -> None:
    text = plan_markdown(LAB)
    assert "| 2 | 1 | 1 | 0 | 1 | 2 |" in text
    assert "**1 error, 1 warning**" in text
    assert "-   LEVEL = info\n+   LEVEL = debug" in text


def test_markdown_stays_below_the_limit_of_a_comment() -> None:
    many = Plan(SyncOptions("s"), "e", tuple(Action("create", Target("stack", f"s{n}"), "new") for n in range(5000)))
    text = plan_markdown(many)
    assert len(text) < 65_536
    assert "more blocks left out" in text


def test_an_action_is_explained_in_plain_words() -> None:
    needs = Prerequisites(LAB)
    said = {action.id: [sentence.text for sentence in explain(action, needs)] for action in LAB.actions}
    assert said["update:stack/web"] == [
        "Changes 2 fields of stack web: webhook_secret, environment.",
        "Redeploys web, then api.",
        "Needed by deploy stack/web.",
        "Declared in web.toml:14.",
    ]
    assert said["deploy:stack/web"] == [
        "Deploys stack web.", "Why: config has changed.", "Needs update stack/web first.",
    ]  # fmt: skip
    assert said["create:build/app"][0] == "Blocked: the builder is missing: add [[builder]]."
    assert "91% similar to stack/new, which is new: a rename?" in said["delete:stack/old"]


def test_to_file_the_same_action_is_read_the_other_way() -> None:
    needs = Prerequisites(LAB)
    said = [explain(action, needs, "file")[0].text for action in LAB.actions[:4]]
    assert said == [
        "Writes 2 live fields of stack web: webhook_secret, environment in web.toml:14.",
        "Takes variable TOKEN, which live does not have, out of the file in vars.toml:1.",
        "A deploy changes nothing in a file.",
        "Writes stack old, which exist only live, to the file.",
    ]


def test_the_steps_to_confirm_are_the_rounds_in_order() -> None:
    screen = confirm(LAB.select(["deploy:stack/web", "delete:stack/old"]), "embedded · local", "name", "old", "it goes")
    assert lines(screen) == [
        "Run 3 of 5 actions on embedded · local",
        "",
        "   1 ~ stack/web  needed by its deploy",
        "   2 * stack/web  config has changed",
        "   3 - stack/old  not declared",
        "",
        "1 delete: stack/old (It runs)",
        "it goes.",
        "Type its name to confirm:",
    ]
    assert screen.steps[0].added


def test_enter_is_enough_where_nothing_is_lost() -> None:
    screen = confirm(LAB.select(["update:stack/web"]), "here")
    assert (screen.question, screen.deletes) == (None, ())
    assert confirm(LAB.select([]), "here", "count", "12").question == "Type 12 to confirm:"


RUN = RunRecord(
    17,
    "lab",
    "embedded",
    "running",
    created=100.0,
    ended=None,
    who="ana",
    actions=(
        ActionRecord("update:stack/web", 1, "~ stack/web", "done", 100.0, 100.1),
        ActionRecord("create:stack/api", 1, "+ stack/api", "failed", 101.0, 103.0, "no\x1b space"),
        ActionRecord("deploy:stack/web", 2, "* stack/web", None, 104.0),
        ActionRecord("deploy:stack/api", 2, "* stack/api"),
    ),
)


def test_a_run_shows_how_far_it_is() -> None:
    assert runs.title(RUN) == "Run 17 · lab"
    assert runs.progress(RUN, now=112.0) == "2 of 4 · 00:12"
    assert [(line.state, line.title, line.time) for line in runs.run_lines(RUN, now=112.0)] == [
        ("done", "~ stack/web", "0.1 s"),
        ("failed", "+ stack/api", "2 s"),
        ("running", "* stack/web", "8 s"),
        ("waiting", "* stack/api", ""),
    ]
    assert runs.counts(RUN) == "1 done, 1 failed, 1 running, 1 waiting"


@pytest.mark.parametrize(
    ("part", "whole", "bar"),
    [(0, 3, "......"), (1, 3, "##...."), (3, 3, "######"), (99, 100, "#####."), (0, 0, "######")],
)
def test_a_bar_is_full_only_at_the_end(part: int, whole: int, bar: str) -> None:
    assert runs.bar(part, whole, 6) == bar


def test_a_run_that_is_over_says_how_and_what_is_left() -> None:
    over = RunRecord(17, "lab", "embedded", "stopped", 100.0, 165.0, "ana", RUN.actions)
    assert list(runs.closing(over)) == [
        "Stopped in 1 min 05 s: 1 done, 1 failed, 2 stopped",
        "failed  + stack/api: no␛ space",
    ]
    row = runs.history_row(over, now=200.0)
    assert (row.counts, row.took, row.when) == ("1 done, 1 failed, 2 stopped", "1 min 05 s", "00:01")


def test_runs_and_errors_as_json() -> None:
    made = objects.run_object(RUN)
    assert (made["id"], made["counts"]) == (17, {"done": 1, "failed": 1, "waiting": 2})
    assert made["actions"][1]["message"] == "no\x1b space"
    assert objects.error_object(StoreError("x", hint="y")) == {"what": "x", "where": None, "why": None, "hint": "y"}
