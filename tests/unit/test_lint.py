"""What Komodo stores and then fails on is warned of, with what to write; what works is not."""

from __future__ import annotations

import pytest

from ksync_tui.model.resource import SourceFile
from ksync_tui.source import lint_schedule
from ksync_tui.source.lint_script import broken_by_joining
from ksync_tui.source.reader import Reader


def said(kind: str, *lines: str) -> list[str]:
    """What is said of a resource whose config has these lines; line 4 is the first of them."""
    text = "\n".join([f"[[{kind}]]", 'name = "x"', f"[{kind}.config]", *lines])
    found = Reader().read([SourceFile("a.toml", None, text)])
    assert len(found.resources) == 1, found.problems
    assert {problem.severity for problem in found.problems} <= {"warning"}
    return [f"{problem.place.line}: {problem.message} -> {problem.hint}" for problem in found.problems]


BLANK = "has a blank entry: Komodo finds no file there and does not deploy -> remove the blank entry"
JOINED = "which breaks as Komodo joins the lines with && -> write shell_mode = true beside the command"
GIT = 'repo = "a/b"'

WARNED: dict[str, tuple[str, list[str], str]] = {
    "blank compose file": ("stack", ["file_paths = [", '  "a.yaml",', '  " ",', "]"], f"6: 'file_paths' {BLANK}"),
    "blank env file": ("stack", ['additional_env_files = [""]'], f"4: 'additional_env_files' {BLANK}"),
    "blank config file": (
        "stack",
        ["config_files = [", '  { path = "a" },', '  { path = "" },', "]"],
        f"6: 'config_files' {BLANK}",
    ),
    "heredoc": (
        "stack",
        ["[stack.config.pre_deploy]", 'command = """', "cat <<EOF > a", "x", "EOF", '"""'],
        f"5: 'pre_deploy' has a heredoc, {JOINED}",
    ),
    "if": (
        "repo",
        ["[repo.config.on_pull]", 'command = """', "if [ -f a ]; then", "  rm a", "fi", '"""'],
        f"5: 'on_pull' has `if` over several lines, {JOINED}",
    ),
    "for": (
        "build",
        ['pre_build.command = """', "for a in 1 2", "do", "  echo $a", "done", '"""'],
        f"4: 'pre_build' has `for` over several lines, {JOINED}",
    ),
    "reference in a secret that is not interpolated": (
        "stack",
        ['webhook_secret = "[[WEBHOOK]]"'],
        "4: 'webhook_secret' has [[...]], which Komodo does not replace here -> write the value itself, or leave the "
        "field out: then live keeps its value",
    ),
    "wrapper that wraps nothing": (
        "stack",
        ['compose_cmd_wrapper = "sops exec-env a"'],
        "4: 'compose_cmd_wrapper' lacks [[COMPOSE_COMMAND]]: Komodo refuses to deploy -> "
        "put [[COMPOSE_COMMAND]] where compose is to run",
    ),
    "cron without its format": (
        "procedure",
        ['schedule = "0 0 3 * * *"'],
        "4: 'schedule' is cron, and schedule_format is English -> write schedule_format = \"Cron\"",
    ),
    "cron of five fields without its format": (
        "action",
        ['schedule = "*/5 * * * *"'],
        "4: 'schedule' is cron, and schedule_format is English -> "
        'write schedule_format = "Cron" and schedule = "0 */5 * * * *", seconds first',
    ),
    "cron of five fields": (
        "procedure",
        ['schedule_format = "Cron"', 'schedule = "*/5 * * * MON"'],
        "5: 'schedule' has five fields: Komodo wants six, seconds first -> write \"0 */5 * * * MON\"",
    ),
    "cron with a year": (
        "procedure",
        ['schedule_format = "Cron"', 'schedule = "0 0 3 * * * 2030"'],
        "5: 'schedule' has 7 fields: Komodo wants six, seconds first -> leave the year out",
    ),
    "an hour that no day has": (
        "procedure",
        ['schedule_format = "Cron"', 'schedule = "0 3 30 * * *"'],
        "5: 'schedule' has '30' for the hour, which is 0 to 23 -> the fields begin with seconds",
    ),
    "English in cron's format": (
        "procedure",
        ['schedule_format = "Cron"', 'schedule = "every day at 3am"'],
        "5: 'schedule' is not cron, and schedule_format is Cron -> write schedule_format = \"English\"",
    ),
    "unknown zone": (
        "procedure",
        ['schedule_timezone = "Europe/Berln"'],
        "4: 'schedule_timezone' is not a time zone: 'Europe/Berln' -> write \"Europe/Berlin\"",
    ),
    "zone in another case": (
        "action",
        ['schedule_timezone = "europe/berlin"'],
        "4: 'schedule_timezone' is not a time zone Komodo knows: 'europe/berlin' -> write \"Europe/Berlin\"",
    ),
    "a city alone": (
        "server",
        ["[[server.config.maintenance_windows]]", 'name = "w"', "duration_minutes = 5", 'timezone = "Tokyo"'],
        "7: 'timezone' is not a time zone: 'Tokyo' -> write \"Asia/Tokyo\"",
    ),
    "a window at 24 h": (
        "alerter",
        ["[[alerter.config.maintenance_windows]]", 'name = "w"', "duration_minutes = 5", "hour = 24"],
        "7: 'hour' is 24: Komodo takes midnight for it -> write 0 to 23",
    ),
    "a window that never opens": (
        "server",
        ["[[server.config.maintenance_windows]]", 'name = "w"', "duration_minutes = 5", 'schedule_type = "OneTime"'],
        "7: 'schedule_type' is OneTime without a date: the window never opens -> write date = \"2030-01-31\"",
    ),
    "provider that is no host": (
        "stack",
        ['git_provider = "github"', GIT],
        "4: 'git_provider' has to be a host, and 'github' is none -> write \"github.com\"",
    ),
    "provider with https": (
        "repo",
        ['git_provider = "https://me:hunter2@git.example.org/"', GIT],
        "4: 'git_provider' has to be a host: Komodo adds https:// itself -> write \"git.example.org\"",
    ),
    "whole address": (
        "build",
        ['repo = "https://me:hunter2@github.com/a/b.git"'],
        "4: 'repo' has to be owner/name, not a whole address -> "
        'write git_provider = "github.com" and repo = "a/b"',
    ),
    "ssh address": (
        "resource_sync",
        ['repo = "git@git.example.org:a/b.git"'],
        "4: 'repo' has to be owner/name, not a whole address -> "
        'write git_provider = "git.example.org" and repo = "a/b"',
    ),
    "host before the owner": (
        "stack",
        ['repo = "github.com/a/b"'],
        "4: 'repo' has to be owner/name, not a whole address -> "
        'write git_provider = "github.com" and repo = "a/b"',
    ),
    "no owner": (
        "stack",
        ['repo = "b"'],
        "4: 'repo' has to be owner/name: github.com knows no other -> write \"owner/b\", with its owner",
    ),
    "full ref": (
        "stack",
        [GIT, 'branch = "refs/heads/main"'],
        "5: 'branch' has to be the branch's short name, not a full ref -> write \"main\"",
    ),
    "no such branch": (
        "stack",
        [GIT, 'branch = "a b"'],
        "5: 'branch' is not a valid branch name in git -> see `git branch` for the names",
    ),
    "account without registry": (
        "stack",
        ['registry_account = "me"'],
        "4: 'registry_account' has no effect without registry_provider -> "
        'write registry_provider = "docker.io", or its own',
    ),
    "registry without account": (
        "stack",
        ['registry_provider = "ghcr.io"'],
        "4: 'registry_provider' has no effect without registry_account -> "
        "write the account, or leave the provider out",
    ),
    "nothing is pushed": (
        "build",
        ['image_registry = [{ domain = "ghcr.io" }]'],
        "4: 'image_registry' has a registry that nothing is pushed to: it needs domain and account -> write both",
    ),
    "two tags": (
        "deployment",
        ['image = { type = "Image", params = { image = "nginx:1:2" } }'],
        "4: 'image' is not an image reference: docker refuses it -> write one tag",
    ),
    "upper case": (
        "deployment",
        ['image = { type = "Image", params = { image = "ghcr.io/Me/App:1" } }'],
        "4: 'image' is not an image reference: docker refuses it -> write the name in lower case",
    ),
    "ports on the host network": (
        "deployment",
        ['ports = "80:80"'],
        "4: 'ports' has no effect on the host network, the default -> "
        'write network = "bridge", or leave the ports out',
    ),
    "no port": (
        "deployment",
        ['network = "bridge"', 'ports = """', "80:80", "web:80", '"""'],
        "5: 'ports' has no port mapping on line 2: docker refuses it -> write 8080:80, or 8080:80/udp",
    ),
    "port too high": (
        "deployment",
        ['network = "bridge"', 'ports = "80:99999"'],
        "5: 'ports' has no port mapping on line 1: docker refuses it -> write 8080:80, or 8080:80/udp",
    ),
    "relative path in the container": (
        "deployment",
        ['volumes = "data:data"'],
        "4: 'volumes' has no absolute path in the container on line 1: docker refuses it -> write data:/data",
    ),
    "no address": (
        "alerter",
        ['endpoint = { type = "Slack", params = { url = "hooks.slack.com/x" } }'],
        "4: 'url' is not an address: Komodo cannot send to it -> begin it with https:// or http://",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "lines", "expected"), WARNED.values(), ids=WARNED)
def test_what_komodo_stores_but_fails_on_is_warned_of_with_what_to_write(
    kind: str, lines: list[str], expected: str
) -> None:
    assert said(kind, *lines) == [expected]
    assert "hunter2" not in expected


FINE: list[tuple[str, list[str]]] = [
    ("stack", ['file_paths = "a.yaml\\n\\nb.yaml"']),
    ("stack", ['pre_deploy = { command = "cat <<EOF\\nx\\nEOF", shell_mode = true }']),
    ("stack", ['git_provider = "gitea:3000"', 'repo = "b"', 'branch = "feature/a.b"']),
    ("stack", ['git_provider = "github"', 'linked_repo = "r"']),
    ("stack", ['git_provider = "local"', 'repo = "local/b"']),
    ("stack", ['registry_provider = "ghcr.io"', 'registry_account = "me"']),
    ("stack", ['compose_cmd_wrapper = "sops exec-env a \'[[COMPOSE_COMMAND]]\'"']),
    ("build", ['image_registry = [{ domain = "ghcr.io", account = "me", organization = "us" }, {}]']),
    ("build", ['build_path = "/srv/app"', 'commit = "v1.2.3"']),
    ("deployment", ['image = { type = "Image", params = { image = "ghcr.io:443/me/app_x/b-c:v1.2@sha256:'
                    + "a" * 64 + '" } }']),
    ("deployment", ['image = { type = "Image", params = { image = "[[IMAGE]]:1" } }']),
    ("deployment", ['network = "bridge"', 'ports = """', "# web", "80:80", "127.0.0.1:81:81/udp", "[::1]:82:82",
                    "8000-8010:8000-8010", '- "83:83"', "$PORT:80", "[[PORT]]:80", "84 = 84", '"""']),
    ("deployment", ['swarm = "s"', 'ports = "80:80"']),
    ("deployment", ['volumes = """', "data: /data", "/a:/b:ro", "./c:/c", 'C:\\x:C:\\y', '"""']),
    ("procedure", ['schedule = "every day at 3am"', 'schedule_timezone = "America/New_York"']),
    ("procedure", ['schedule_format = "Cron"', 'schedule = "0 */15 * * JAN-MAR ?"']),
    ("procedure", ['schedule_format = "Cron"', 'schedule = "0 0 3 L * MON#2"']),
    ("procedure", ['schedule = "0 3 * * *"', "schedule_enabled = false"]),
    ("action", ['schedule_timezone = "UTC"']),
    ("alerter", ['endpoint = { type = "Slack", params = { url = "[[SLACK]]" } }']),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "lines"), FINE, ids=[str(number) for number in range(len(FINE))])
def test_what_works_is_not_warned_of(kind: str, lines: list[str]) -> None:
    assert said(kind, *lines) == []


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("echo a &&\necho b", "`&&` at a line's edge"),
        ("echo a;\necho b", "`;` at a line's edge"),
        ("cat a |\nwc", "`|` at a line's edge"),
        ("case $a in\nx) echo 1 ;;\nesac", "`case` over several lines"),
        ("f() {\necho a\n}\nf", "`{` at a line's edge"),
        ("while true; do\nsleep 1\ndone", "`while` over several lines"),
        ('echo "a\nb"', "a quote that is not closed on its line"),
        ('echo "a # b"', "a quote that is not closed on its line"),
        ("cat <<-'X'\na\nX", "a heredoc"),
    ],
)
def test_a_command_that_breaks_when_its_lines_are_joined(command: str, what: str) -> None:
    assert broken_by_joining(command) == what


@pytest.mark.parametrize(
    "command",
    [
        "",
        "echo a\necho b\n# don't\n\necho 'c d'",
        "docker run \\\n  --rm \\\n  a\necho b",
        "if [ -f a ]; then rm a; fi\necho b",
        "for a in 1 2; do echo $a; done\necho b",
        "set -e\ncd /a && ls || true\nexport A=1",
        "cat <<< a\necho what to do\necho logged in",
        "echo it\\'s\necho b",
        "(cd a; ls)\necho b",
        "#!/bin/bash\nmkdir -p a",
    ],
)
def test_a_command_that_outlives_the_joining_of_its_lines(command: str) -> None:
    assert broken_by_joining(command) is None


def test_a_zone_is_not_doubted_where_the_system_knows_only_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint_schedule, "_zones", lambda: frozenset({"Europe/Paris", "UTC"}))
    assert said("action", 'schedule_timezone = "US/Eastern"') == []
    assert len(said("action", 'schedule_timezone = "utc"')) == 1
    monkeypatch.setattr(lint_schedule, "_zones", frozenset)
    assert said("action", 'schedule_timezone = "utc"') == []
