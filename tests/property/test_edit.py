"""A block edited in place means the new resource, and what did not change keeps its characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ksync_tui.errors import KsyncError
from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import BY_HEADER, KINDS
from ksync_tui.model.resource import Target
from ksync_tui.toml.blocks import parse_block, split
from ksync_tui.toml.edit import edit_block, managed_canonical, reads_as
from ksync_tui.toml.export import export, export_block
from ksync_tui.toml.file_edits import BlockEdit, append_block, apply_edits, remove_block
from ksync_tui.toml.keys import BlockKeys
from ksync_tui.toml.tables import change_table
from tests.property.strategies import any_resource, resources

FIXTURES = {
    "swarms": """[[swarm]]
name = 's' # swarm
[swarm.config]
server_ids = ["a", # one
  "b"]
links = '''
x
y'''
send_unhealthy_alerts = false
""",
    "stacks": '''[[stack]]
  name = "web"
tags = [ 'a','b' ]
config.server_id = "edge" # alias
config."pre_deploy" = { path = ".", command = """
echo \\n
""" } # inline
config.config_files = ["a", { path = "b", req = "restart", service = "x, y" }]
# the end
config.environment = """
# top
A=1 # one
  - B: \\d # two

C = "x" """
''',
    "deployment": """[[deployments]]
name = "api"
[deployments.config]
image = { type = "Build", params = { build = "api", version = "1.2" } }
ports = [{ local = "80", container = "80" }, "81:81"]
[deployments.config."extra"]
key = 1
""",
    "procedure": '''[[procedure]]
name = "p"
config.schedule = "x"
[[procedure.config.stage]]
name = "1"
execution = [ # all
  { execution.type = "RunAction", execution.params = { action = "a", args = { "b c" = [1, 2], d.e = """
x""" } } },
]

  [[procedure.config.stage]] # 2
  name = "2"
  enabled = false
''',
    "build": """[[build]]\r
name = "b"\r
[build.config]\r
image_registry = { domain = "ghcr.io", account = "me" }\r
[build.config.pre_build]\r
command = '''\r
make\r
'''\r
""",
    "user_group": """[[user_group]]
name = "g"
[user_group.all]
Server = "Read" # s
Stack = { level = "Write", specific = ["Logs"] }
""",
    "builder": """[[builder]]
name = "b"
config = { type = "Server", params = { server = "a" } }
""",
    "variable": "[[variable]]\nname = \"V\"\nvalue = 'a\\b' # literal\n",
}


def read(text: str) -> tuple[str, Resource]:
    (block,) = split(text, BY_HEADER)
    kind = BY_HEADER[block.header or ""]
    resource = accept(kind.model, parse_block(block)).resource
    assert resource is not None
    return kind.name, resource


@pytest.mark.parametrize("name", FIXTURES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_nasty_block_comes_to_mean_any_other_resource(name: str, data: st.DataObject) -> None:
    text = FIXTURES[name]
    kind, old = read(text)
    new = data.draw(resources(kind))
    assert reads_as(edit_block(text, kind, old, new).text, kind, new)


@pytest.mark.parametrize("name", FIXTURES)
def test_one_changed_field_leaves_all_other_lines(name: str) -> None:
    text = FIXTURES[name].rstrip()
    kind, old = read(text)
    new = old.model_copy(update={"name": "other"})
    edited = edit_block(text, kind, old, new).text
    assert managed_canonical(read(edited)[1]) == managed_canonical(new)
    changed = [pair for pair in zip(text.split("\n"), edited.split("\n"), strict=False) if pair[0] != pair[1]]
    assert [pair[0].strip().partition(" ")[0] for pair in changed] == ["name"]


@pytest.mark.parametrize("kind", list(KINDS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_export_wrote_can_always_be_edited_in_place(kind: str, data: st.DataObject) -> None:
    old, new = data.draw(resources(kind)), data.draw(resources(kind))
    keys = BlockKeys(export_block(old, kind, secrets=True))
    change_table(keys, (), old, new)
    assert reads_as(keys.text, kind, new)


@settings(max_examples=40, deadline=None)
@given(st.lists(any_resource(), min_size=1, max_size=5), st.data())
def test_other_blocks_keep_every_byte(entries: list[tuple[Target, Resource]], data: st.DataObject) -> None:
    text = export(entries, secrets=True) + data.draw(st.sampled_from(["", "\n", "\n\n# end\n"]))
    if data.draw(st.booleans()):
        text = text.replace("\r", "").replace("\n", "\r\n")
    blocks = split(text, BY_HEADER)
    block = data.draw(st.sampled_from(blocks))
    kind, old = read(block.text)
    new = data.draw(resources(kind))
    edit = BlockEdit(Target(kind, new.name), block.text, edit_block(block.text, kind, old, new).text, block.first, new)
    after = apply_edits(text, [edit])
    assert after.startswith(text[: block.start])
    assert after.endswith(text[block.end :])
    assert len(split(after, BY_HEADER)) == len(blocks)


@settings(max_examples=40, deadline=None)
@given(st.lists(any_resource(), min_size=1, max_size=4), any_resource())
def test_a_block_added_and_taken_out_again_leaves_the_file_as_it_was(
    entries: list[tuple[Target, Resource]], new: tuple[Target, Resource]
) -> None:
    text = export(entries, secrets=True).rstrip() + "\n"
    longer = append_block(text, export_block(new[1], new[0].kind, secrets=True))
    assert remove_block(longer, split(longer, BY_HEADER)[-1]) == text


@settings(max_examples=60, deadline=None)
@given(st.text("[]{}\"'=.#\\\n\r ab,", max_size=40), any_resource())
def test_any_text_is_followed_or_refused(text: str, entry: tuple[Target, Resource]) -> None:
    target, resource = entry
    try:
        edited = edit_block(text, target.kind, resource, resource).text
    except KsyncError:
        return
    assert reads_as(edited, target.kind, resource)
