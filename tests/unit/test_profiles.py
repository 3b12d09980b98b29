"""Which profiles there are, what they say, and which one is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui import config
from ksync_tui.config import Profile, Settings
from ksync_tui.config.addresses import checked, in_clear
from ksync_tui.errors import ConfigError

PROD = '[profiles.prod]\naddress = "https://prod.example"\n'
TEST = '[profiles.test]\naddress = "https://test.example"\n'
KOMODO = 'host = "https://cli.example"\nkey = "K_cli_K"\n'


class Home:
    """A home of somebody, with ksync's config.toml and Komodo CLI's file, and an environment."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "ksync" / "config.toml"
        self.file.parent.mkdir()

    def load(self, text: str = "", **environ: str) -> Settings:
        self.file.write_text(text, "utf-8")
        self.file.chmod(0o600)
        return config.load({"KSYNC_HOME": str(self.file.parent), "HOME": str(self.root), **environ})

    def komodo(self, text: str, name: str = "komodo.cli.toml") -> None:
        path = self.root / ".config" / "komodo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o600)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path))
    return Home(tmp_path)


def names(settings: Settings) -> list[str]:
    return [one.name for one in settings.profiles()]


def refusal(settings: Settings, name: str | None = None, engine: str | None = None) -> str:
    with pytest.raises(ConfigError) as refused:
        settings.profile(name, engine)
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://komodo.example", "https://komodo.example"),
        ("https://komodo.example/", "https://komodo.example"),
        ("HTTPS://Komodo.Example:443", "https://komodo.example"),
        ("http://10.0.0.7:9120", "http://10.0.0.7:9120"),
        ("http://10.0.0.7:80/", "http://10.0.0.7"),
        ("https://example.org/Komodo/", "https://example.org/Komodo"),
        ("http://[::1]:9120", "http://[::1]:9120"),
        (" https://komodo.example\n", "https://komodo.example"),
    ],
)
def test_an_address_has_one_form(written: str, meant: str) -> None:
    assert checked(written, "here") == meant


@pytest.mark.parametrize(
    "written",
    [
        "komodo.example",
        "ftp://komodo.example",
        "https://",
        "https://me:hunter2@komodo.example",
        "https://hunter2@komodo.example",
        "https://komodo.example/?token=hunter2",
        "https://komodo.example/#hunter2",
        "https://komodo.example:hunter2",
        "https://[hunter2",
        "https://komodo.example\\@hunter2",
        "https://komodo.exa mple/hunter2",
        "https://komodo.example/\x1b[31mhunter2",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(ConfigError) as refused:
        checked(written, "KSYNC_CORE_ADDRESS")
    assert str(refused.value).startswith("KSYNC_CORE_ADDRESS: ")
    assert "https://komodo.example" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "clear"),
    [
        ("http://komodo.example", True),
        ("http://10.0.0.7:9120", True),
        ("https://komodo.example", False),
        ("http://localhost:9120", False),
        ("http://127.0.0.1:9120", False),
        ("http://[::1]:9120", False),
    ],
)
def test_only_http_to_another_machine_is_in_clear(address: str, clear: bool) -> None:
    assert in_clear(address) is clear


def test_without_anything_there_is_the_embedded_engine(home: Home) -> None:
    settings = home.load()
    assert settings.profiles() == (Profile("local", "embedded"),)
    assert settings.profile() == Profile("local", "embedded")
    assert settings.warnings == ()


def test_a_profile_says_everything_about_a_core(home: Home) -> None:
    text = """
    [profiles.prod]
    engine = "core"
    address = "https://prod.example/komodo/"
    key = "K_prod_K"
    secret_file = "secrets/prod"
    user = "ana"
    password_file = "~/password"
    ca = "/etc/ssl/own.pem"
    timeout = 5
    read_only = true
    keyring = true
    """
    prod = home.load(text).profile("prod")
    assert (prod.name, prod.engine, prod.address) == ("prod", "core", "https://prod.example/komodo")
    assert (prod.user, prod.ca, prod.timeout, prod.read_only) == ("ana", Path("/etc/ssl/own.pem"), 5.0, True)
    assert prod.origin == f"{home.file}: [profiles.prod]"
    assert prod.secrets.key.value == "K_prod_K"
    assert prod.secrets.secret.file == home.file.parent / "secrets/prod"
    assert prod.secrets.password.file == home.root / "password"
    assert prod.secrets.keyring


def test_no_repr_shows_a_secret(home: Home) -> None:
    text = PROD + 'key = "K_hunter2_K"\nsecret = "S_hunter2_S"\npassword = "hunter2"\n'
    settings = home.load(text, KSYNC_CORE_KEY="hunter2")
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in repr(settings.profiles())


def test_local_may_be_read_only_and_stays_the_first(home: Home) -> None:
    settings = home.load(PROD + "[profiles.local]\nread_only = true\n")
    assert names(settings) == ["local", "prod"]
    assert settings.profile().read_only
    assert settings.profile().engine == "embedded"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("profiles = 3", "[profiles] must hold one table per profile"),
        ("[profiles]\nprod = 3", "[profiles] must hold one table per profile"),
        ("profile = 3", "`profile` must name a profile"),
        ("[profiles.prod]\nengine = 'core'", "an address is missing"),
        ("[profiles.prod]", "an address is missing"),
        ("[profiles.prod]\naddress = ''", "address is empty"),
        ("[profiles.prod]\naddress = 'prod.example'", "[profiles.prod] address: bad address"),
        ("[profiles.prod]\naddress = 7", "address must be a text"),
        ("[profiles.prod]\nengine = 'swarm'", "not core or embedded"),
        ("[profiles.prod]\nengine = 'embedded'\naddress = 'https://prod.example'", "embedded engine has no address"),
        ("[profiles.local]\nkey = 'hunter2'", "embedded engine has no key"),
        ("[profiles.local]\nkeyring = true", "embedded engine has no keyring"),
        ("[profiles.local]\naddress = 'https://prod.example'", "local is the embedded engine"),
        (PROD + "adress = 'hunter2'", "unknown settings: 'adress'. Known are: address, engine"),
        (PROD + "insecure = true", "unknown settings: 'insecure'"),
        (PROD + "key = 'hunter2'\nkey_file = 'f'", "key and key_file are both given"),
        (PROD + "key = ' '", "key is empty"),
        (PROD + 'key = "hunter2\\u001b[31m"', "key holds control characters"),
        (PROD + "secret = ['hunter2']", "secret must be a text"),
        (PROD + "read_only = 'yes'", "read_only must be true or false"),
        (PROD + "timeout = 0", "timeout must be"),
        (PROD + "timeout = true", "timeout must be"),
        (PROD + "timeout = inf", "timeout must be"),
        (PROD + "timeout = nan", "timeout must be"),
        (PROD.replace("prod]", "environment]"), "cannot be called environment"),
        (PROD.replace("prod]", "'p rod']"), "cannot be called 'p rod'"),
        (PROD.replace("prod]", "my-prod]") + PROD.replace("prod]", "my_prod]"), "both end in MY_PROD"),
    ],
)
def test_a_profile_that_is_none_is_refused_with_its_place(home: Home, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        home.load(text)
    assert str(refused.value).startswith(str(home.file))
    assert told in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "engine", "settings", "environ", "meant"),
    [
        (None, None, PROD, {}, "local"),
        (None, None, 'profile = "prod"\n' + PROD, {}, "prod"),
        (None, None, 'profile = "prod"\n' + PROD + TEST, {"KSYNC_PROFILE": "test"}, "test"),
        ("prod", None, PROD + TEST, {"KSYNC_PROFILE": "test"}, "prod"),
        ("prod", "core", PROD, {}, "prod"),
        ("local", "embedded", 'profile = "prod"\n' + PROD, {}, "local"),
        (None, "embedded", 'profile = "prod"\n' + PROD, {}, "local"),
        (None, "core", PROD, {}, "prod"),
        (None, "core", 'profile = "test"\n' + PROD + TEST, {}, "test"),
        (None, "core", PROD + TEST, {"KSYNC_PROFILE": "prod"}, "prod"),
        (None, "core", PROD, {"KSYNC_PROFILE": "local"}, "prod"),
        (None, "core", PROD, {"KSYNC_CORE_ADDRESS": "https://here.example"}, "environment"),
        (None, "core", 'profile = "prod"\n' + PROD, {"KSYNC_CORE_ADDRESS": "https://here.example"}, "prod"),
        (None, None, "", {"KOMODO_ADDRESS": "https://here.example"}, "local"),
        ("environment", None, "", {"KOMODO_ADDRESS": "https://here.example"}, "environment"),
    ],
)
def test_the_profile_that_is_meant(
    home: Home, name: str | None, engine: str | None, settings: str, environ: dict[str, str], meant: str
) -> None:
    assert home.load(settings, **environ).profile(name, engine).name == meant


def test_whoever_merely_has_komodo_cli_keeps_the_embedded_engine(home: Home) -> None:
    home.komodo(KOMODO)
    settings = home.load()
    assert settings.profile().engine == "embedded"
    assert settings.profile(engine="core").name == "komodo"
    assert names(settings) == ["local", "komodo"]


def test_of_several_cores_the_default_of_komodo_cli_is_meant(home: Home) -> None:
    home.komodo(KOMODO)
    assert home.load(PROD + TEST).profile(engine="core").name == "komodo"


def test_of_several_cores_none_is_guessed(home: Home) -> None:
    told = refusal(home.load(PROD + TEST), engine="core")
    assert told == "several profiles are for the core engine: prod, test. Name one with --profile."


def test_without_any_core_it_is_told_how_to_write_one(home: Home) -> None:
    told = refusal(home.load(), engine="core")
    assert "[profiles.NAME]" in told
    assert "KSYNC_CORE_ADDRESS" in told


@pytest.mark.parametrize(("name", "engine"), [("prod", "embedded"), ("local", "core")])
def test_engine_and_profile_may_not_contradict(home: Home, name: str, engine: str) -> None:
    assert f"the profile {name} is for the" in refusal(home.load(PROD), name, engine)


def test_an_unknown_profile_is_told_with_the_nearest(home: Home) -> None:
    told = refusal(home.load(PROD + TEST), "pord")
    assert "no such profile: pord. Did you mean prod?" in told
    assert "[profiles.NAME]" in told
    assert "There are: local, prod, test." in refusal(home.load(PROD + TEST), "elsewhere")


@pytest.mark.parametrize("place", ["file", "environment"])
def test_an_unknown_usual_profile_is_not_the_embedded_engine(home: Home, place: str) -> None:
    """Whoever asked for a server must not act on this machine because of a typing error."""
    settings = home.load('profile = "prud"\n' + PROD) if place == "file" else home.load(PROD, KSYNC_PROFILE="prud")
    assert "Did you mean prod?" in refusal(settings)


@pytest.mark.parametrize("name", ["KSYNC_CORE_ADDRESS", "KOMODO_ADDRESS", "KOMODO_CLI_HOST", "KOMODO_HOST"])
def test_an_address_in_the_environment_is_a_profile(home: Home, name: str) -> None:
    found = home.load("", **{name: "https://here.example/"}).profile("environment")
    assert (found.engine, found.address, found.origin) == ("core", "https://here.example", name)


def test_the_first_of_the_addresses_in_the_environment_counts(home: Home) -> None:
    given = {"KOMODO_HOST": "d", "KOMODO_CLI_HOST": "c", "KOMODO_ADDRESS": "b", "KSYNC_CORE_ADDRESS": "a"}
    environ = {name: f"https://{host}.example" for name, host in given.items()}
    for host, name in zip("abcd", reversed(given), strict=True):
        assert home.load("", **environ).profile("environment").address == f"https://{host}.example"
        del environ[name]


def test_a_broken_address_in_the_environment_stops_only_who_asks_for_it(home: Home) -> None:
    settings = home.load(PROD, KSYNC_CORE_ADDRESS="https://me:hunter2@here.example")
    assert settings.profile().name == "local"
    assert settings.profile("prod").name == "prod"
    assert [warning.partition(":")[0] for warning in settings.warnings] == ["KSYNC_CORE_ADDRESS"]
    for told in (refusal(settings, "environment"), refusal(settings, engine="core")):
        assert told.startswith("KSYNC_CORE_ADDRESS: ")
        assert "hunter2" not in told


def test_a_profile_of_ksync_is_not_hidden_by_one_of_komodo_cli(home: Home) -> None:
    home.komodo('[[profile]]\nname = "prod"\nhost = "https://other.example"\naliases = ["test"]\n')
    settings = home.load(PROD + TEST)
    assert settings.profile("prod").address == "https://prod.example"
    assert settings.profile("test").address == "https://test.example"
    assert names(settings) == ["local", "prod", "test"]
    assert "'prod' in Komodo CLI's files is hidden" in " ".join(settings.warnings)


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_a_file_with_a_secret_that_others_can_read_is_warned_of(home: Home, mode: int, warned: bool) -> None:
    settings = home.load(PROD + 'secret = "hunter2"\n')
    home.file.chmod(mode)
    assert any(str(home.file) in one and "chmod 600" in one for one in settings.warnings) is warned
    assert "hunter2" not in " ".join(settings.warnings)


def test_without_a_secret_in_it_a_file_may_be_read_by_everybody(home: Home) -> None:
    settings = home.load(PROD)
    home.file.chmod(0o644)
    assert settings.warnings == ()


def test_a_secret_file_that_others_can_read_is_warned_of(home: Home) -> None:
    file = home.file.parent / "secret"
    file.write_text("hunter2\n")
    settings = home.load(PROD + 'secret_file = "secret"\n')
    file.chmod(0o644)
    assert settings.warnings == (f"others on this machine can read {file}: chmod 600 {file}",)
    file.chmod(0o600)
    assert settings.warnings == ()


def test_an_address_without_encryption_is_warned_of(home: Home) -> None:
    assert "not encrypted" in home.load(PROD.replace("https", "http")).warnings[0]
