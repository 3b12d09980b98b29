"""A null character in a file is legal TOML, and nothing that a system takes: an error in words, wherever it stands."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine

STACK = """
[[server]]
name = "here"
[server.config]
address = "https://localhost:8120"
enabled = true

[[stack]]
name = "web"
deploy = true
[stack.config]
server = "here"
{field} = "a\\u0000b"
file_contents = "services: {{}}"
"""


@pytest.mark.parametrize("field", ["env_file_path", "run_directory", "project_name"])
def test_a_deploy_with_one_fails_in_words(ksync: CommandLine, field: str) -> None:
    ksync.write(STACK.format(field=field).replace("{}", "{}"))
    ended = ksync("apply", ksync.files, "--all", "--yes")
    assert "internal error" not in ended.err
    assert ended.code == 2


def test_a_sync_over_such_a_path_is_a_problem(ksync: CommandLine) -> None:
    ksync.write(
        '[[resource_sync]]\nname = "s"\n[resource_sync.config]\nfiles_on_host = true\nresource_path = ["/a\\u0000b"]\n'
    )
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    ended = ksync("plan", "--sync", "s")
    assert "internal error" not in ended.err
    assert ended.code == 1
    assert "a null character" in ended.out
