"""Resources as TOML in Komodo's export format."""

from __future__ import annotations

from typing import Any

import pytest

from ksync_tui.errors import WriteBackError
from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target
from ksync_tui.toml import render
from ksync_tui.toml.blocks import parse_block, parse_file_text, split
from ksync_tui.toml.export import export, export_block

EXAMPLES = """[[server]]
name = "edge-1"
tags = ["prod", "eu"]
[server.config]
address = "https://10.0.0.4:8120"
enabled = true
cpu_warning = 85.0

##

[[swarm]]
name = "s1"
[swarm.config]
servers = ["edge-1", "edge-2"]
send_unhealthy_alerts = true

##

[[swarm]]
name = "s2"
[swarm.config]
send_unhealthy_alerts = false

##

[[stack]]
name = "blog"
deploy = true
after = ["db"]
[stack.config]
server = "edge-1"
file_paths = [
  "compose.yaml",
  "compose.prod.yaml"
]
config_files = [
  { path = "nginx.conf", services = ["web"], requires = "Restart" }
]
pre_deploy.command = \"""
echo hi
\"""
pre_deploy.shell_mode = false
environment = \"""
A = 1
B = C:\\new
\"""

##

[[stack]]
name = "empty"
[stack.config]


##

[[deployment]]
name = "api"
[deployment.config]
server = "edge-1"
image.type = "Build"
image.params.version = "1.4.0"
image.params.build = "api"
restart = "unless-stopped"
ports = \"""
  8080: 80
\"""

##

[[build]]
name = "api"
[build.config]
builder = "b1"
version = "4.3.2"
auto_increment_version = false
linked_repo = "src"
image_registry = [
  { domain = "ghcr.io", account = "me" }
]

##

[[repo]]
name = "src"
[repo.config]
server = "edge-1"
repo = "me/src"

##

[[procedure]]
name = "nightly"
config.schedule_alert = false
config.schedule = "every day at 3am"

[[procedure.config.stage]]
name = "one"
enabled = true
executions = [
  { execution.type = "RunBuild", execution.params.build = "api", enabled = true },
  { execution.type = "ClearRepoCache", execution.params = {}, enabled = true }
]

##

[[procedure]]
name = "regular"

[[procedure.config.stage]]
name = "all"
enabled = true
executions = [
  { execution.type = "BatchDeploy", execution.params.pattern = "\\\\a", execution.params.tags = [], enabled = true },
  { execution.type = "RunAction", execution.params.action = "a", execution.params.args."b c" = "=\\\\", enabled = true }
]

##

[[action]]
name = "ping"
[action.config]
file_contents = \"""
console.log("hi")
\"""

##

[[alerter]]
name = "hook"
[alerter.config]
enabled = true
endpoint.type = "Custom"
endpoint.params.url = "https://x.example"

##

[[builder]]
name = "b1"
[builder.config]
type = "Server"
params.servers = ["edge-1"]

##

[[builder]]
name = "b2"
[builder.config]
type = "Url"
params = {}

##

[[resource_sync]]
name = "infra"
[resource_sync.config]
repo = "me/infra"
resource_path = ["komodo"]

##

[[variable]]
name = "DOMAIN"
value = "example.org"
is_secret = false

##

[[user_group]]
name = "ops"
users = ["ana", "bo"]
all.Server = "Read"
all.Stack = { level = "Write", specific = ["Logs", "Inspect"] }
permissions = [
  { target.type = "Build", target.id = "api", level = "Execute" }
]"""


def read(text: str) -> list[tuple[Target, Resource]]:
    found = []
    for block in split(text):
        resource = accept(KINDS[block.header or ""].model, parse_block(block)).resource
        assert resource is not None
        found.append((Target(block.header or "", resource.name), resource))
    return found


def of(kind: str, **table: Any) -> Resource:
    return KINDS[kind].model.model_validate(table)


def test_every_layout_is_komodos() -> None:
    assert export(read(EXAMPLES), secrets=True) == EXAMPLES


def test_kinds_come_in_komodos_order_and_names_as_given() -> None:
    given = [(Target("variable", "V"), of("variable", name="V")), *(
        (Target("server", name), of("server", name=name)) for name in ("b", "a")
    )]  # fmt: skip
    assert [block.header for block in split(export(given))] == ["server", "server", "variable"]
    assert [resource.name for _, resource in read(export(given))] == ["b", "a", "V"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", '""'),
        ("a", '"a"'),
        ('say "a\\b"', '"say \\"a\\\\b\\""'),
        ("tab\there", '"tab\there"'),
        ("bell\x07 del\x7f", '"bell\\u0007 del\\u007F"'),
        ("csi \x9b31m", '"csi \\u009B31m"'),
        ("evil\u202etxt\u2028", '"evil\\u202Etxt\\u2028"'),
        ("a\nb\n", '"""\na\nb\n"""'),
        ("C:\\new\n", '"""\nC:\\new\n"""'),
        ('a\n"b"', '"""\na\n"b""""'),
        ('doc = """\n"""\n', "'''\ndoc = \"\"\"\n\"\"\"\n'''"),
        ('doc = """\n', '"doc = \\"\\"\\"\\n"'),
        ('"""\\d"""\n', '"\\"\\"\\"\\\\d\\"\\"\\"\\n"'),
        ('"""\n"""\'\'\'\n', '"\\"\\"\\"\\n\\"\\"\\"\'\'\'\\n"'),
        ("a\r\nb", '"a\\r\\nb"'),
        ("\n", '"""\n\n"""'),
    ],
)
def test_a_text_stands_in_a_form_that_reads_back(text: str, written: str) -> None:
    assert render.string(text) == written
    assert parse_file_text(f"x = {written}") == {"x": text}


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ([], "[]"),
        (["123456789012345678901234"], '["123456789012345678901234"]'),
        (["12345678901234567890123456789"], '[\n  "12345678901234567890123456789"\n]'),
        (["a\nb"], '["a\\nb"]'),
        ([{}], "[{  }]"),
        ([True, 1, 1.0], "[true, 1, 1.0]"),
    ],
)
def test_lists_break_where_komodo_breaks_them(given: list[Any], written: str) -> None:
    assert render.listed(given) == written


def test_an_empty_text_is_written_where_absent_would_mean_something_else() -> None:
    assert 'env_file_path = ""' in export_block(
        of("stack", name="s", config={"env_file_path": ""}), "stack", secrets=True
    )


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(WriteBackError):
        export_block(of("stack", name="s", description="\ud800"), "stack", secrets=True)


SECRET = "hunter2-hunter2"
SECRETS = {
    "a webhook secret": ("stack", {"config": {"webhook_secret": SECRET}}),
    "a passkey": ("builder", {"config": {"type": "Url", "params": {"passkey": SECRET}}}),
    "an address that holds a token": (
        "alerter",
        {"config": {"endpoint": {"type": "Slack", "params": {"url": f"https://hooks/{SECRET}"}}}},
    ),
    "secret build arguments": ("build", {"config": {"secret_args": f"A = [[A]]\nB = {SECRET}"}}),
    "the token of an account": (
        "builder",
        {"config": {"type": "Aws", "params": {"git_providers": [{"accounts": [{"username": "a", "token": SECRET}]}]}}},
    ),
    "the value of a secret variable": ("variable", {"value": SECRET, "is_secret": True}),
}


@pytest.mark.parametrize(("kind", "table"), SECRETS.values(), ids=SECRETS)
def test_secrets_stay_out_unless_asked_for(kind: str, table: dict[str, Any]) -> None:
    resource = of(kind, name="x", **table)
    assert SECRET not in export_block(resource, kind, secrets=False)
    assert SECRET in export_block(resource, kind, secrets=True)
    assert read(export_block(resource, kind, secrets=False))[0][0].name == "x"


def test_a_secret_variable_without_its_value_is_managed_elsewhere() -> None:
    ((_, back),) = read(export_block(of("variable", name="T", value=SECRET, is_secret=True), "variable", secrets=False))
    assert back.unmanaged() == {"value"}


def test_names_of_secrets_are_no_secrets() -> None:
    stack = of("stack", name="s", config={"webhook_secret": "[[HOOK]]"})
    build = of("build", name="b", config={"secret_args": "A = [[A]]\nB = [[B]]"})
    assert "[[HOOK]]" in export_block(stack, "stack", secrets=False)
    assert "B = [[B]]" in export_block(build, "build", secrets=False)
