"""What is ignored is not in the plan, is counted, and comes back when it changes or its time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ksync_tui.config import load
from ksync_tui.config import sync_settings as rules_file
from ksync_tui.engine.base import Capabilities
from ksync_tui.errors import ConfigError
from ksync_tui.model.ignored import IgnoreRule, SyncPolicy, Until
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.model.resource import Declarations, Declared, Deployed, Live, Snapshot, Target, redeploy_digest
from ksync_tui.planner import Planner
from ksync_tui.planner.ignored import value_of
from ksync_tui.planner.selection import labelled_parts
from ksync_tui.present.ignored import rule_words, until_of
from tests.unit.test_planner_origin import declare, live, stack

WEB, OLD, NEW = Target("stack", "web"), Target("stack", "old"), Target("stack", "new")
LAB = SyncOptions("lab", delete=True)
TODAY = date(2026, 3, 1)
HERE = {"environment": "LEVEL = info\nMOTD = hi\n", "branch": "main"}
THERE = {"environment": "LEVEL = debug\nMOTD = hello\n", "branch": "next"}


def plan(
    declared: Sequence[Declared], existing: Sequence[Live], *rules: IgnoreRule, protected: tuple[str, ...] = ()
) -> Plan:
    return Planner().plan(
        Declarations(tuple(declared)),
        Snapshot(
            live={one.target: one for one in existing},
            deployed={one.target: Deployed(redeploy_digest(one.resource)) for one in existing},
            states={one.target: "running" for one in existing},
        ),
        LAB,
        engine="embedded",
        capabilities=Capabilities(),
        deploy_block=lambda *_: None,
        policy=SyncPolicy(rules, protected, TODAY),
    )


def web(fields: dict[str, str] = THERE, deploy: bool = False) -> Plan:
    return again(fields=fields, deploy=deploy)


def rule(found: Plan, target: Target, field: str = "", until: Until = "change") -> IgnoreRule:
    """The rule that a person makes while looking at a plan."""
    action = next(one for one in found.actions if one.target == target)
    return IgnoreRule("lab", target, field, until, value_of(action, labelled_parts(action, field)), "why", "ana", 1.0)


def again(*rules: IgnoreRule, fields: dict[str, str] = THERE, deploy: bool = False) -> Plan:
    declared, existing = declare(WEB, **stack(**fields), deploy=deploy), live(WEB, **stack(**HERE), deploy=deploy)
    return plan([declared], [existing], *rules)


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("environment.MOTD", ("config.environment.LEVEL", "config.branch")),
        ("environment", ("config.branch",)),
        ("branch", ("config.environment.LEVEL", "config.environment.MOTD")),
        ("", ()),
    ],
)
def test_the_rest_is_still_pending(field: str, left: tuple[str, ...]) -> None:
    found = again(rule(web(), WEB, field))
    assert found.pending == (1 if left else 0)
    assert set(found.by_id["update:stack/web"].parts if left else ()) == set(left)
    assert found.summary["ignored"] == 1
    assert found.returned == ()
    if left:
        proposed = found.by_id["update:stack/web"].proposed
        assert proposed is not None
        assert "MOTD = hello" not in str(proposed.settings) or field == "branch"


@pytest.mark.parametrize(
    ("until", "fields", "why"),
    [
        ("change", {**THERE, "environment": "LEVEL = debug\nMOTD = other\n"}, "changed"),
        (date(2026, 3, 2), {**THERE, "environment": "LEVEL = debug\nMOTD = other\n"}, "changed"),
        (date(2026, 3, 1), THERE, "expired"),
        (date(2026, 2, 1), THERE, "expired"),
        (date(2026, 3, 2), THERE, None),
        ("forever", {**THERE, "environment": "LEVEL = debug\nMOTD = other\n"}, None),
        ("change", {**THERE, "environment": "LEVEL = other\nMOTD = hello\n"}, None),
    ],
)
def test_another_value_or_the_end_of_its_time_brings_it_back(until: Until, fields: dict[str, str], why: str) -> None:
    found = again(rule(web(), WEB, "environment.MOTD", until), fields=fields)
    assert [back.why for back in found.returned] == ([why] if why else [])
    assert found.summary["ignored"] == (0 if why else 1)
    shown = {change.field for change in found.by_id["update:stack/web"].changes}
    assert shown == {"config.environment", "config.branch"}


def test_a_rule_for_what_no_longer_differs_does_nothing() -> None:
    found = again(rule(web(), WEB, "environment.MOTD"), fields=HERE)
    assert (found.pending, found.ignored, found.returned) == (0, (), ())
    gone = IgnoreRule("lab", Target("stack", "nobody"), "", "forever")
    assert again(gone).pending == 1


def test_a_create_a_delete_and_a_deploy_can_be_ignored() -> None:
    declared, existing = [declare(NEW, deploy=True)], [live(OLD)]
    found = plan(declared, existing)
    assert set(found.by_id) == {"create:stack/new", "deploy:stack/new", "delete:stack/old"}
    quiet = plan(declared, existing, rule(found, NEW), rule(found, OLD))
    assert quiet.actions == ()
    assert [one.action.id for one in quiet.ignored] == ["create:stack/new", "delete:stack/old"]
    assert not quiet.empty


def test_what_is_ignored_deploys_nothing() -> None:
    """The environment of a stack redeploys it; where that is ignored, nothing is deployed for it."""
    before = web(deploy=True)
    assert "deploy:stack/web" in before.by_id
    assert "config has changed: branch, environment" in before.by_id["deploy:stack/web"].reason
    assert again(rule(before, WEB, "environment"), rule(before, WEB, "branch"), deploy=True).actions == ()
    assert again(rule(before, WEB), deploy=True).actions == ()
    some = again(rule(before, WEB, "environment"), deploy=True)
    assert some.by_id["deploy:stack/web"].reason == "config has changed: branch"


def test_what_waits_for_an_ignored_deploy_does_not_deploy_for_it() -> None:
    declared = [declare(NEW, deploy=True), declare(WEB, **stack(**HERE), deploy=True, after=["new"])]
    existing = [live(WEB, **stack(**HERE), deploy=True, after=["new"])]
    assert "deploy:stack/web" in plan(declared, existing).by_id
    assert plan(declared, existing, IgnoreRule("lab", NEW, "", "forever")).actions == ()


@pytest.mark.parametrize(
    ("pattern", "blocked"),
    [("stack/o*", True), ("tag:prod", True), ("tag:p*", True), ("stack/web", False), ("server/*", False)],
)
def test_a_protected_resource_is_not_deleted(pattern: str, blocked: bool) -> None:
    found = plan([declare(NEW)], [live(OLD, tags=["prod"])], protected=(pattern,))
    why = found.by_id["delete:stack/old"].blocked
    assert (why is not None) == blocked
    if why:
        assert pattern in why
    assert found.by_id["create:stack/new"].blocked is None


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("", "change"), ("change", "change"), ("FOREVER", "forever"), ("2026-04-01", date(2026, 4, 1)),
        ("3d", date(2026, 3, 4)), ("2w", date(2026, 3, 15)), ("1m", date(2026, 3, 31)), ("soon", None), ("9w9", None),
    ],
)  # fmt: skip
def test_ends_as_they_are_typed(typed: str, until: Until | None) -> None:
    assert until_of(typed, TODAY) == until


RULE = IgnoreRule("lab", WEB, "environment.MOTD", "change", "abc", 'she said "wait"\x1b', "ana", 1_772_355_600.0)


@pytest.mark.parametrize("until", ["change", "forever", date(2026, 4, 1)])
def test_a_rule_is_read_as_it_was_written(tmp_path: Path, until: Until) -> None:
    file = tmp_path / "new" / "syncs.toml"
    written = replace(RULE, until=until)
    rules_file.add(file, "local", written)
    rules_file.add(file, "prod", replace(written, sync="other"))
    assert rules_file.read(file, "local") == (written,)
    assert file.stat().st_mode & 0o077 == 0
    assert "\x1b" not in rule_words(written)


def test_a_second_rule_takes_the_place_of_the_first_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "syncs.toml"
    file.write_text('# mine\n[[ignored]] # keep\nsync = "lab"\nresource = "stack/wiki"\nuntil = "forever"\n')
    rules_file.add(file, "local", RULE)
    rules_file.add(file, "local", replace(RULE, reason="another"))
    found = rules_file.read(file, "local")
    assert [one.reason for one in found] == ["", "another"]
    assert file.read_text().startswith("# mine\n[[ignored]] # keep\n")
    rules_file.rename_sync(file, "local", "lab", "home")
    assert {one.sync for one in rules_file.read(file, "local")} == {"home"}
    rules_file.remove(file, "local", [replace(RULE, sync="home").difference])
    assert [str(one.target) for one in rules_file.read(file, "local")] == ["stack/wiki"]


@pytest.mark.parametrize(
    "text",
    [
        "[[ignored]",
        "ignored = 1",
        '[[ignored]]\nresource = "stack/web"',
        '[[ignored]]\nsync = "lab"\nresource = "web"',
        '[[ignored]]\nsync = "lab"\nresource = "stack/web"\nuntil = "soon"',
        '[[ignored]]\nsync = "lab"\nresource = "stack/web"\nuntil = "change"',
        '[[ignored]]\nsync = "lab"\nresource = "stack/web"\nfeild = "x"',
        '[[ignored]]\nsync = "lab"\nresource = "stack/web"\nreason = 1',
    ],
)
def test_a_broken_file_says_where_and_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "syncs.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"syncs\.toml"):
        rules_file.read(file, "local")
    assert file.read_text() == text


def test_a_link_is_followed_and_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("")
    real.chmod(0o640)
    link = tmp_path / "syncs.toml"
    link.symlink_to(real)
    rules_file.add(link, "local", RULE)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert rules_file.read(real, "local") == (RULE,)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        rules_file.add(tmp_path / "file" / "syncs.toml", "local", RULE)


@pytest.mark.parametrize("value", ['"stack/db"', "[1]", '["db-*"]', r'["stack/\\"]', '[""]'])
def test_protected_must_be_patterns_of_resources(tmp_path: Path, value: str) -> None:
    (tmp_path / "config.toml").write_text(f"protected = {value}\n")
    with pytest.raises(ConfigError, match=r"protected"):
        load({"KSYNC_HOME": str(tmp_path)})


def test_rules_follow_a_resource_that_gets_another_name(tmp_path: Path) -> None:
    file = tmp_path / "syncs.toml"
    for target in (Target("stack", "wiki-js"), Target("stack", "web")):
        rules_file.add(file, "local", IgnoreRule("lab", target, "", "forever", "", "later", "ana", 0.0))
    rules_file.rename_resource(file, "local", Target("stack", "wiki-js"), Target("stack", "wiki"))
    rules_file.rename_resource(file, "other", Target("stack", "web"), Target("stack", "site"))
    rules_file.rename_resource(tmp_path / "none.toml", "local", Target("stack", "a"), Target("stack", "b"))
    assert [str(rule.target) for rule in rules_file.read(file, "local")] == ["stack/wiki", "stack/web"]
    assert not (tmp_path / "none.toml").exists()
