"""Webhooks forged, replayed, slow and many: none is taken that is not signed, and those that are are answered soon."""

from __future__ import annotations

import hmac
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
from hypothesis import strategies as st

from ksync_tui.watch.deliveries import WebhookSettings
from ksync_tui.watch.listening import listening
from ksync_tui.watch.requests import RequestQueue, SyncRequest
from tests.campaigns.harness import Campaign, Check

SECRET = "a-long-secret-of-webhooks"
SECONDS = 1.0
"""In which a signed delivery is answered, whoever else is there."""
MOST_MEMORY = 100 << 20
BODY = b'{"ref":"refs/heads/main","after":"%040d"}'
HEAD = b"POST /listener/github/sync/lab/refresh HTTP/1.1\r\nHost: ksync\r\n"
SIGNED = b"X-Hub-Signature-256: sha256=" + b"0" * 64 + b"\r\n"
SLOW: Mapping[str, bytes] = {
    "silent": b"",
    "half a line": b"POST /list",
    "half of the headers": HEAD + b"X-A: 1\r\nX-B",
    "half of the body": HEAD + SIGNED + b"Content-Length: 100000\r\n\r\n{",
    "a body without an end": HEAD + SIGNED + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{aaaa\r\n",
    "refused, with its body to come": HEAD + b"Content-Length: 100000\r\n\r\n{",
    "no HTTP": b"\x16\x03\x01\x00\xff" * 20,
    "headers without an end": HEAD + b"".join(b"X-%d: %s\r\n" % (at, b"a" * 100) for at in range(100)),
    "answered, then idle": b"GET / HTTP/1.1\r\nHost: ksync\r\n\r\n",
}
Headers = dict[str, str]


def signature(secret: str, body: bytes) -> str:
    """As GitHub signs."""
    return hmac.digest(secret.encode(), body, "sha256").hex()


FORGED: Mapping[str, Callable[[bytes], tuple[str, Headers]]] = {
    "unsigned": lambda body: ("github", {}),
    "an empty signature": lambda body: ("github", {"x-hub-signature-256": "sha256="}),
    "another secret": lambda body: ("github", {"x-hub-signature-256": f"sha256={signature(SECRET[:-1], body)}"}),
    "no secret": lambda body: ("github", {"x-hub-signature-256": f"sha256={signature('', body)}"}),
    "another body": lambda body: ("github", {"x-hub-signature-256": f"sha256={signature(SECRET, body + b' ')}"}),
    "a part of it": lambda body: ("github", {"x-hub-signature-256": f"sha256={signature(SECRET, body)[:32]}"}),
    "more than it": lambda body: ("github", {"x-hub-signature-256": f"sha256={signature(SECRET, body)}00"}),
    "sha1": lambda body: ("github", {"x-hub-signature": f"sha1={hmac.digest(SECRET.encode(), body, 'sha1').hex()}"}),
    "gitlab's token": lambda body: ("github", {"x-gitlab-token": SECRET}),
    "the secret itself": lambda body: ("github", {"x-hub-signature-256": SECRET}),
    "github's signature": lambda body: ("gitlab", {"x-hub-signature-256": f"sha256={signature(SECRET, body)}"}),
    "another token": lambda body: ("gitlab", {"x-gitlab-token": SECRET.upper()}),
    "a longer token": lambda body: ("gitlab", {"x-gitlab-token": f"{SECRET}x"}),
    "an empty token": lambda body: ("gitlab", {"x-gitlab-token": ""}),
}


class Receiver:
    """A sync with a secret and one without; all that was asked for is kept."""

    def __init__(self) -> None:
        self.requests = RequestQueue(most=10**9)
        self.lines: list[str] = []

    def hook(self, name: str) -> WebhookSettings | None:
        """Its settings."""
        return {"lab": WebhookSettings(SECRET, "main"), "open": WebhookSettings("", "main")}.get(name)

    def ask(self, name: str, request: SyncRequest) -> bool:
        """Queues."""
        return self.requests.put(name, request)

    def told(self, name: str, text: str) -> None:
        """Keeps a line."""
        self.lines.append(f"{name} {text}")

    @property
    def asked(self) -> int:
        """How many requests wait; none does afterwards."""
        return len(list(iter(lambda: self.requests.take(0), None)))


@dataclass(frozen=True)
class Case:
    """Who holds how many sockets, what is forged, and how often a signed delivery is sent again."""

    slow: tuple[tuple[str, int], ...]
    forged: tuple[str, ...]
    replays: int


CASES = st.builds(
    Case,
    st.lists(st.tuples(st.sampled_from(sorted(SLOW)), st.integers(1, 150)), max_size=3).map(tuple),
    st.lists(st.sampled_from(sorted(FORGED)), min_size=1, max_size=6).map(tuple),
    st.integers(0, 3),
)


def peak() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def check(address: str, receiver: Receiver, case: Case, body: bytes, counts: Counter[str]) -> None:
    """Sends all of it."""
    host, _, port = address.rpartition(":")
    with ExitStack() as stack:
        for what, many in case.slow:
            for _ in range(many):
                sock = stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
                sock.sendall(SLOW[what])
        with httpx.Client(base_url=f"http://{address}", timeout=30) as client:
            for what in case.forged:
                provider, headers = FORGED[what](body)
                for name in ("lab", "open"):
                    url = f"/listener/{provider}/sync/{name}/refresh"
                    status = client.post(url, content=body, headers=headers).status_code
                    assert status == 401, f"{what}, for {name}: {status}"
            assert receiver.asked == 0, "something unsigned was taken"
            begin = time.monotonic()
            headers = {"x-hub-signature-256": f"sha256={signature(SECRET, body)}"}
            for _ in range(1 + case.replays):
                answer = client.post("/listener/github/sync/lab/refresh", content=body, headers=headers)
                assert answer.status_code == 200, answer.text
            took = (time.monotonic() - begin) / (1 + case.replays)
            assert took < SECONDS, f"a signed delivery waited {took:.1f} s"
            assert receiver.asked == 1, "a delivery that was sent again was taken again"
    counts.update(forged=2 * len(case.forged), signed=1, replayed=case.replays, sockets=sum(n for _, n in case.slow))


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """The listener, on a port of its own."""
    del folder
    receiver, number, before = Receiver(), count(1), peak()  # 0 would say that the branch is gone
    with listening("127.0.0.1:0", receiver) as address:

        def each(case: Case) -> None:
            check(address, receiver, case, BODY % next(number), counts)
            assert peak() - before < MOST_MEMORY, f"{(peak() - before) >> 20} MB more memory"

        yield each


CAMPAIGN = Campaign("webhooks", "forged, replayed and slow deliveries, and sockets that are held", CASES, opened)
