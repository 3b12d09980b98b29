"""Texts of resource files become declarations and problems; whatever a file holds, nothing is raised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.model.resource import Declarations, Problem, SourceFile, Target
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader
from ksync_tui.toml import locations


def read(*texts: str) -> Declarations:
    """Texts as the files a.toml, b.toml, ..."""
    names = (f"{letter}.toml" for letter in "abcdefgh")
    return Reader().read([SourceFile(name, None, text) for name, text in zip(names, texts, strict=False)])


def only(text: str) -> Problem:
    (problem,) = read(text).problems
    return problem


GOOD = '[[server]]\nname = "one"\n'

# What is said, in one line each: file:line:column, severity, message, hint.
PROBLEMS = {
    "unknown key": (
        '[[stack]]\nname = "x"\n[stack.config]\nfile_pahts = ["a"]',
        "a.toml:4:1: warning: unknown key 'file_pahts' in config is ignored (did you mean 'file_paths'?)",
    ),
    "unknown key like none": (
        '[[stack]]\nname = "x"\nzzz = 1',
        "a.toml:3:1: warning: unknown key 'zzz' is ignored (Komodo does not read it: make it a comment to keep it)",
    ),
    "key of config above it": (
        '[[stack]]\nname = "x"\nbranch = "y"',
        "a.toml:3:1: warning: unknown key 'branch' is ignored (it belongs below [stack.config])",
    ),
    "key below config": (
        '[[stack]]\nname = "x"\n[stack.config]\ntags = ["y"]',
        "a.toml:4:1: warning: unknown key 'tags' in config is ignored (it belongs above [stack.config] (a.toml:3))",
    ),
    "unknown header": (
        '[[stak]]\nname = "x"',
        "a.toml:1:1: warning: 'stak' is not a resource kind and is ignored (did you mean [[stack]]?)",
    ),
    "hyphen in a header": (
        '[[resource-sync]]\nname = "x"',
        "a.toml:1:1: warning: 'resource-sync' is not a resource kind and is ignored (did you mean [[resource_sync]]?)",
    ),
    "key before any header": (
        'stakc = "x"\n',
        "a.toml:1:1: warning: 'stakc' is not a resource kind and is ignored (did you mean [[stack]]?)",
    ),
    "text for a switch": (
        '[[stack]]\nname = "x"\ndeploy = "yes"',
        "a.toml:3:1: error: 'deploy' must be true or false, not text",
    ),
    "text for a list": (
        '[[stack]]\nname = "x"\ntags = "yes"',
        "a.toml:3:1: error: 'tags' must be a list, not text",
    ),
    "number in a list": (
        '[[stack]]\nname = "x"\ntags = ["a", 1]',
        "a.toml:3:14: error: 'tags' must be text in quotes, not a number",
    ),
    "table for text": (
        '[[stack]]\nname = "x"\n[stack.config.server]\na = 1',
        "a.toml:3:2: error: 'server' must be text in quotes, not a table",
    ),
    "list of tables for a table": (
        '[[stack]]\nname = "x"\n[[stack.config.pre_deploy]]\ncommand = "a"',
        "a.toml:3:3: error: 'pre_deploy' must be a table, not a list (write one table, not a list of tables)",
    ),
    "unknown word": (
        '[[deployment]]\nname = "x"\n[deployment.config]\nrestart = "sometimes"',
        "a.toml:4:1: error: 'restart' must be one of 'no', 'on-failure', 'always' or 'unless-stopped'",
    ),
    "unknown variant": (
        '[[deployment]]\nname = "x"\n[deployment.config]\nimage.type = "Imgae"\nimage.params.image = "y"',
        "a.toml:4:1: error: 'image' has no type 'Imgae' (did you mean 'Image'?)",
    ),
    "variant without params": (
        '[[builder]]\nname = "x"\n[builder.config]\ntype = "Server"',
        "a.toml:3:2: error: 'params' is missing (write `params = {}` to keep every default)",
    ),
    "bad version": (
        '[[build]]\nname = "x"\n[build.config]\nversion = "one"',
        "a.toml:4:1: error: 'version': a version is written \"1.2.3\"",
    ),
    "number for a version": (
        '[[build]]\nname = "x"\n[build.config]\nversion = 1',
        "a.toml:4:1: error: 'version' must be text in quotes, not a number",
    ),
    "out of range": (
        '[[deployment]]\nname = "x"\n[deployment.config]\ntermination_timeout = 4294967296',
        "a.toml:4:1: error: 'termination_timeout' must be less than 2147483648",
    ),
    "key beside its alias": (
        '[[stack]]\nname = "x"\n[stack.config]\nserver = "a"\nserver_id = "b"',
        "a.toml:5:1: error: 'server_id' is given twice: server and server_id are one key",
    ),
    "name missing": ("[[stack]]\ntags = []", "a.toml:1:3: error: 'name' is missing"),
    "name empty": (
        '[[stack]]\nname = ""',
        "a.toml:2:1: error: stack name '': the name is empty (give it another name)",
    ),
    "name is a number": ("[[stack]]\nname = 1", "a.toml:2:1: error: 'name' must be text in quotes, not a number"),
    "name that Komodo refuses": (
        '[[variable]]\nname = "1A"',
        "a.toml:2:1: error: variable name '1A': a variable's name has letters, digits and _ only "
        "and does not start with a digit (give it another name)",
    ),
    "name that Komodo changes": (
        '[[stack]]\nname = "My Stack"',
        "a.toml:2:1: warning: Komodo stores the name 'My Stack' as 'my_stack'; ksync does the same "
        '(write name = "my_stack")',
    ),
    "line of an environment": (
        '[[stack]]\nname = "x"\n[stack.config]\nenv_file_path = ".env"\nenvironment = """\nA = 1\nwords\n"""',
        "a.toml:5:1: warning: line 2 of 'environment' has neither `=` nor `:`: Komodo fails when it uses it "
        "(write NAME = value, or # before a comment)",
    ),
    "older form": (
        '[[build]]\nname = "x"\n[build.config]\nimage_registry.type = "Standard"\n'
        'image_registry.params = { domain = "d", account = "a" }',
        "a.toml:4:1: warning: an older form; read as its current meaning",
    ),
    "no day of the week": (
        '[[server]]\nname = "x"\n[[server.config.maintenance_windows]]\n'
        'name = "w"\nduration_minutes = 5\nday_of_week = "Blursday"',
        "a.toml:6:1: warning: 'day_of_week': 'Blursday' has no effect; "
        "one of monday, tuesday, wednesday, thursday, friday, saturday, sunday",
    ),
    "value that Komodo refuses": (
        '[[variable]]\nname = "V"\nvalue = """a\nb"""',
        "a.toml:3:1: warning: the value holds a line break, tab or other control character: Komodo refuses it "
        "(shorten it to one line of text)",
    ),
    "both headers": (
        '[[stack]]\nname = "x"\n\n[[stacks]]\nname = "y"',
        "a.toml:4:1: warning: [[stack]] and [[stacks]] in one file: Komodo refuses such a file "
        "(write [[stack]] everywhere)",
    ),
    "not TOML": (
        '[[stack]]\nname = "x"\n[stack.config]\nbranch main',
        "a.toml:4:8: error: not TOML: expected `=` after a key",
    ),
    "key written twice": (
        '[[stack]]\nname = "x"\nname = "y"',
        "a.toml:3:1: error: not TOML: `name` is written twice (first on line 2)",
    ),
    "one table instead of a list": (
        '[stack]\nname = "x"',
        "a.toml:1:2: error: 'stack' must be a list of tables (write [[stack]] above its keys)",
    ),
}


@pytest.mark.parametrize(("text", "said"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_wrong_is_said_once_with_its_place_and_what_to_do(text: str, said: str) -> None:
    assert [str(problem) for problem in read(text + "\n", GOOD).problems] == [said]


@pytest.mark.parametrize("text", [text for text, _ in PROBLEMS.values() if text.startswith("[[")])
def test_the_rest_of_the_file_still_reads_and_places_move_with_their_block(text: str) -> None:
    before = '[[server]]\nname = "first"\n\n'
    alone, inside = only(text), read(before + text + "\n\n" + GOOD)
    assert {"first", "one"} <= {one.target.name for one in inside.resources}
    (problem,) = inside.problems
    assert (problem.place.line, problem.place.column) == (alone.place.line + 3, alone.place.column)


@pytest.mark.parametrize("text", [text for text, said in PROBLEMS.values() if ": error:" in said])
def test_an_error_costs_its_own_block_and_every_delete(text: str) -> None:
    found = read(text, GOOD)
    assert [one.target for one in found.resources] == [Target("server", "one")]
    assert len(found.broken) == 1
    assert found.broken[0].reason.startswith("a.toml:")
    assert not found.complete


@pytest.mark.parametrize("text", [text for text, said in PROBLEMS.values() if ": warning:" in said])
def test_a_warning_costs_nothing(text: str) -> None:
    found = read(text, GOOD)
    assert not found.broken
    assert found.complete
    assert not any(one.blocked for one in found.resources)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ('[[stack]]\nname = "My X" # why\nbroken', Target("stack", "my_x")),
        ('[[stack]]\nname = "x"\ntags = 1', Target("stack", "x")),
        ("[[stack]]\nname = 1", None),
        ("[[stack]]\nbroken", None),
    ],
)
def test_a_broken_block_is_known_by_its_name(text: str, target: Target | None) -> None:
    (broken,) = read(text).broken
    assert broken.target == target


def test_no_problem_tells_a_value_that_may_be_secret() -> None:
    secret = "hunter2-hunter2"
    texts = [
        f'[[variable]]\nname = "A"\nis_secret = true\nvalue = "{secret}',
        f'[[stack]]\nname = "x"\n[stack.config]\nwebhook_secret = {secret}',
        f'[[stack]]\nname = "x"\n[stack.config]\nwebhook_secret = ["{secret}"]',
        f'[[build]]\nname = "x"\n[build.config]\nsecret_args = """\n{secret}\n"""',
    ]
    said = [str(problem) for text in texts for problem in read(text).problems]
    assert len(said) == len(texts)
    assert secret not in "".join(said)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but words\n", "\ufeff"])
def test_a_source_with_nothing_in_it_deletes_nothing(text: str) -> None:
    found = read(text)
    assert not found.resources
    assert not found.problems
    assert not found.complete


def test_what_could_not_be_gathered_is_told_and_deletes_nothing() -> None:
    lost = only("[[stack]]")
    found = Reader().read([SourceFile("a.toml", None, GOOD)], [lost], complete=False)
    assert found.problems == (lost,)
    assert not found.complete


def test_two_declarations_of_one_target_block_each_other_and_nothing_else() -> None:
    found = read('[[stack]]\nname = "My X"\n\n[[stack]]\nname = "y"', GOOD + '[[stack]]\nname = "my_x"\ntags = ["t"]\n')
    assert [(one.target.name, one.blocked) for one in found.resources] == [
        ("my_x", "declared 2 times (a.toml:1, b.toml:3): keep one"),
        ("y", None),
        ("one", None),
    ]
    assert [str(problem) for problem in found.problems if problem.severity == "error"] == [
        "a.toml:1:1: error: stack/my_x is declared twice: also at b.toml:3, with another tags (keep one of them)",
        "b.toml:3:1: error: stack/my_x is declared twice: also at a.toml:1, with another tags (keep one of them)",
    ]
    assert not found.complete


def test_two_declarations_that_say_the_same_are_a_warning_and_the_first_counts() -> None:
    block = '[[stack]]\nname = "x"\ndescription = "d"\n'
    found = read(block + "# again\n" + block.replace(" = ", "="), block)
    assert [(one.target.name, one.place.file, one.place.line, one.blocked) for one in found.resources] == [
        ("x", "a.toml", 1, None)
    ]
    assert [str(problem) for problem in found.problems] == [
        "a.toml:5:1: warning: stack/x is declared twice with the same contents: a.toml:1 counts (remove this one)",
        "b.toml:1:1: warning: stack/x is declared twice with the same contents: a.toml:1 counts (remove this one)",
    ]
    assert found.complete


def test_two_declarations_that_differ_name_what_differs() -> None:
    block = '[[stack]]\nname = "x"\n[stack.config]\nenvironment = "A = 1"\n'
    found = read(block, block.replace("A = 1", "A = 2").replace("[stack.config]", 'tags = ["t"]\n[stack.config]'))
    assert [problem.message for problem in found.problems if problem.severity == "error"] == [
        "stack/x is declared twice: also at b.toml:1, with another environment, tags",
        "stack/x is declared twice: also at a.toml:1, with another environment, tags",
    ]


def test_one_name_of_two_kinds_is_no_double() -> None:
    found = read('[[stack]]\nname = "x"\n[[server]]\nname = "x"\n')
    assert not found.problems


def test_a_declaration_knows_its_lines_and_its_text() -> None:
    found = read(f'# top\n\n{GOOD}\n##\n\n[[stack]]\nname = "x"\ndeploy = true\nafter = ["y"]\ntags = ["t"]\n\n')
    stack = found.resources[1]
    assert (stack.place.line, stack.place.last) == (8, 12)
    assert stack.text == '[[stack]]\nname = "x"\ndeploy = true\nafter = ["y"]\ntags = ["t"]'
    assert (stack.tags, stack.deploy, stack.after) == (("t",), True, ("y",))


@pytest.mark.parametrize(
    "text",
    [
        'stack = [{name = "x", config = {branch = "b"}}]',
        '[[stack]]\nname = "x"\nconfig.branch = "b"',
        '[[stacks]]\nname = "x"\n[stacks.config]\nbranch = "b"\n',
        '\ufeff[["stack"]]\r\n"name" = "x"\r\n["stack".config]\r\nbranch = "b"',
        'stack = [\n  {name = "x", config = {\n  branch = "b", # TOML 1.1\n}}]',
    ],
)
def test_every_way_to_write_a_resource(text: str) -> None:
    found = read(text)
    assert not found.problems
    (stack,) = found.resources
    assert stack.target == Target("stack", "x")
    assert stack.resource.settings.__dict__["branch"] == "b"


def test_problems_of_a_text_that_is_read_whole_have_their_places() -> None:
    found = read('stack = [\n  {name = "x"},\n  {name = "y", deploy = 1},\n  {name = "z"},\n]\nfoo = 1')
    assert [one.target.name for one in found.resources] == ["x", "z"]
    assert [str(problem) for problem in found.problems] == [
        "a.toml:3:16: error: 'deploy' must be true or false, not a number",
        "a.toml:6:1: warning: 'foo' is not a resource kind and is ignored "
        "(the kinds are server, swarm, stack, deployment, build, repo, procedure, action, alerter, builder, "
        "resource_sync, variable, user_group)",
    ]


def test_a_large_text_that_is_read_whole_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    walks: list[str] = []
    real = locations._entries
    monkeypatch.setattr(locations, "_entries", lambda text: real(walks.append(text) or text))  # type: ignore[func-returns-value]
    entries = "".join(f'  {{name = "s{number}", zzz = 1}},\n' for number in range(50))
    found = read(f"stack = [\n{entries}]\n")
    assert [(one.place.line, one.place.column) for one in found.resources] == [(line, 3) for line in range(2, 52)]
    assert [(each.place.line, each.place.column) for each in found.problems][:9] == [
        (line, 17) for line in range(2, 11)
    ]
    assert len(walks) == 1


def test_one_broken_block_costs_only_itself_beside_a_misplaced_one() -> None:
    found = read('[stack]\nname = "x"\n\n[[stack]]\nname = "y"\nbroken\n\n' + GOOD)
    assert [one.target.name for one in found.resources] == ["one"]
    assert [(problem.place.line, problem.severity) for problem in found.problems] == [(1, "error"), (6, "error")]


def test_backslashes_between_triple_quotes_are_themselves() -> None:
    found = read('[[stack]]\nname = "x"\n[stack.config]\nenvironment = """\nA = C:\\temp\\n\n"""')
    assert found.resources[0].resource.settings.__dict__["environment"] == "A = C:\\temp\\n\n"


REFERENCES = """\
[[procedure]]
name = "p"
[[procedure.config.stage]]
name = "one"
executions = [
  { execution.type = "DeployStack", execution.params.stack = "My Stack", enabled = true },
  { execution.type = "RunBuild", execution.params.build = "b", enabled = false },
]

[[builder]]
name = "b"
[builder.config]
type = "Server"
params.servers = ["s1", "s2"]

[[alerter]]
name = "a"
[alerter.config]
resources = [{ type = "Stack", id = "web" }]
"""


def test_references_are_found_with_their_places() -> None:
    found = [
        (str(reference.target), reference.needed, *place_of(one, reference.path)[1:3])
        for one in read(REFERENCES).resources
        for reference in one.references
    ]
    assert found == [
        ("stack/my_stack", True, 6, 37),
        ("build/b", False, 7, 34),
        ("server/s1", True, 14, 19),
        ("server/s2", True, 14, 25),
        ("stack/web", False, 19, 32),
    ]


def test_a_field_that_is_not_written_is_at_its_table() -> None:
    (one,) = read('\n[[stack]]\nname = "x"\n[stack.config]\nserver_id = "s"\n').resources
    assert place_of(one, ("config", "server_id"))[:3] == ("a.toml", 5, 1)
    assert place_of(one, ("config", "branch"))[:3] == ("a.toml", 4, 2)
    assert place_of(one, ("after",))[:3] == ("a.toml", 2, 3)


@given(st.text(alphabet="[]stack\n\\\"'#=., 1{}\r\0é", max_size=200))
def test_any_text_is_read(text: str) -> None:
    found = read(text)
    for problem in found.problems:
        assert 1 <= problem.place.line <= text.count("\n") + 1
        assert problem.place.column >= 1
    for one in found.resources:
        assert text.removeprefix("\ufeff").count(one.text) or not one.text
