"""Addresses of repositories elsewhere, and the tokens of accounts that may read them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ksync_tui.errors import GitError
from ksync_tui.git.causes import hint_for
from ksync_tui.git.remote import Remote, address, environment, remote_of
from ksync_tui.model.kinds.build import BuildConfig
from ksync_tui.model.kinds.repo import RepoConfig


@pytest.mark.parametrize(
    ("config", "url"),
    [
        ({"repo": "me/app"}, "https://github.com/me/app"),
        ({"repo": "me/app", "git_provider": "git.example.com:3000"}, "https://git.example.com:3000/me/app"),
        ({"repo": "me/app", "git_https": False, "git_provider": "box"}, "http://box/me/app"),
        ({"repo": "/srv/git/app"}, "/srv/git/app"),
        ({"repo": "file:///srv/git/app"}, "file:///srv/git/app"),
        ({"repo": "ssh://git@box/app"}, "ssh://git@box/app"),
        ({"repo": "git@github.com:me/app"}, "git@github.com:me/app"),
        ({"repo": "app", "git_provider": "/srv/git"}, "/srv/git/app"),
        ({"repo": "app", "git_provider": "file:///srv/git/"}, "file:///srv/git/app"),
    ],
)
def test_addresses(config: dict[str, object], url: str) -> None:
    assert address(RepoConfig.model_validate(config)) == url
    assert address(BuildConfig.model_validate(config)) == url


@pytest.mark.parametrize(
    "repo",
    [
        "https://me:hunter2@github.com/me/app",
        "https://ghp_hunter2@github.com/me/app",
        "https://hunter2hunter2hunter2hunter2hunter2@github.com/me/app",
        "https://github.com/me/app?private_token=hunter2",
        "ssh://me:hunter2@github.com/me/app",
    ],
)
def test_an_address_with_a_password_is_refused_without_showing_it(repo: str) -> None:
    with pytest.raises(GitError) as caught:
        address(RepoConfig(repo=repo))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("repo", "label", "host"),
    [
        ("me/app", "me/app", "github.com"),
        ("https://git.example.com:3000/group/sub/app.git", "sub/app", "git.example.com:3000"),
        ("https://me@bitbucket.org/me/app/", "me/app", "bitbucket.org"),
        ("ssh://git@box:2222/srv/me/app.git", "me/app", "box:2222"),
        ("git@box:me/app.git", "me/app", "box"),
        ("/srv/git/app.git", "app", ""),
        ("file:///srv/git/app", "app", ""),
    ],
)
def test_what_a_repository_is_called(repo: str, label: str, host: str) -> None:
    remote = remote_of(RepoConfig(repo=repo), {})
    assert (remote.label, remote.provider) == (label, host)
    assert str(remote) == f"{label}@main"
    assert remote.short == f"{label.rpartition('/')[2]}@main"


@pytest.mark.parametrize(
    ("environ", "token"),
    [
        ({}, ""),
        ({"KSYNC_GIT_TOKEN_GITHUB_COM": "general"}, "general"),
        ({"KSYNC_GIT_TOKEN_GITHUB_COM": "general", "KSYNC_GIT_TOKEN_GITHUB_COM_MY_BOT": "own"}, "own"),
        ({"KSYNC_GIT_TOKEN_GITLAB_COM": "other"}, ""),
    ],
)
def test_which_token_is_an_accounts(environ: dict[str, str], token: str) -> None:
    assert remote_of(RepoConfig(repo="me/app", git_account="my-bot"), environ).token == token


def test_a_token_reaches_git_and_nothing_else(tmp_path: Path) -> None:
    environ = {"KSYNC_GIT_TOKEN_GITHUB_COM": "hunter2", "GIT_CONFIG_COUNT": "1"}
    remote = remote_of(RepoConfig(repo="me/app", git_account="bot"), environ)
    assert "hunter2" not in remote.url
    assert "hunter2" not in repr(remote)
    given = {**os.environ, **environment(remote, environ)}
    given |= {"GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Me"}

    def ask(host: str) -> subprocess.CompletedProcess[str]:
        question = f"protocol=https\nhost={host}\n\n"
        words = ["git", "credential", "fill"]
        return subprocess.run(words, input=question, env=given, cwd=tmp_path, capture_output=True, text=True)

    assert {"username=bot", "password=hunter2"} <= set(ask("github.com").stdout.splitlines())
    other = ask("gitlab.com")
    assert other.returncode != 0
    assert "hunter2" not in other.stdout + other.stderr


def test_an_account_that_is_not_let_in_is_told_where_a_token_goes() -> None:
    hint = hint_for(
        Remote("https://github.com/me/app", provider="github.com", account="bot"),
        "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
    )
    assert hint is not None
    assert "KSYNC_GIT_TOKEN_GITHUB_COM_BOT" in hint
