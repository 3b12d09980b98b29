from typing import Any

import pytest

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange, Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.model.secret_look import PATTERNS, SecretLook
from ksync_tui.model.secrets import Redactor
from ksync_tui.present import mask
from ksync_tui.present.diff import diff
from ksync_tui.present.json import plan_object
from ksync_tui.present.markdown import plan_markdown
from ksync_tui.present.mask import MASK
from ksync_tui.present.plain import plan_lines


def resource(kind: str, **fields: Any) -> Resource:
    return KINDS[kind].model.model_validate(fields)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("hunter2", MASK),
        ("x" * 500, MASK),
        ("", ""),
        ("[[TOKEN]]", "[[TOKEN]]"),
        (" [[A]] [[B]]\n", " [[A]] [[B]]\n"),
        ("https://host/[[TOKEN]]", MASK),
        ("[[TOKEN", MASK),
    ],
)
def test_a_mask_tells_nothing_but_that_there_is_something(value: str, shown: str) -> None:
    assert mask.masked_text(value) == shown


@pytest.mark.parametrize(
    ("made", "secret"),
    [
        (resource("stack", name="a", config={"webhook_secret": "hunter2"}), "hunter2"),
        (resource("server", name="a", config={"passkey": "hunter2"}), "hunter2"),
        (resource("variable", name="A", value="hunter2", is_secret=True), "hunter2"),
        (
            resource("alerter", name="a", config={"endpoint": {"type": "Slack", "params": {"url": "https://hunter2"}}}),
            "hunter2",
        ),
        (resource("builder", name="a", config={"type": "Url", "params": {"passkey": "hunter2"}}), "hunter2"),
        (
            resource(
                "procedure",
                name="a",
                config={
                    "stages": [
                        {
                            "name": "s",
                            "executions": [
                                {
                                    "execution": {
                                        "type": "CreateSwarmSecret",
                                        "params": {"swarm": "s", "name": "n", "data": "hunter2"},
                                    },
                                    "enabled": True,
                                }
                            ],
                        }
                    ]
                },
            ),
            "hunter2",
        ),
    ],
    ids=lambda made: type(made).__name__ if isinstance(made, Resource) else "",
)
def test_secrets_are_masked_however_deep_they_stand(made: Resource, secret: str) -> None:
    assert secret in made.model_dump_json()
    assert secret not in str(mask.masked(made))
    assert secret not in mask.masked_resource(made).model_dump_json()
    assert MASK in mask.masked_resource(made).model_dump_json()


def test_what_is_no_secret_stays_as_it_is() -> None:
    made = resource("stack", name="a", config={"environment": "A = 1\n"})
    assert mask.masked_resource(made) is made
    assert mask.masked(made) == {"name": "a", "config": {"environment": "A = 1\n"}}


def test_a_variable_that_stops_being_secret_still_hides_its_value() -> None:
    action = Action(
        "update",
        Target("variable", "A"),
        "differs",
        current=resource("variable", name="A", value="old", is_secret=True),
        proposed=resource("variable", name="A", value="new"),
        changes=(FieldChange("value", "old", "new"), FieldChange("is_secret", True, False)),
    )
    assert mask.masked_sides(action, action.changes[0]) == (MASK, MASK)
    assert mask.masked_sides(action, action.changes[1]) == (True, False)
    assert mask.secret_fields(action) == {"value"}


@pytest.mark.parametrize(
    ("name", "patterns", "hidden"),
    [
        ("DB_PASSWORD", PATTERNS, True),
        ("HOUSE_PIN", PATTERNS, False),
        ("HOUSE_PIN", ("*_PIN",), True),
        ("DB_PASSWORD", ("*_PIN",), False),
        ("DB_PASSWORD", (), False),
    ],
)
def test_a_variable_called_like_a_secret_hides_its_value_in_every_face(
    name: str, patterns: tuple[str, ...], hidden: bool
) -> None:
    current, proposed = (
        resource("variable", name=name, value="old-one"),
        resource("variable", name=name, value="new-one"),
    )
    change = FieldChange("value", "old-one", "new-one")
    target = Target("variable", name)
    actions = (
        Action("update", target, "differs", current=current, proposed=proposed, changes=(change,)),
        Action("create", target, "new", proposed=proposed),
        Action("delete", target, "gone", current=current),
    )
    redact = Redactor({}, SecretLook(patterns))
    for action in actions:
        plan = Plan(SyncOptions("s"), "e", (action,))
        shown = [
            str(diff(action, redact)),
            str(plan_object(plan, lambda _, made: made.model_dump_json(), redact)),
            plan_markdown(plan, redact),
            str(list(plan_lines(plan, redact=redact))),
        ]
        assert not hidden or not any("old-one" in face or "new-one" in face for face in shown)
        assert hidden or "-one" in shown[0]


def test_a_secret_change_is_masked_even_without_the_resources() -> None:
    change = FieldChange("config.webhook_secret", "", "hunter2", secret=True)
    action = Action("update", Target("stack", "a"), "differs", changes=(change,))
    assert mask.masked_sides(action, change) == (None, MASK)


def test_known_values_become_their_names() -> None:
    redact = Redactor({"variable/TOKEN": "hunter2", "LONG": "hunter2-and-more", "SHORT": "abc", "KEY": "begin\nsecond"})
    assert redact("x hunter2 y") == "x <TOKEN> y"
    assert redact("hunter2-and-more") == "<LONG>"
    assert redact("abc") == "abc"
    assert redact("the second line") == "the <KEY> line"
    assert redact.everywhere({"hunter2": ["hunter2", 1, None]}) == {"<TOKEN>": ["<TOKEN>", 1, None]}
    assert Redactor({})("anything") == "anything"
