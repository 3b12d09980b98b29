"""A file in the form of export: each block as export writes it, every comment at what it stood at."""

from __future__ import annotations

import pytest

from ksync_tui.toml.export_form import Kept, in_export_form
from ksync_tui.toml.tidy import tidied

CASES = {
    "order, spellings and defaults": (
        '[[stack]]\ntags = ["a"]\nname = "web"\ndeploy = false\n'
        '[stack.config]\nbranch = "main"\nfile_paths = "a, b"\nserver_id = "edge"\n',
        '[[stack]]\nname = "web"\ntags = ["a"]\n[stack.config]\nserver = "edge"\nfile_paths = ["a", "b"]\n',
    ),
    "comments above, beside and below": (
        '# web\n[[stack]] # 1\n# 2\ntags = ["a"] # 3\nname = "web" # 4\n\n'
        '# 5\n[stack.config] # 6\n# 7\nserver_id = "a"\n# 8\n',
        '# web\n[[stack]] # 1\nname = "web" # 4\n# 2\ntags = ["a"] # 3\n\n'
        '# 5\n[stack.config] # 6\n# 7\nserver = "a"\n# 8\n',
    ),
    "what stood at a default goes on": (
        '[[stack]]\nname = "web"\n[stack.config]\n# 1\nbranch = "main" # 2\nrepo = "a/b"\n# 3\ngit_https = true # 4\n',
        '[[stack]]\nname = "web"\n[stack.config]\n# 1\n# 2\nrepo = "a/b"\n# 3\n# 4\n',
    ),
    "comments in a list": (
        '[[stack]]\nname = "web"\n[stack.config]\nfile_paths = [ # 1\n"a", # 2\n# 3\n"b", # 4\n# 5\n]\n',
        '[[stack]]\nname = "web"\n[stack.config]\n'
        'file_paths = [\n  # 1\n  "a", # 2\n  # 3\n  "b" # 4\n  # 5\n]\n',
    ),
    "a list that becomes text": (
        '[[stack]]\nname = "web"\n[stack.config]\nenvironment = [\n"A=1", # one\n"B=2",\n] # env\n',
        '[[stack]]\nname = "web"\n[stack.config]\n# one\nenvironment = """\nA=1\nB=2\n""" # env\n',
    ),
    "an inline table that becomes a table": (
        '[[builder]]\nname = "b"\nconfig = { type = "Server", params = { server_id = "a" } } # 1\n',
        '[[builder]]\nname = "b"\n# 1\n[builder.config]\ntype = "Server"\nparams.servers = ["a"]\n',
    ),
    "a procedure": (
        '[[procedure]]\nname = "p"\n[procedure.config] # 1\n# 2\nschedule = "x"\n# 3\n'
        '[[procedure.config.stage]]\nname = "1" # 4\n'
        'executions = [\n# 5\n{ execution.type = "RunAction", execution.params = { action = "a" } }, # 6\n]\n',
        '[[procedure]]\nname = "p"\n# 1\n# 2\nconfig.schedule = "x"\n\n# 3\n'
        '[[procedure.config.stage]]\nname = "1" # 4\n'
        'enabled = true\nexecutions = [\n  # 5\n  { execution.type = "RunAction", execution.params.action = "a", '
        "enabled = true } # 6\n]\n",
    ),
    "a version that is counted up stays": (
        '[[build]]\nname = "b"\n[build.config]\nversion = "1.2.3" # by hand\nbuilder_id = "x"\n',
        '[[build]]\nname = "b"\n[build.config]\nbuilder = "x"\nversion = "1.2.3" # by hand\n',
    ),
    "blocks keep their places, and what is between them": (
        '[[variable]]\nname = "A"\n\n##\n\n# b\n[[server]]\nname = "b"\n\n[trigger]\na = 1\n',
        '[[variable]]\nname = "A"\nis_secret = false\n\n##\n\n# b\n[[server]]\nname = "b"\n'
        '[server.config]\n\n[trigger]\na = 1\n',
    ),
    "line ends": (
        '[[variable]]\r\nvalue = "a" # v\r\nname = "A"\r\n',
        '[[variable]]\r\nname = "A"\r\nvalue = "a" # v\r\nis_secret = false\r\n',
    ),
    "plural headers": ('[[variables]]\nname = "A"\n', '[[variable]]\nname = "A"\nis_secret = false\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_file_takes_the_form_of_export(name: str) -> None:
    before, after = CASES[name]
    text, kept = in_export_form(before)
    assert (tidied(text), kept) == (after, [])
    again, still = in_export_form(after)
    assert (tidied(again), still) == (after, [])


KEPT = {
    "an unknown key": ('[[stack]]\nname = "a"\ncolour = 1\n', 1, "unknown key 'colour' is ignored"),
    "a wrong type": ('\n[[stack]]\nname = 1\n', 2, "name"),
    "no name": ("[[stack]]\n", 1, "name"),
    "a grant of nothing": ('[[user_group]]\nname = "g"\nall.Stack = "None"\n', 1, "leave out"),
    "quotes in a comment": ('[[stack]] # """\nname = "a"\n', 1, "in a comment"),
    "a list of tables": ('stack = [{ name = "b" }]\n', 1, "not written as [[kind]]"),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_a_block_that_would_lose_something_stays(name: str) -> None:
    before, line, why = KEPT[name]
    text, (kept,) = in_export_form(before)
    assert text == before
    assert kept.line == line
    assert why in kept.why


def test_one_file_has_one_spelling_of_a_header() -> None:
    text = '[[variables]]\nname = "A"\n\n[[variables]]\nname = "B"\ncolour = 1\n'
    unchanged, kept = in_export_form(text)
    assert unchanged == text
    assert [(one.line, one.why.split()[0]) for one in kept] == [(1, "another"), (4, "unknown")]
    assert isinstance(kept[0], Kept)
