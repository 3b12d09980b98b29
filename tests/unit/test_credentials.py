"""Where key, secret and password come from, in which order, and that none goes where it does not belong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from ksync_tui.config import ApiKey, Given, Login, Profile, Secrets, credentials
from ksync_tui.errors import ConfigError

ADDRESS = "https://prod.example"
ELSEWHERE = "https://elsewhere.example"
WRITTEN = Secrets(Given("K_file_K", origin="here"), Given("S_file_S", origin="here"))
BOTH = {"KEY": "K_env_K", "SECRET": "S_env_S"}


class Ring(KeyringBackend):
    """A keyring in memory, which can be locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked: list[tuple[str, str]] = []
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append((service, username))
        if self.locked:
            raise KeyringLocked("S_hunter2_S")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture(autouse=True)
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    made = Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@dataclass
class Person:
    """Somebody who answers questions."""

    answers: dict[str, str | None] = field(default_factory=dict)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def __call__(self, question: str, secret: bool) -> str | None:
        self.asked.append((question, secret))
        return self.answers.get(question)


def core(secrets: Secrets = Secrets(), user: str = "", name: str = "prod") -> Profile:  # noqa: B008
    return Profile(name, "core", ADDRESS, user, origin="here", secrets=secrets)


def variables(prefix: str, suffix: str = "", values: dict[str, str] = BOTH) -> dict[str, str]:
    return {f"{prefix}{name}{suffix}": value for name, value in values.items()}


def refusal(profile: Profile, environ: dict[str, str], ask: Person | None = None) -> str:
    with pytest.raises(ConfigError) as refused:
        credentials(profile, environ, ask)
    return str(refused.value)


FROM_ENVIRONMENT = ApiKey("K_env_K", "S_env_S")
FROM_FILE = ApiKey("K_file_K", "S_file_S")


@pytest.mark.parametrize(
    ("environ", "secrets", "given"),
    [
        ({}, WRITTEN, FROM_FILE),
        (variables("KSYNC_CORE_", "_PROD"), Secrets(), FROM_ENVIRONMENT),
        (variables("KSYNC_CORE_"), Secrets(), FROM_ENVIRONMENT),
        (variables("KOMODO_API_"), Secrets(), FROM_ENVIRONMENT),
        (variables("KOMODO_CLI_"), Secrets(), FROM_ENVIRONMENT),
        # What was set for ksync wins over what is written down, what was set for other tools does not.
        (variables("KSYNC_CORE_", "_PROD"), WRITTEN, FROM_ENVIRONMENT),
        (variables("KSYNC_CORE_"), WRITTEN, FROM_ENVIRONMENT),
        (variables("KOMODO_API_"), WRITTEN, FROM_FILE),
        (variables("KOMODO_CLI_"), WRITTEN, FROM_FILE),
        # With the very address they are meant.
        (variables("KOMODO_API_") | {"KOMODO_ADDRESS": f"{ADDRESS}/"}, WRITTEN, FROM_ENVIRONMENT),
        (variables("KOMODO_CLI_") | {"KOMODO_CLI_HOST": ADDRESS}, WRITTEN, FROM_ENVIRONMENT),
        (variables("KOMODO_CLI_") | {"KOMODO_HOST": "HTTPS://PROD.example:443"}, WRITTEN, FROM_ENVIRONMENT),
        # The more exact, the earlier.
        (
            variables("KSYNC_CORE_", "_PROD") | variables("KSYNC_CORE_", values={"KEY": "no", "SECRET": "no"}),
            WRITTEN,
            FROM_ENVIRONMENT,
        ),
        (
            variables("KSYNC_CORE_") | variables("KOMODO_API_", values={"KEY": "no", "SECRET": "no"}),
            Secrets(),
            FROM_ENVIRONMENT,
        ),
        # Each value is looked for by itself, and an empty one is none.
        ({"KSYNC_CORE_KEY_PROD": "K_env_K"}, WRITTEN, ApiKey("K_env_K", "S_file_S")),
        ({"KSYNC_CORE_KEY_PROD": "", "KSYNC_CORE_SECRET": " "}, WRITTEN, FROM_FILE),
        ({"KSYNC_CORE_KEY_TEST": "no", "KSYNC_CORE_SECRET_TEST": "no"}, WRITTEN, FROM_FILE),
    ],
)
def test_the_first_place_that_has_a_value_gives_it(environ: dict[str, str], secrets: Secrets, given: ApiKey) -> None:
    assert credentials(core(secrets), environ) == given


@pytest.mark.parametrize(
    "environ",
    [
        variables("KSYNC_CORE_") | {"KSYNC_CORE_ADDRESS": ELSEWHERE},
        variables("KOMODO_API_") | {"KOMODO_ADDRESS": ELSEWHERE},
        variables("KOMODO_CLI_") | {"KOMODO_CLI_HOST": ELSEWHERE},
        variables("KOMODO_CLI_") | {"KOMODO_HOST": ELSEWHERE},
        # The address is that of other variables: the key came with them.
        variables("KSYNC_CORE_") | {"KOMODO_ADDRESS": ELSEWHERE},
        variables("KOMODO_API_") | {"KSYNC_CORE_ADDRESS": ELSEWHERE},
        variables("KOMODO_API_") | {"KOMODO_ADDRESS": ELSEWHERE, "KSYNC_CORE_ADDRESS": ADDRESS},
        # Nearly the same is not the same.
        variables("KSYNC_CORE_") | {"KSYNC_CORE_ADDRESS": "http://prod.example"},
        variables("KSYNC_CORE_") | {"KSYNC_CORE_ADDRESS": f"{ADDRESS}:8443"},
        variables("KSYNC_CORE_") | {"KSYNC_CORE_ADDRESS": f"{ADDRESS}.evil"},
        variables("KSYNC_CORE_") | {"KSYNC_CORE_ADDRESS": "broken"},
        {"KSYNC_CORE_USER": "ana", "KSYNC_CORE_PASSWORD": "pw", "KSYNC_CORE_ADDRESS": ELSEWHERE},
    ],
)
def test_a_variable_never_goes_to_another_address_than_its_own(environ: dict[str, str]) -> None:
    assert credentials(core(WRITTEN), environ) == FROM_FILE
    told = refusal(core(), environ)
    if "KSYNC_CORE_USER" not in environ:
        assert "may belong to another address or user and is not sent there" in told
    assert "_env_" not in told


def test_to_its_own_address_a_variable_goes_whatever_the_profile_is_called() -> None:
    environ = variables("KOMODO_API_") | {"KOMODO_ADDRESS": ADDRESS}
    for name in ("environment", "prod", "komodo"):
        assert credentials(core(name=name), environ) == FROM_ENVIRONMENT


@pytest.mark.parametrize(
    "environ",
    [
        variables("KSYNC_CORE_"),
        variables("KSYNC_CORE_", "_PROD"),
        variables("KOMODO_API_"),
        variables("KSYNC_CORE_") | {"KOMODO_ADDRESS": ADDRESS},
        {"KSYNC_CORE_USER": "ana", "KSYNC_CORE_PASSWORD": "pw"},
    ],
)
def test_an_address_from_the_current_folder_gets_no_variable(environ: dict[str, str]) -> None:
    assert "no key for" in refusal(core(Secrets(foreign=True)), environ)


def test_an_address_from_the_current_folder_that_is_the_variables_own_gets_them() -> None:
    environ = variables("KSYNC_CORE_") | {"KSYNC_CORE_ADDRESS": ADDRESS}
    assert credentials(core(Secrets(foreign=True)), environ) == FROM_ENVIRONMENT


def test_a_file_gives_its_first_line(tmp_path: Path) -> None:
    key, secret = tmp_path / "key", tmp_path / "secret"
    key.write_text("  K_1_K \r\nmore\n")
    secret.write_text("S_1_S")
    secrets = Secrets(Given(file=key, origin="here key_file"), Given(file=secret, origin="here secret_file"))
    assert credentials(core(secrets), {}) == ApiKey("K_1_K", "S_1_S")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"\nS_hunter2_S", "the first line is empty"),
        (b"\xffS_hunter2_S", "the file is not text"),
        (b"S_hunter2_S and more", "spaces or characters"),
        ("S_hunter2_ß".encode(), "spaces or characters"),
    ],
)
def test_a_file_that_gives_no_secret_is_told(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    told = refusal(core(Secrets(Given("K_1_K"), Given(file=file, origin="here secret_file"))), {})
    assert why in told
    assert "secret" in told
    assert "hunter2" not in told


def test_with_a_user_it_is_a_login() -> None:
    secrets = Secrets(WRITTEN.key, WRITTEN.secret, Given("pw", origin="here"))
    assert credentials(core(secrets, user="ana"), {}) == Login("ana", "pw")
    for name in ("KSYNC_CORE_PASSWORD", "KSYNC_CORE_PASSWORD_PROD"):
        assert credentials(core(secrets, user="ana"), {name: "pass word ß"}) == Login("ana", "pass word ß")


def test_a_password_that_comes_with_another_user_is_not_tried() -> None:
    environ = {"KSYNC_CORE_USER": "ana", "KSYNC_CORE_PASSWORD": "hunter2"}
    told = refusal(core(user="ben"), environ)
    assert "KSYNC_CORE_PASSWORD may belong to another address or user" in told
    assert "hunter2" not in told
    assert credentials(core(user="ana"), environ) == Login("ana", "hunter2")


def test_the_user_of_the_environment_is_one_where_the_profile_has_no_key() -> None:
    environ = {"KSYNC_CORE_USER": "ana", "KSYNC_CORE_PASSWORD": "pw"}
    assert credentials(core(), environ) == Login("ana", "pw")
    assert credentials(core(WRITTEN), environ) == FROM_FILE
    assert credentials(core(), environ | variables("KSYNC_CORE_", "_PROD")) == FROM_ENVIRONMENT


@pytest.mark.parametrize("asked_for", [True, False])
def test_the_keyring_gives_what_was_put_into_it(asked_for: bool) -> None:
    keyring.set_password(f"ksync:{ADDRESS}", "key", "K_ring_K")
    keyring.set_password(f"ksync:{ADDRESS}", "secret", "S_ring_S")
    keyring.set_password(f"ksync:{ADDRESS}", "ana", "pw")
    keyring.set_password(f"ksync:{ELSEWHERE}", "ben", "pw")
    secrets = Secrets(keyring=asked_for)
    assert credentials(core(secrets), {}) == ApiKey("K_ring_K", "S_ring_S")
    assert credentials(core(secrets, user="ana"), {}) == Login("ana", "pw")
    assert "no password for" in refusal(core(secrets, user="ben"), {})


def test_the_keyring_is_not_asked_for_what_is_known(ring: Ring) -> None:
    ring.locked = True
    assert credentials(core(Secrets(WRITTEN.key, WRITTEN.secret, keyring=True)), {}) == FROM_FILE
    assert ring.asked == []


def test_a_keyring_that_fails_is_an_error_only_where_it_was_asked_for(ring: Ring) -> None:
    ring.locked = True
    told = refusal(core(Secrets(keyring=True)), {})
    assert f"the keyring gives no answer for {ADDRESS}: KeyringLocked." in told
    assert "hunter2" not in told
    assert "no key for" in refusal(core(), {})


def test_without_the_package_the_keyring_is_an_error_only_where_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'ksync-tui[keyring]'" in refusal(core(Secrets(keyring=True)), {})
    assert "no key for" in refusal(core(), {})


def test_a_person_is_asked_last_and_only_for_what_is_missing() -> None:
    person = Person({f"API secret for {ADDRESS}": " S_typed_S "})
    assert credentials(core(Secrets(WRITTEN.key)), {}, person) == ApiKey("K_file_K", "S_typed_S")
    assert person.asked == [(f"API secret for {ADDRESS}", True)]
    person = Person({f"Password of ana for {ADDRESS}": "pw"})
    assert credentials(core(user="ana"), {}, person) == Login("ana", "pw")


@pytest.mark.parametrize("answer", [None, "", "  "])
def test_whoever_answers_nothing_is_not_asked_again(answer: str | None) -> None:
    person = Person({f"API key for {ADDRESS}": answer})
    assert "no key for" in refusal(core(), {}, person)
    assert len(person.asked) == 1


def test_what_is_nowhere_is_told_with_every_place_it_could_be() -> None:
    told = refusal(core(), {})
    assert told.startswith(f"no key for {ADDRESS} (profile prod). ")
    for place in (
        "KSYNC_CORE_KEY_PROD",
        "KSYNC_CORE_KEY ",
        "KOMODO_API_KEY",
        "KOMODO_CLI_KEY",
        "key or key_file of [profiles.prod] in config.toml",
        f"keyring set ksync:{ADDRESS} key",
    ):
        assert place in told
    told = refusal(core(user="ana", name="my-prod.2"), {})
    assert "KSYNC_CORE_PASSWORD_MY_PROD_2" in told
    assert f"keyring set ksync:{ADDRESS} ana" in told
    assert "KOMODO_" not in told


def test_the_embedded_engine_needs_none() -> None:
    assert "needs no credentials" in refusal(Profile("local", "embedded"), {})


def test_no_repr_shows_a_value() -> None:
    assert repr(ApiKey("K_hunter2_K", "S_hunter2_S")) == "ApiKey(key=***, secret=***)"
    assert str(Login("ana", "hunter2")) == "Login(user='ana', password=***)"
