"""What git says of the network, in ksync's words: who has to do what."""

from __future__ import annotations

import pytest

from ksync_tui.errors import UnreachableError
from ksync_tui.git.causes import damaged, failure
from ksync_tui.git.remote import Remote

REMOTE = Remote("https://github.com/me/infra", "main", provider="github.com", account="bot", token="hunter2-hunter2")
TOKEN = "KSYNC_GIT_TOKEN_GITHUB_COM_BOT"

NO_ANSWER = [
    ("fatal: unable to access 'https://x/': Could not resolve host: x", "the host is not known"),
    ("ssh: Could not resolve hostname x: Name or service not known\nfatal: Could not read from remote repository.",
     "the host is not known"),
    ("ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.",
     "no answer"),
    ("ssh: connect to host x port 22: Connection timed out", "no answer"),
    ("fatal: unable to access 'https://x/': Failed to connect to x port 443 after 3 ms: Couldn't connect to server",
     "no answer"),
    ("fatal: unable to access 'https://x/': The requested URL returned error: 502", "no answer"),
    ("error: RPC failed; curl 28 Operation too slow. Less than 100 bytes/sec", "no answer"),
    ("fatal: the remote end hung up unexpectedly", "no answer"),
    ("fatal: unable to access 'https://x/': Recv failure: Connection reset by peer", "no answer"),
]  # fmt: skip
REFUSALS = [
    ("remote: Invalid username or password.\nfatal: Authentication failed", "access denied", TOKEN),
    ("fatal: could not read Username for 'https://x': terminal prompts disabled", "access denied", TOKEN),
    ("fatal: unable to access 'https://x/': The requested URL returned error: 403", "access denied", TOKEN),
    ("git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.", "access denied",
     "ssh-add -l"),
    ("Host key verification failed.\nfatal: Could not read from remote repository.", "the host's key is not trusted",
     "Connect once with ssh"),
    ("remote: Repository not found.\nfatal: repository 'https://x/' not found", "no such repository", TOKEN),
    ("fatal: '/srv/x' does not appear to be a git repository", "no such repository", "Check its name"),
    ("fatal: unable to access 'https://x/': SSL certificate problem: certificate has expired",
     "the connection is not secure", "certificate"),
    ("fatal: couldn't find remote ref refs/heads/x", "no such branch", "Correct the branch"),
    ("fatal: remote error: upload-pack: not our ref 1111", "no such commit", "Correct the commit"),
    ("fatal: write error: No space left on device", "the disk is full", "Free some space"),
    ("git: 'remote-foo' is not a git command.\nfatal: unable to find remote helper for 'foo'",
     "git does not support such an address", "https, ssh or file"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "words"), NO_ANSWER)
def test_no_answer_may_be_waited_for(said: str, words: str) -> None:
    error = failure(REMOTE, "it failed", said)
    assert isinstance(error, UnreachableError)
    assert f"it failed: {words}" in str(error)
    assert error.hint


@pytest.mark.parametrize(("said", "words", "hint"), REFUSALS)
def test_a_refusal_says_what_to_do(said: str, words: str, hint: str) -> None:
    error = failure(REMOTE, "it failed", said)
    assert not isinstance(error, UnreachableError)
    assert words in error.what
    assert hint in str(error.hint)


def test_what_is_not_understood_is_told_in_gits_words() -> None:
    error = failure(REMOTE, "it failed", "warning: x\nremote: Counting objects: 3\nfatal: the moon is in the way\n")
    assert (error.known, error.why) == (False, "fatal: the moon is in the way")


def test_no_token_or_password_is_shown() -> None:
    error = failure(REMOTE, "it failed", "fatal: https://bot:secret-secret@x/ hunter2-hunter2")
    assert str(error).count("hunter2") == str(error).count("secret") == 0


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("error: object file ./objects/11/22 is empty\nfatal: bad object HEAD", True),
        ("fatal: Unable to create '/x/shallow.lock': File exists.", True),
        ("remote: fatal: bad object 1111", False),
        ("fatal: couldn't find remote ref main", False),
    ],
)
def test_a_damaged_clone_is_told_from_a_damaged_remote(said: str, ours: bool) -> None:
    assert damaged(said) is ours
