"""Komodo CLI's own configuration files, as Komodo CLI reads them, and what ksync does not do with them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ksync_tui import config
from ksync_tui.config import Profile, Settings
from ksync_tui.errors import ConfigError

TOML = """
default_profile = "prod"
host = "https://top.example"
key = "K_top_K"
secret = "S_top_S"
table_borders = "horizontal"

[[profile]]
name = "prod"
aliases = ["p", "live"]
host = "https://prod.example/"
key = "K_prod_K"
secret = "S_prod_S"

[[profile]]
config_profile = "again"
alias = ["a"]
cli_key = "K_again_K"
cli_secret = "S_again_S"
"""
YAML = """
default: prod
host: https://top.example
cli_key: K_top_K
cli_secret: S_top_S
profile:
  - name: prod
    aliases: [p, live]
    host: https://prod.example/
    key: K_prod_K
    secret: S_prod_S
  - name: again
    alias: [a]
    key: K_again_K
    secret: S_again_S
"""
JSON = json.dumps(
    {
        "default_profile": "prod",
        "host": "https://top.example",
        "key": "K_top_K",
        "secret": "S_top_S",
        "profile": [
            {
                "name": "prod",
                "aliases": ["p", "live"],
                "host": "https://prod.example/",
                "key": "K_prod_K",
                "secret": "S_prod_S",
            },
            {"name": "again", "aliases": ["a"], "key": "K_again_K", "secret": "S_again_S"},
        ],
    }
)


class SourceLocation:
    """Somebody's home with Komodo CLI's folder, and the current folder."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.komodo = self.home / ".config" / "komodo"
        self.here = root / "here"
        for folder in (self.komodo, self.here):
            folder.mkdir(parents=True)

    def load(self, **environ: str) -> Settings:
        return config.load({"KSYNC_HOME": str(self.home / "ksync"), "HOME": str(self.home), **environ})

    def profile(self, name: str, **environ: str) -> Profile:
        return self.load(**environ).profile(name)

    def refusal(self, name: str, **environ: str) -> str:
        with pytest.raises(ConfigError) as refused:
            self.profile(name, **environ)
        return str(refused.value)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SourceLocation:
    made = SourceLocation(tmp_path)
    monkeypatch.chdir(made.here)
    return made


def write(folder: Path, text: str, name: str = "komodo.cli.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path


def spoken(profile: Profile) -> tuple[str, str, str]:
    """Where it leads, and what it says there."""
    return profile.address, profile.secrets.key.value, profile.secrets.secret.value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("komodo.cli.toml", TOML),
        ("komodo.cli.yaml", YAML),
        ("komodo.cli.yml", YAML),
        ("komodo.cli.json", JSON),
        ("my.komodo.cli.config.TOML", TOML),
    ],
)
def test_every_form_says_the_same(place: SourceLocation, name: str, text: str) -> None:
    file = write(place.komodo, text, name)
    settings = place.load()
    assert {one.name: spoken(one) for one in settings.profiles() if one.engine == "core"} == {
        "prod": ("https://prod.example", "K_prod_K", "S_prod_S"),
        "again": ("https://top.example", "K_again_K", "S_again_S"),
        "komodo": ("https://prod.example", "K_prod_K", "S_prod_S"),
    }
    for alias in ("p", "live"):
        assert settings.profile(alias).name == "prod"
    assert settings.profile("a").name == "again"
    assert str(file) in settings.profile("prod").origin
    assert settings.warnings == ()
    assert "_K" not in repr(settings.profiles())


def test_other_files_are_not_looked_at(place: SourceLocation) -> None:
    write(place.komodo, "no toml", "core.config.toml")
    write(place.komodo, "no toml", "komodo.cli.toml.bak")
    write(place.komodo / "below", TOML)
    assert [one.name for one in place.load().profiles()] == ["local"]
    assert place.load().warnings == ()


def test_a_later_file_is_laid_over_an_earlier_one_and_profiles_add_up(place: SourceLocation) -> None:
    write(place.komodo, 'host = "https://a.example"\nkey = "K_a_K"\n[[profile]]\nname = "one"\n', "a.komodo.cli.toml")
    write(place.komodo, "secret: S_b_S\nkey: K_b_K\nprofile: [{name: two, key: K_two_K}]\n", "b.komodo.cli.yaml")
    settings = place.load()
    assert spoken(settings.profile("komodo")) == ("https://a.example", "K_b_K", "S_b_S")
    assert spoken(settings.profile("one")) == ("https://a.example", "K_b_K", "S_b_S")
    assert spoken(settings.profile("two")) == ("https://a.example", "K_two_K", "S_b_S")


def test_the_current_folder_is_laid_over_the_home(place: SourceLocation) -> None:
    write(place.komodo, 'host = "https://a.example"\nkey = "K_a_K"\nsecret = "S_a_S"\n')
    write(place.here, 'default = "here"\n[[profile]]\nname = "here"\nkey = "K_here_K"\n', ".komodo.cli.toml")
    assert spoken(place.profile("here")) == ("https://a.example", "K_here_K", "S_a_S")
    assert place.load().profile(engine="core").name == "komodo"


def test_without_a_host_there_is_no_profile(place: SourceLocation) -> None:
    write(
        place.komodo,
        'key = "K_a_K"\n[[profile]]\nname = "one"\nkey = "K_1_K"\n[[profile]]\nhost = "https://x.example"\n',
    )
    assert [one.name for one in place.load().profiles()] == ["local"]


def test_a_key_without_a_host_is_for_every_host_of_its_folder(place: SourceLocation) -> None:
    write(place.komodo, 'key = "K_a_K"\nsecret = "S_a_S"\n', "a.komodo.cli.toml")
    write(place.komodo, '[[profile]]\nname = "one"\nhost = "https://one.example"\n', "b.komodo.cli.toml")
    assert spoken(place.profile("one")) == ("https://one.example", "K_a_K", "S_a_S")


def test_a_key_without_a_host_is_for_no_host_of_another_folder(place: SourceLocation, tmp_path: Path) -> None:
    key = write(tmp_path / "a", 'key = "K_a_K"\n')
    host = write(tmp_path / "b", 'host = "https://b.example"\nsecret = "S_b_S"\n')
    given = place.profile("komodo", KOMODO_CLI_CONFIG_PATHS=f"{key},{host}")
    assert spoken(given) == ("https://b.example", "", "S_b_S")


def test_a_host_that_the_current_folder_repeats_is_that_of_the_home(place: SourceLocation) -> None:
    text = 'host = "https://a.example"\n'
    write(place.komodo, text + 'key = "K_a_K"\n')
    write(place.here, text)
    given = place.load().profile(engine="core")
    assert spoken(given) == ("https://a.example", "K_a_K", "")
    assert str(place.komodo) in given.origin


def test_a_key_does_not_follow_to_another_host(place: SourceLocation) -> None:
    """Komodo CLI would send it there."""
    text = 'host = "https://a.example"\nkey = "K_a_K"\nsecret = "S_a_S"\n'
    write(place.komodo, f'{text}[[profile]]\nname = "b"\nhost = "https://b.example"\nsecret = "S_b_S"\n')
    assert spoken(place.profile("b")) == ("https://b.example", "", "S_b_S")


@pytest.mark.parametrize("host", ["host = 'https://a.example'\n", ""])
@pytest.mark.parametrize(
    "text", ["host = 'https://evil.example'", "[[profile]]\nname = 'komodo'\nhost = 'https://evil.example'"]
)
def test_a_file_in_the_current_folder_gets_no_key_of_the_home(place: SourceLocation, host: str, text: str) -> None:
    secrets = write(place.home / "elsewhere", "secret = 'S_a_S'\n")
    write(place.komodo, f"{host}key = 'K_a_K'\n")
    write(place.here, text)
    write(place.here, f"{place.komodo}\n{secrets}\n../here\n", ".kminclude")
    given = [spoken(one) for one in place.load().profiles() if one.address == "https://evil.example"]
    assert given in ([], [("https://evil.example", "", "")])


def test_what_is_in_the_current_folder_is_not_used_unasked(place: SourceLocation) -> None:
    write(place.here, 'host = "https://clone.example"\nkey = "K_${TOKEN}_K"\n')
    settings = place.load(TOKEN="hunter2")
    with pytest.raises(ConfigError) as refused:
        settings.profile(engine="core")
    assert "Name one with --profile: komodo." in str(refused.value)
    asked = settings.profile("komodo", "core")
    assert asked.secrets.foreign
    assert spoken(asked) == ("https://clone.example", "K_${TOKEN}_K", "")


def test_a_file_of_the_home_is_no_stranger_where_it_is_the_current_folder(
    place: SourceLocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.komodo)
    write(place.komodo, TOML)
    assert not place.load().profile(engine="core").secrets.foreign


def test_names_of_the_environment_are_filled_in(place: SourceLocation) -> None:
    write(place.komodo, 'host = "https://${WHERE}.example"\nkey = "${KEY}"\nsecret = "S_${NOT_THERE}$(id)_S"\n')
    filled = place.profile("komodo", WHERE="prod", KEY="K_1_K")
    assert spoken(filled) == ("https://prod.example", "K_1_K", "S_${NOT_THERE}$(id)_S")


def test_a_list_of_includes_adds_folders_and_files_after_its_own(place: SourceLocation) -> None:
    write(place.komodo, 'host = "https://a.example"\nkey = "K_1_K"\n')
    write(place.komodo / "more", 'key = "K_2_K"\n')
    write(place.home, 'key = "K_3_K"\nsecret = "S_3_S"\n', "any.toml")
    write(place.komodo, f"# those of mine\n\nmore  # a folder\n{place.home}/any.toml\nnot-there\n", ".kminclude")
    assert spoken(place.profile("komodo")) == ("https://a.example", "K_3_K", "S_3_S")


def test_includes_that_go_in_a_circle_end(place: SourceLocation) -> None:
    write(place.komodo, 'host = "https://a.example"\n')
    write(place.komodo, "more\n.\n", ".kminclude")
    write(place.komodo / "more", 'key = "K_2_K"\n')
    write(place.komodo / "more", "..\n.\n../more\n", ".kminclude")
    assert spoken(place.profile("komodo")) == ("https://a.example", "K_2_K", "")


def test_paths_and_keywords_of_the_environment_replace_the_usual_ones(place: SourceLocation, tmp_path: Path) -> None:
    write(place.komodo, TOML)
    folder = tmp_path / "other"
    write(folder, 'host = "https://a.example"\nkey = "K_1_K"\n', "first.toml")
    write(folder, 'key = "K_2_K"\n', "a-second.yaml.toml")
    write(folder, 'key = "K_3_K"\n', "third.txt")
    file = write(tmp_path, 'secret = "S_4_S"\n', "single.toml")
    paths = f"{folder}, {file},{tmp_path}/not-there"
    found = place.profile("komodo", KOMODO_CLI_CONFIG_PATHS=paths, KOMODO_CLI_CONFIG_KEYWORDS="first*,*second*,third*")
    assert spoken(found) == ("https://a.example", "K_2_K", "S_4_S")
    found = place.profile("komodo", KOMODO_CLI_CONFIG_PATH=str(folder), KOMODO_CLI_CONFIG_KEYWORD="first.*")
    assert spoken(found) == ("https://a.example", "K_1_K", "")


def test_the_default_profile_of_the_environment_counts(place: SourceLocation) -> None:
    write(place.komodo, TOML)
    found = place.profile("komodo", KOMODO_CLI_DEFAULT_PROFILE="a")
    assert spoken(found) == ("https://top.example", "K_again_K", "S_again_S")


def test_without_a_host_at_the_top_the_default_profile_is_the_usual_one(place: SourceLocation) -> None:
    profiles = "".join(f'[[profile]]\nname = "{name}"\nhost = "https://{name}.example"\n' for name in "abc")
    write(place.komodo, f'default_profile = "b"\n{profiles}')
    assert place.load().profile(engine="core").name == "b"


def test_a_default_profile_that_there_is_not_stops_who_asks_for_it(place: SourceLocation) -> None:
    write(place.komodo, TOML.replace('"prod"', '"prud"', 1))
    assert place.profile("prod").address == "https://prod.example"
    assert "the default profile 'prud'" in place.refusal("komodo")


def test_an_address_that_is_none_stops_who_asks_for_it(place: SourceLocation) -> None:
    write(place.komodo, TOML.replace("https://prod.example/", "https://me:hunter2@prod.example"))
    settings = place.load()
    assert settings.profile("again").address == "https://top.example"
    for told in (place.refusal("prod"), *settings.warnings):
        assert "must not hold a user or password" in told
        assert "hunter2" not in told


BROKEN = [
    ("komodo.cli.toml", 'key = "hunter2\n', "it is not TOML, line 1"),
    ("komodo.cli.json", '{"key": "hunter2",\n', "it is not JSON, line 2"),
    ("komodo.cli.yaml", 'a: 1\nkey: "hunter2\n', "it is not YAML, line"),
    ("komodo.cli.yaml", "key: *hunter2\n", "it is not YAML, line 1"),
    ("komodo.cli.yaml", "key: \x01hunter2\n", "it is not YAML"),
    ("komodo.cli.yaml", "key: !hunter2 x\n", "it is not YAML, line 1"),
    ("komodo.cli.yaml", "key: 2026-99-99\n", "it is not YAML"),
    ("komodo.cli.yaml", "a: 1\nb: " + "[" * 150 + "]" * 150, "it is not YAML, line 2"),
    ("komodo.cli.yaml", "[" * 100_000, "it is not YAML"),
    ("komodo.cli.json", "[" * 100_000, "it is not JSON"),
    ("komodo.cli.json", '{"profile": ' + "[" * 100_000 + "]" * 100_000 + "}", "it is not JSON"),
    ("komodo.cli.yaml", "hunter2\n", "it is not a table of settings"),
    ("komodo.cli.json", '["hunter2"]', "it is not a table of settings"),
    ("komodo.cli.toml", 'profile = "hunter2"', "profile in Komodo CLI's files is not a list of tables"),
    ("komodo.cli.toml", "key = 7", "key in Komodo CLI's files is not a string"),
]


@pytest.mark.parametrize(("name", "text", "why"), BROKEN)
def test_a_broken_file_stops_only_who_asks_for_a_profile_of_it(
    place: SourceLocation, name: str, text: str, why: str
) -> None:
    file = write(place.komodo, text, name)
    settings = place.load()
    assert settings.profile().name == "local"
    assert [one.name for one in settings.profiles()] == ["local"]
    with pytest.raises(ConfigError) as refused:
        settings.profile(engine="core")
    for told in (str(refused.value), place.refusal("prod"), *settings.warnings):
        assert str(file) in told
        assert why in told
        assert "hunter2" not in told


def test_bytes_that_are_no_text_are_a_broken_file(place: SourceLocation) -> None:
    (place.komodo / "komodo.cli.toml").write_bytes(b"key = '\xff'")
    (place.komodo / ".kminclude").write_bytes(b"\xff")
    assert "it is not text" in place.load().warnings[0]
    (place.komodo / ".kminclude").unlink()
    assert "it is not TOML" in place.load().warnings[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_broken_file(place: SourceLocation) -> None:
    write(place.komodo, TOML).chmod(0)
    assert "Permission denied" in place.load().warnings[0]


def test_a_list_of_includes_that_cannot_be_read_is_a_broken_file(place: SourceLocation) -> None:
    (place.komodo / ".kminclude").mkdir()
    assert f"{place.komodo}/.kminclude" in place.load().warnings[0]


def test_an_empty_file_says_nothing(place: SourceLocation) -> None:
    for name in ("komodo.cli.toml", "komodo.cli.yaml"):
        write(place.komodo, "# nothing\n", name)
    assert place.load().warnings == ()


def test_a_path_that_is_no_configuration_is_a_broken_one(place: SourceLocation) -> None:
    file = write(place.home, "hunter2", "secrets.txt")
    told = place.refusal("prod", KOMODO_CLI_CONFIG_PATHS=str(file))
    assert "its name does not end in any of .toml, .yaml, .yml, .json" in told


def test_a_profile_may_not_take_a_name_that_means_something_else(place: SourceLocation) -> None:
    names = ("local", "environment", "Local")
    write(place.komodo, "".join(f'[[profile]]\nname = "{name}"\nhost = "https://x.example"\n' for name in names))
    settings = place.load()
    assert [one.name for one in settings.profiles()] == ["local"]
    assert settings.profile("local").engine == "embedded"
    assert len(settings.warnings) == len(names)


def test_a_name_with_control_characters_reaches_no_terminal(place: SourceLocation) -> None:
    write(place.komodo, '[[profile]]\nname = "\\u001b[31mred"\nhost = "https://x.example"\n')
    settings = place.load()
    assert [one.name for one in settings.profiles()] == ["local"]
    assert all(warning.isprintable() for warning in settings.warnings)
    assert settings.warnings


def test_a_file_with_a_secret_that_others_can_read_is_warned_of(place: SourceLocation) -> None:
    file = write(place.komodo, TOML)
    file.chmod(0o644)
    assert place.load().warnings == (f"{file} holds a secret and others on this machine can read it: chmod 600 {file}",)


def test_without_a_home_nothing_of_a_home_is_read(place: SourceLocation, tmp_path: Path) -> None:
    write(place.komodo, TOML)
    assert len(config.load({"KSYNC_HOME": str(tmp_path)}).profiles()) == 1


@pytest.mark.parametrize("aliases", ['config_aliases = ["t2"]', 'aliases = ["t2"]', 'alias = "t2"', 'alias = ["t2"]'])
def test_an_alias_is_taken_in_every_spelling(place: SourceLocation, aliases: str) -> None:
    write(place.komodo, f'[[profile]]\nname = "two"\nhost = "https://two.example"\n{aliases}\n')
    assert place.load().profile("t2").name == "two"


def test_a_broken_profile_costs_only_itself(place: SourceLocation) -> None:
    broken = '[[profile]]\nname = "bad"\nhost = 3\n\n[[profile]]\nhost = 4\n\n'
    write(place.komodo, f'{broken}[[profile]]\nname = "good"\nhost = "https://good.example"\n')
    settings = place.load()
    assert settings.profile("good").address == "https://good.example"
    with pytest.raises(ConfigError, match="host"):
        settings.profile("bad")
    assert sum("host" in warning for warning in settings.warnings) == 2
