"""Known secrets do not get into new bytes."""

from __future__ import annotations

import pytest

from ksync_tui.errors import SecretInCommitError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target
from ksync_tui.model.secrets import label_is_interpolated, labelled_secrets, names_only
from ksync_tui.writeback.secrets import refuse_secrets

KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END KEY-----\n"
KNOWN = {
    "variable/DB_PASS value": 'pa"ss\\word',
    "stack/web config.webhook_secret": "hunter2-hunter2",
    "variable/KEY value": KEY,
}


@pytest.mark.parametrize(
    ("before", "after", "place", "hint"),
    [
        (None, 'a = 1\nsecret = "hunter2-hunter2"\n', "f.toml:2", "Leave it out"),
        ("a = 1\n", 'b = """\nX = hunter2-hunter2\n"""\n', "f.toml:2", "Leave it out"),
        ("", 'v = "pa\\"ss\\\\word"\n', "f.toml:1", "[[DB_PASS]]"),
        ("", "v = 'pa\"ss\\word'\n", "f.toml:1", "[[DB_PASS]]"),
        ("", "  key: |\n    -----BEGIN KEY-----\n    MIIEvQIBADANBgkqhkiG9w0BAQ\n", "f.toml:3", "[[KEY]]"),
        ("a = hunter2-hunter2\n", "a = hunter2-hunter2\nb = hunter2-hunter2\n", "f.toml:2", "Leave it out"),
    ],
)
def test_a_new_line_with_a_secret_is_refused(before: str | None, after: str, place: str, hint: str) -> None:
    with pytest.raises(SecretInCommitError) as caught:
        refuse_secrets("f.toml", None if before is None else before.encode(), after.encode(), KNOWN)
    assert caught.value.where == place
    assert hint in (caught.value.hint or "")
    assert not any(value in str(caught.value) for value in KNOWN.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "secret = [[DB_PASS]]\n"),
        ("a = hunter2-hunter2\n", "# more\na = hunter2-hunter2\n"),
        ("a = hunter2-hunter2\n", 'a = "hunter2-hunter2" # now\n'),
        ("a = hunter2-hunter2\n", "a = 1\n"),
        ("", "-----BEGIN KEY-----\n"),
    ],
)
def test_what_was_there_before_is_not_new(before: str, after: str) -> None:
    refuse_secrets("f.toml", before.encode(), after.encode(), KNOWN)


def test_short_values_are_not_looked_for() -> None:
    refuse_secrets("f.toml", None, b'name = "admin"\n', {"variable/A value": "admin"})


def test_the_secrets_of_a_resource() -> None:
    builder = KINDS["builder"].model.model_validate(
        {
            "name": "b",
            "config": {
                "type": "Aws",
                "params": {"git_providers": [{"accounts": [{"username": "a", "token": "t0ken"}]}]},
            },
        }
    )
    build = KINDS["build"].model.model_validate({"name": "x", "config": {"secret_args": "A = [[A]]\nB = v"}})
    variable = KINDS["variable"].model.model_validate({"name": "V", "value": "v", "is_secret": True})
    plain = KINDS["variable"].model.model_validate({"name": "V", "value": "v"})
    hook = KINDS["alerter"].model.model_validate({"name": "h"})
    token = "builder/b config.params.git_providers[0].accounts[0].token"
    assert list(labelled_secrets(Target("builder", "b"), builder)) == [(token, "t0ken")]
    assert list(labelled_secrets(Target("build", "x"), build)) == [("build/x config.secret_args.B", "v")]
    assert list(labelled_secrets(Target("variable", "V"), variable)) == [("variable/V", "v")]
    assert list(labelled_secrets(Target("variable", "V"), plain)) == []
    assert list(labelled_secrets(Target("alerter", "h"), hook)) == []


@pytest.mark.parametrize(("text", "answer"), [("[[A]]", True), (" [[A]] ", True), ("x[[A]]", False), ("", False)])
def test_what_is_only_a_reference(text: str, answer: bool) -> None:
    assert names_only(text) is answer


@pytest.mark.parametrize(
    ("label", "interpolated"),
    [
        ("variable/TOKEN", True),
        ("alerter/discord config.endpoint.params.url", True),
        ("build/app config.secret_args.TOKEN", True),
        ("stack/web config.webhook_secret", False),
        ("server/edge config.passkey", False),
        ("builder/aws config.params.git_providers[0].accounts[1].token", False),
        ("nonsense", False),
    ],
)
def test_a_reference_is_offered_only_where_komodo_replaces_it(label: str, interpolated: bool) -> None:
    assert label_is_interpolated(label) is interpolated
