"""What looks like a secret is hidden in every face and warned of; what only names one is not."""

from __future__ import annotations

import pytest

from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import Redactor

PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAA\n-----END OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("DB_PASSWORD = hunter2", "DB_PASSWORD = <hidden>"),
        ("  - DB_PASSWORD=hunter2", "  - DB_PASSWORD=<hidden>"),
        ('environment = ["API_TOKEN=abcdef"]', 'environment = ["API_TOKEN=<hidden>"]'),
        ("api_key: abc def", "api_key: <hidden>"),
        ("  PASSWORD: 'x y z'", "  PASSWORD: <hidden>'"),
        ("A = 1\nS3_SECRET = abcd\nB = 2", "A = 1\nS3_SECRET = <hidden>\nB = 2"),
        ("url = postgres://app:hunter2@db/app", "url = postgres://app:<hidden>@db/app"),
        (f"key: |\n{PEM}\nmore", "key: |\n<hidden>\nmore"),
        (
            'name = "DB_TOKEN"\nvalue = "one1"\nis_secret = false',
            'name = "DB_TOKEN"\nvalue = "<hidden>"\nis_secret = false',
        ),
        (
            'name = \'A_KEY\' # x\ndescription = "x"\nvalue = """\none1\n"""',
            'name = \'A_KEY\' # x\ndescription = "x"\nvalue = """<hidden>"""',
        ),
        (
            "A_TOKEN = one1\nB_TOKEN = two2\nC_TOKEN = one1",
            "A_TOKEN = <hidden>\nB_TOKEN = <hidden 2>\nC_TOKEN = <hidden>",
        ),
    ],
)
def test_values_are_hidden_and_other_values_have_other_numbers(text: str, hidden: str) -> None:
    assert Redactor({}, SecretLook())(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "DB_PASSWORD = [[DB_PASSWORD]]",
        "DB_PASSWORD = ${DB_PASSWORD}",
        "DB_PASSWORD: $DB_PASSWORD",
        "TLS_KEY = /certs/key.pem",
        "TLS_KEY = ./key.pem",
        "API_KEY =",
        'API_KEY = ""',
        "USE_TOKEN = true",
        "PASSWORD_FILE = /run/secrets/db",
        "KEYBOARD = german",
        'name = "A_TOKEN"\nvalue = "[[OTHER]]"',
        'name = "A_TOKEN"\nvalue = ""\nis_secret = true',
        'name = "A_TOKEN"\n[[variable]]\nname = "PORT"\nvalue = "8080"',
        "MONKEY = see no evil",
        "https://git.example/app",
        "postgres://app:[[DB_PASSWORD]]@db/app",
        "postgres://app:${DB_PASSWORD}@db/app",
        "see -----BEGIN CERTIFICATE----- below",
    ],
)
def test_what_names_a_secret_or_is_none_is_left(text: str) -> None:
    assert Redactor({}, SecretLook())(text) == text


def test_the_keys_can_be_others_or_none() -> None:
    assert Redactor({}, SecretLook(["MY_*"]))("MY_PIN = 12345\nA_TOKEN = abcd") == "MY_PIN = <hidden>\nA_TOKEN = abcd"
    assert Redactor({}, SecretLook([]))("A_TOKEN = abcd") == "A_TOKEN = abcd"


def test_a_known_secret_keeps_its_name() -> None:
    assert Redactor({"variable/TOKEN": "abcdef"}, SecretLook())("A_TOKEN = abcdef") == "A_TOKEN = <TOKEN>"


def test_a_long_text_of_near_misses_has_none() -> None:
    text = 'A_TOKE = x\n-----BEGIN \nhttp://a:\nname = "A_TOKEN"\n'
    assert list(SecretLook().found_in(text * 20_000)) == []
