"""The rules of problems: each has a place where it is broken, and its page is made from the table."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ksync_tui.model.resource import SourceFile
from ksync_tui.model.rules import Rule
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.planner.checks import check
from ksync_tui.planner.clear_secrets import clear_secrets
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/rules.md"


def page() -> str:
    """docs/rules.md between its markers."""
    return "".join(f"### {rule}\n\n{rule.says}\n\n" for rule in Rule)


def test_the_page_of_rules_is_the_table() -> None:
    """To make it anew: `python -m tests.unit.test_rules`."""
    found = re.search(r"<!-- rules -->\n(.*?)<!-- /rules -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    assert found[1] == page()


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_is_an_id_and_a_sentence(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule)
    assert rule.name == rule.upper().replace("-", "_")
    assert re.fullmatch(r"[A-Z`][^\n]{10,110}\.", rule.says)


def test_every_rule_is_used_where_problems_are_made() -> None:
    """One that nothing breaks any more goes out of the table."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "ksync_tui").rglob("*.py")]
    used = {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Rule"
    }
    assert used == {rule.name for rule in Rule}


BROKEN = {
    Rule.SYNTAX: '[[stack]]\nname = "web\n',
    Rule.UNKNOWN_KIND: '[[stak]]\nname = "web"\n',
    Rule.NOT_A_LIST: '[stack]\nname = "web"\n',
    Rule.MIXED_HEADERS: '[[stack]]\nname = "web"\n[[stacks]]\nname = "api"\n',
    Rule.UNKNOWN_KEY: '[[stack]]\nname = "web"\ncolour = 1\n',
    Rule.DOUBLE_KEY: '[[stack]]\nname = "web"\nconfig.server = "a"\nconfig.server_id = "a"\n',
    Rule.MISSING_KEY: "[[stack]]\ntags = []\n",
    Rule.TYPE: '[[stack]]\nname = "web"\ndeploy = "yes"\n',
    Rule.UNKNOWN_VALUE: '[[alerter]]\nname = "a"\nconfig.endpoint = { type = "Mail", params = {} }\n',
    Rule.OUT_OF_RANGE: '[[deployment]]\nname = "a"\nconfig.termination_timeout = 9999999999\n',
    Rule.INVALID_VALUE: '[[build]]\nname = "b"\nconfig.version.major = -1\n',
    Rule.INVALID_NAME: '[[stack]]\nname = ""\n',
    Rule.NAME_CHANGED: '[[stack]]\nname = "My Web"\n',
    Rule.INVALID_PAIRS: '[[stack]]\nname = "web"\nconfig.environment = "what"\n',
    Rule.INVALID_IMAGE: '[[deployment]]\nname = "a"\nconfig.image = { type = "Image", params.image = "NGINX:1" }\n',
    Rule.INVALID_BRANCH: '[[repo]]\nname = "a"\nconfig.repo = "me/a"\nconfig.branch = "refs/heads/main"\n',
    Rule.INVALID_REPOSITORY: '[[repo]]\nname = "a"\nconfig.repo = "https://github.com/me/a"\n',
    Rule.INVALID_GIT_PROVIDER: '[[repo]]\nname = "a"\nconfig.repo = "me/a"\nconfig.git_provider = "github"\n',
    Rule.INCOMPLETE_REGISTRY: '[[stack]]\nname = "web"\nconfig.registry_account = "me"\n',
    Rule.INVALID_URL: '[[alerter]]\nname = "a"\nconfig.endpoint = { type = "Slack", params.url = "slack" }\n',
    Rule.DUPLICATE: '[[stack]]\nname = "web"\n[[stack]]\nname = "web"\ntags = ["a"]\n',
    Rule.REPEATED: '[[stack]]\nname = "web"\n[[stack]]\nname = "web"\n',
    Rule.UNKNOWN_REFERENCE: '[[stack]]\nname = "web"\nconfig.server = "attic"\n',
    Rule.UNKNOWN_AFTER: '[[stack]]\nname = "web"\nafter = ["db"]\n',
    Rule.AFTER_CYCLE: '[[stack]]\nname = "web"\nafter = ["web"]\n',
    Rule.SECRET_IN_CLEAR: '[[variable]]\nname = "DB_PASSWORD"\nvalue = "hunter22hunter22"\n',
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_named(rule: Rule) -> None:
    read = Reader().read([SourceFile("all.toml", None, BROKEN[rule])])
    checked = check(read, frozenset(), place_of)
    problems = [*checked.problems, *clear_secrets(checked.resources, SecretLook())]
    assert rule in {problem.rule for problem in problems}, problems


if __name__ == "__main__":
    written = PAGE.read_text("utf-8")
    PAGE.write_text(re.sub(r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", lambda _: page(), written, flags=re.DOTALL))
