"""Reading again, in the same process or in another one, costs what changed and says the same as reading anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.model.resource import Declarations, SourceFile, fingerprint, tags_of
from ksync_tui.source import parse_cache as memory_module
from ksync_tui.source import reading as reading_module
from ksync_tui.source.reader import Reader
from ksync_tui.source.understand import Understood, understand
from ksync_tui.toml.blocks import Block

BLOCKS = [
    '[[stack]]\nname = "a"\n[stack.config]\nserver = "s"\nenvironment = """\nA = 1\n"""',
    '[[stack]]\nname = "b"\ntags = ["x", "y"]\ndeploy = true\nafter = ["a"]',
    '[[server]]\nname = "s"',
    '[[stacks]]\nname = "c"',
    '[[stack]]\nname = "d"\nzzz = 1',
    '[[variable]]\nname = "V"\nvalue = "[[stack]]"',
    '[[procedure]]\nname = "p"\n[[procedure.config.stage]]\nname = "1"\nexecutions = [\n'
    '{execution.type = "RunBuild", execution.params.build = "My B"},\n]',
    "[[provision]]\nx = 1",
    '[[ "st\\u0061ck" ]]\r\nname = "q"\r\n[ "stack" . config ]\nbranch = "b"',
    '[[stack]]\nname = "e" # why\n# below',
    "[[stack]]\nname = 'f'\n[stack.config]\nfile_contents = '''\n[[server]]\nname = \"no\"\n'''",
]
PIECES = [
    "", "\n", "\n\n", "\n##\n\n", "# x\n", '"""', "'''", '"', "[", "]", "[[stack]]\n", "\n[[server]]\nname = 'new'\n",
    "[stack]\n", "x", "=", 'name = "z"\n', "stack = [{}]\n", "\ufeff", "\\",
]  # fmt: skip


def file(text: str, name: str = "a.toml") -> SourceFile:
    return SourceFile(name, None, text)


def told(found: Declarations) -> tuple[object, ...]:
    resources = [
        (one.target, one.place, one.text, one.fingerprint, one.references, one.tags, one.deploy, one.after, one.blocked)
        for one in found.resources
    ]
    return resources, found.broken, found.problems, found.complete


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text of blocks and, one after the other, what it is edited to."""
    blocks = draw(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6))
    joint = draw(st.sampled_from(["\n", "\n\n", "\n\n##\n\n", "\n# note\n"]))
    text = joint.join(blocks) + draw(st.sampled_from(["", "\n", "\n# end"]))
    versions, now = [], text
    for _ in range(draw(st.integers(1, 3))):
        low = draw(st.integers(0, len(now)))
        high = draw(st.integers(low, min(len(now), low + 40)))
        now = now[:low] + draw(st.sampled_from([*PIECES, *BLOCKS])) + now[high:]
        versions.append(now)
    return text, versions


@given(edits())
def test_reading_again_after_an_edit_is_reading_anew(edit: tuple[str, list[str]]) -> None:
    text, versions = edit
    reader = Reader()
    reader.read([file(text)])
    for version in versions:
        assert told(reader.read([file(version)])) == told(Reader().read([file(version)]))


def many(count: int = 30) -> list[str]:
    return [f'[[stack]]\nname = "s{number}"\ntags = ["t"]' for number in range(count)]


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of blocks that had to be parsed, as they are."""
    seen: list[str] = []
    real = understand

    def noted(block: Block) -> Understood:
        seen.append(block.text)
        return real(block)

    monkeypatch.setattr(reading_module, "understand", noted)
    return seen


def test_an_edit_costs_its_own_block_and_leaves_the_other_objects(understood: list[str]) -> None:
    blocks, reader = many(), Reader()
    before = reader.read([file("\n\n".join(blocks))])
    understood.clear()
    blocks[10] = blocks[10].replace('"t"', '"u"')
    after = reader.read([file("\n\n".join(blocks))])
    assert understood == [blocks[10]]
    same = [old is new for old, new in zip(before.resources, after.resources, strict=True)]
    assert same == [number != 10 for number in range(30)]


def test_blocks_below_move_and_keep_their_resources(understood: list[str]) -> None:
    blocks, reader = many(), Reader()
    before = reader.read([file("\n\n".join(blocks))])
    understood.clear()
    blocks[10] += "\ndeploy = true"
    after = reader.read([file("\n\n".join(blocks))])
    assert understood == [blocks[10]]
    assert [one.place.line for one in after.resources[11:]] == [one.place.line + 1 for one in before.resources[11:]]
    assert all(
        old.resource is new.resource
        for number, (old, new) in enumerate(zip(before.resources, after.resources, strict=True))
        if number != 10
    )


def test_an_unchanged_file_gives_the_same_objects(understood: list[str]) -> None:
    text, reader = "\n".join(many()), Reader()
    before = reader.read([file(text), file("broken", "b.toml")])
    understood.clear()
    after = reader.read([file(text), file("broken again", "b.toml")])
    assert len(understood) == 1
    assert all(old is new for old, new in zip(before.resources, after.resources, strict=True))


class Kept(dict[str, str]):
    """A memory that lasts as long as the test."""

    def read_cached(self, file: str) -> str | None:
        return self.get(file)

    def write_cached(self, file: str, text: str) -> None:
        self[file] = text


@pytest.fixture
def everything_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "WORTH", 1)


@pytest.mark.usefixtures("everything_is_worth_it")
def test_another_process_parses_what_changed(understood: list[str]) -> None:
    cache, text = Kept(), "\n\n".join(BLOCKS)
    first = Reader(cache).read([file(text)])
    understood.clear()
    again = Reader(cache).read([file(text)])
    assert told(again) == told(first)
    noted = [block for block in BLOCKS if "zzz" in block or "provision" in block]
    assert understood == noted
    for one in again.resources:
        assert fingerprint(one.resource) == one.fingerprint
        assert tuple(tags_of(one.resource)) == one.tags
        assert one.resource is one.resource
    understood.clear()
    Reader(cache).read([file(text.replace('"s"', '"t"', 1))])
    assert understood == [BLOCKS[0].replace('"s"', '"t"'), *noted]


@pytest.mark.usefixtures("everything_is_worth_it")
def test_what_is_remembered_holds_no_values_and_no_secret_variable() -> None:
    cache = Kept()
    secret = '[[variable]]\nname = "SECRET"\nis_secret = true\nvalue = "hunter2"\n'
    text = secret + '[[variable]]\nname = "V"\nvalue = "plain"'
    Reader(cache).read([file(text)])
    assert "SECRET" not in cache["a.toml"]
    assert "hunter2" not in cache["a.toml"]
    assert "plain" not in cache["a.toml"]
    assert '"V"' in cache["a.toml"]


@pytest.mark.usefixtures("everything_is_worth_it")
def test_an_unchanged_file_is_not_remembered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, text = Kept(), "\n\n".join(BLOCKS)
    Reader(cache).read([file(text)])
    monkeypatch.setattr(Kept, "write_cached", lambda *_: pytest.fail("nothing changed"))
    Reader(cache).read([file(text)])


@pytest.mark.usefixtures("everything_is_worth_it")
@pytest.mark.parametrize("lost", ["", "{", "[]", "null", '{"format": "0"}', '{"format": 1, "blocks": 5}'])
def test_a_memory_that_is_lost_or_of_another_version_is_no_loss(lost: str) -> None:
    cache = Kept({"a.toml": lost})
    assert told(Reader(cache).read([file(BLOCKS[0])])) == told(Reader().read([file(BLOCKS[0])]))
    assert cache["a.toml"] != lost


def test_a_small_file_is_not_remembered() -> None:
    cache = Kept()
    Reader(cache).read([file(BLOCKS[0])])
    assert not cache
    assert memory_module.WORTH > 1


@pytest.mark.usefixtures("everything_is_worth_it")
def test_a_remembered_block_moves_without_being_built(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, blocks = Kept(), many()
    Reader(cache).read([file("\n".join(blocks))])
    reader = Reader(cache)
    reader.read([file("\n".join(blocks))])
    monkeypatch.setattr(reading_module, "resource_of", lambda _: pytest.fail("nobody looks at it"))
    after = reader.read([file("\n".join([blocks[0], 'description = "longer"', *blocks[1:]]))])
    assert [one.place.line for one in after.resources[:3]] == [1, 5, 8]
    assert not after.problems
