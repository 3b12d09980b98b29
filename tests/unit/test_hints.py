"""What is said about keys in the wrong place and words that nobody knows: where they belong, what was meant."""

from __future__ import annotations

import pytest

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import Table, schema
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Problem, SourceFile
from ksync_tui.source.reader import Reader


def problems(text: str) -> tuple[Problem, ...]:
    return Reader().read([SourceFile("a.toml", None, text)]).problems


def said(text: str) -> list[str]:
    return [f"{problem.place.line}: {problem.message} -> {problem.hint}" for problem in problems(text)]


STACK = '[[stack]]\nname = "x"\n'
STAGE = '[[procedure]]\nname = "p"\n[[procedure.config.stage]]\nname = "s"\n'

MISPLACED = {
    "a key of config below a table of config": (
        f'{STACK}[stack.config]\nserver = "s"\n[stack.config.pre_deploy]\ncommand = "a"\nfile_paths = ["c.yaml"]',
        "7: unknown key 'file_paths' in config.pre_deploy is ignored -> "
        "it belongs above [stack.config.pre_deploy] (a.toml:5)",
    ),
    "below the second of two tables": (
        f'{STACK}[stack.config]\n[stack.config.pre_deploy]\ncommand = "a"\n'
        '[stack.config.post_deploy]\ncommand = "a"\nbranch = "b"',
        "8: unknown key 'branch' in config.post_deploy is ignored -> "
        "it belongs above [stack.config.pre_deploy] (a.toml:4)",
    ),
    "config has no header of its own": (
        f'{STACK}[stack.config.pre_deploy]\ncommand = "a"\nfile_paths = ["c.yaml"]',
        "5: unknown key 'file_paths' in config.pre_deploy is ignored -> "
        "it belongs above [stack.config.pre_deploy], written as `config.file_paths` (a.toml:3)",
    ),
    "a resource's own key two levels down": (
        f"{STACK}[stack.config]\n[stack.config.pre_deploy]\ndeploy = true",
        "5: unknown key 'deploy' in config.pre_deploy is ignored -> it belongs above [stack.config] (a.toml:3)",
    ),
    "tags below config": (
        '[[server]]\nname = "x"\n[server.config]\ntags = ["a"]',
        "4: unknown key 'tags' in config is ignored -> it belongs above [server.config] (a.toml:3)",
    ),
    "tags below config and above it": (
        '[[server]]\nname = "x"\ntags = ["b"]\n[server.config]\ntags = ["a"]',
        "5: unknown key 'tags' in config is ignored -> it is already given above [server.config] (a.toml:4)",
    ),
    "in a dotted key": (
        f'{STACK}[stack.config]\npre_deploy.command = "a"\npre_deploy.repo = "b"',
        "5: unknown key 'repo' in config.pre_deploy is ignored -> it belongs beside 'pre_deploy'",
    ),
    "in an inline table": (
        f'{STAGE}executions = [{{ execution = {{ type = "None", params = {{}}, enabled = false }} }}]',
        "5: unknown key 'enabled' in config.stage.executions.execution is ignored -> it belongs beside 'execution'",
    ),
    "a key of a procedure below a stage": (
        f'{STAGE}schedule = "every day at 3am"',
        "5: unknown key 'schedule' in config.stage is ignored -> "
        "it belongs above [[procedure.config.stage]], written as `config.schedule` (a.toml:3)",
    ),
    "a key of config beside the name": (
        f'{STACK}branch = "b"\n[stack.config]\nserver = "s"',
        "3: unknown key 'branch' is ignored -> it belongs below [stack.config] (a.toml:4)",
    ),
    "config in dotted keys": (
        f'{STACK}branch = "b"\nconfig.server = "s"',
        "3: unknown key 'branch' is ignored -> write it as `config.branch`",
    ),
    "a table beside config": (
        f'{STACK}[stack.pre_deploy]\ncommand = "a"',
        "3: unknown key 'pre_deploy' is ignored -> write [stack.config.pre_deploy]",
    ),
    "a list of tables beside config": (
        '[[procedure]]\nname = "p"\n[[procedure.stage]]\nname = "s"',
        "3: unknown key 'stage' is ignored -> write [[procedure.config.stage]]",
    ),
    "a parameter beside params": (
        '[[alerter]]\nname = "x"\n[alerter.config.endpoint]\ntype = "Slack"\nurl = "u"\nparams = {}',
        "5: unknown key 'url' in config.endpoint is ignored -> write it as `params.url`",
    ),
    "a parameter two levels up": (
        '[[alerter]]\nname = "x"\n[alerter.config]\nurl = "u"\nendpoint = { type = "Slack", params = {} }',
        "4: unknown key 'url' in config is ignored -> write it as `endpoint.params.url`",
    ),
    "a near miss in the wrong place": (
        f'{STACK}[stack.config]\n[stack.config.pre_deploy]\ncommand = "a"\nfile_pathes = ["c.yaml"]',
        "6: unknown key 'file_pathes' in config.pre_deploy is ignored -> "
        "did you mean 'file_paths'? It belongs above [stack.config.pre_deploy] (a.toml:4)",
    ),
    "in a file that is read whole": (
        'stack = [\n  {name = "x", config = {tags = ["a"]}},\n]',
        "2: unknown key 'tags' in config is ignored -> it belongs beside 'config'",
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISPLACED.values(), ids=MISPLACED)
def test_a_key_in_the_wrong_place_is_said_to_belong_where_it_works(text: str, expected: str) -> None:
    assert said(text) == [expected]


def test_the_line_in_a_hint_moves_with_its_block() -> None:
    text, _ = MISPLACED["a key of config below a table of config"]
    reader = Reader()
    for above in ("", "# one\n# two\n"):
        (problem,) = reader.read([SourceFile("a.toml", None, above + text + "\n")]).problems
        line = problem.place.line - 2
        assert problem.hint == f"it belongs above [stack.config.pre_deploy] (a.toml:{line})"


WRONG_NAMES = [
    ("stack", "compose_file_path", '"c.yaml"', "file_paths"),
    ("stack", "compose_files", '["c.yaml"]', "file_paths"),
    ("stack", "env", '"A = 1"', "environment"),
    ("stack", "git_repo", '"a/b"', "repo"),
    ("stack", "working_dir", '"a"', "run_directory"),
    ("stack", "compose_file_contents", '"a"', "file_contents"),
    ("stack", "filePaths", '["c.yaml"]', "file_paths"),
    ("action", "script", '"a"', "file_contents"),
    ("build", "dockerfile_contents", '"a"', "dockerfile"),
    ("build", "context", '"a"', "build_path"),
    ("deployment", "restart_mode", '"no"', "restart"),
    ("deployment", "container_name", '"a"', "custom_name"),
    ("deployment", "stop_grace_period", '"a"', "termination_timeout"),
    ("procedure", "cron", '"a"', "schedule"),
    ("repo", "on-clone", "{}", "on_clone"),
    ("resource_sync", "paths", '["a"]', "resource_path"),
]


@pytest.mark.parametrize(("kind", "key", "value", "right"), WRONG_NAMES)
def test_a_usual_wrong_name_gets_the_right_one(kind: str, key: str, value: str, right: str) -> None:
    text = f'[[{kind}]]\nname = "x"\n[{kind}.config]\n{key} = {value}'
    assert said(text) == [f"4: unknown key {key!r} in config is ignored -> did you mean {right!r}?"]


def test_compose_words_beside_the_name() -> None:
    assert said(f'{STACK}depends_on = ["db"]') == ["3: unknown key 'depends_on' is ignored -> did you mean 'after'?"]
    assert said('[[variable]]\nname = "A"\nsecret = true') == [
        "3: unknown key 'secret' is ignored -> did you mean 'is_secret'?"
    ]


def models() -> list[type[Table]]:
    found: list[type[Table]] = []

    def add(model: type[Table]) -> None:
        if model in found or model is Table:
            return
        found.append(model)
        variants = model.variants.values() if issubclass(model, Choice) else ()
        for inner in (*variants, *(field.table for field in schema(model))):
            if inner is not None:
                add(inner)

    for kind in KINDS.values():
        add(kind.model)
    return found


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_wrong_name_is_no_key_and_means_one_field(model: type[Table]) -> None:
    wrong = [name for field in schema(model) for name in field.wrong_names]
    assert len(wrong) == len(set(wrong))
    assert not set(wrong) & set(schema(model).by_key)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_field_says_what_it_is_for(model: type[Table]) -> None:
    assert [field.name for field in schema(model) if not field.doc.endswith(".")] == []


def execution(type_: str, params: str = "{}") -> str:
    return f'{STAGE}executions = [{{ execution.type = "{type_}", execution.params = {params} }}]'


WRONG_VALUES = {
    "params that are text": (
        '[[deployment]]\nname = "x"\n[deployment.config]\nimage.type = "Image"\nimage.params = "nginx:1"',
        "5: 'params' must be a table, not text -> its keys are image",
    ),
    "an image that is text": (
        '[[deployment]]\nname = "x"\n[deployment.config]\nimage = "nginx:1"',
        "4: 'image' must be a table, not text -> write `image.type = \"Image\"` and `image.params.image = ...`",
    ),
    "a command that is text": (
        f'{STACK}[stack.config]\npre_deploy = "a"',
        "4: 'pre_deploy' must be a table, not text -> its keys are path, command, shell_mode",
    ),
    "an environment that is a table": (
        f"{STACK}[stack.config.environment]\nA = 1",
        '3: \'environment\' must be text in quotes, not a table -> write one NAME = value a line, between """ and """',
    ),
    "params left out that need something": (
        f'{STAGE}executions = [{{ execution.type = "DeployStack" }}]',
        "5: 'params' is missing -> its keys are stack, services, stop_time",
    ),
    "a type left out": (
        '[[alerter]]\nname = "x"\n[alerter.config.endpoint]\nparams = {}',
        "3: 'type' is missing -> one of Custom, Slack, Discord, Ntfy, Pushover",
    ),
    "a type with words in another order": (
        execution("StackDeploy"),
        "5: 'execution' has no type 'StackDeploy' -> did you mean 'DeployStack'?",
    ),
    "a type that is nothing": (
        execution("Zzz"),
        "5: 'execution' has no type 'Zzz' -> `ksync schema` lists what is known",
    ),
    "a type of few": (
        '[[alerter]]\nname = "x"\n[alerter.config.endpoint]\ntype = "Zzz"\nparams = {}',
        "4: 'endpoint' has no type 'Zzz' -> one of Custom, Slack, Discord, Ntfy, Pushover",
    ),
    "a word of many": (
        '[[alerter]]\nname = "x"\n[alerter.config]\nalert_types = ["ServerDown", "ServerCPU"]',
        "4: 'alert_types' has no value 'ServerDown' -> `ksync schema` lists what is known",
        "4: 'alert_types' has no value 'ServerCPU' -> did you mean 'ServerCpu'?",
    ),
    "a reference that is a list": (
        f'{STACK}[stack.config]\nserver = ["a"]',
        "4: 'server' must be text in quotes, not a list -> None",
    ),
    "a reference under its other name": (
        f'{STACK}[stack.config]\nserver_id = ["a"]',
        "4: 'server_id' must be text in quotes, not a list -> None",
    ),
    "a key of a stage under its alias": (
        '[[procedure]]\nname = "p"\n[[procedure.config.stages]]\nname = "s"\nexecution = "a"',
        "5: 'execution' must be a list, not text -> None",
    ),
    "a parameter that is missing": (
        execution("DeployStack"),
        "5: 'stack' is missing -> None",
    ),
}


@pytest.mark.parametrize("case", WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_value_is_named_as_the_file_names_it_with_what_would_be_right(case: tuple[str, ...]) -> None:
    text, *expected = case
    assert said(text) == expected


@pytest.mark.parametrize("key", ["DeployStak", "RunBuildd", "Restartstack"])
def test_a_wrong_execution_type_gets_at_most_three_names(key: str) -> None:
    (problem,) = problems(execution(key))
    assert (problem.hint or "").startswith("did you mean ")
    assert (problem.hint or "").count("'") <= 6


def test_no_hint_says_to_remove_a_key() -> None:
    texts = [text for text, *_ in (*MISPLACED.values(), *WRONG_VALUES.values())]
    texts += [f"{STACK}zzz = 1", f"{STACK}[stack.config]\nzzz.a = 1"]
    assert not [problem for text in texts for problem in problems(text) if "remove" in (problem.hint or "")]
