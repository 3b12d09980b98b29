"""Deliveries as forges send them: all their headers, and bodies in the form of each, cut to what a push has to say.

GitHub: docs.github.com "Webhook events and payloads". GitLab: docs.gitlab.com "Webhook events". Gitea and Forgejo:
their documents "Webhooks", and what their servers add to each request; Codeberg is a Forgejo.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

SECRET = "wh-secret"
NONE = "0" * 40
BEFORE = "28e1879d029cb852e4844d9c718537df08844e03"
AFTER = "bffeb74224043ba2feb48d137756c8a9331c449a"
PERSON = {"name": "rosa", "email": "rosa@example.org"}


@dataclass(frozen=True)
class Delivery:
    """One request, as `httpx` takes it."""

    headers: Mapping[str, str]
    content: bytes

    def with_headers(self, **headers: str) -> Delivery:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def without(self, *names: str) -> Delivery:
        return replace(self, headers={name: value for name, value in self.headers.items() if name not in names})

    @property
    def request(self) -> dict[str, Any]:
        return {"headers": dict(self.headers), "content": self.content}


def _signature(secret: str, body: bytes, digest: str = "sha256") -> str:
    return hmac.digest(secret.encode(), body, digest).hex() if secret else ""


def _commit(id_: str) -> dict[str, Any]:
    lists: dict[str, list[str]] = {"added": [], "removed": [], "modified": ["komodo/web.toml"]}
    return {"id": id_, "message": "web 2", "timestamp": "2026-03-01T09:00:00Z", "author": PERSON, **lists}


def github(ref: str = "refs/heads/main", *, event: str = "push", id_: str = "72d3162e-cc78-11e3-81ab-4c9367dc0958",
           after: str = AFTER, secret: str = SECRET, form: bool = False) -> Delivery:  # fmt: skip
    """A push, the ping when a webhook is made, or the deletion of a branch, which is a push too."""
    repository = {"id": 35129377, "full_name": "rosa/infra", "default_branch": "main"}
    hook = {"type": "Repository", "id": 4711, "active": True, "events": ["push"], "config": {"content_type": "json"}}
    push = {
        "ref": ref, "before": BEFORE, "after": after, "created": False, "deleted": after == NONE, "forced": False,
        "base_ref": None, "compare": "https://github.com/rosa/infra/compare/28e1879d029c...bffeb7422404",
        "commits": [] if after == NONE else [_commit(after)], "head_commit": None if after == NONE else _commit(after),
        "repository": repository, "pusher": PERSON, "sender": {"login": "rosa", "id": 6752317},
    }  # fmt: skip
    ping = {"zen": "Keep it logically awesome.", "hook_id": 4711, "hook": hook, "repository": repository}
    text = json.dumps(ping if event == "ping" else push, separators=(",", ":"))
    body = urlencode({"payload": text}).encode() if form else text.encode()
    headers = {
        "user-agent": "GitHub-Hookshot/044aadd",
        "accept": "*/*",
        "content-type": "application/x-www-form-urlencoded" if form else "application/json",
        "x-github-delivery": id_,
        "x-github-event": event,
        "x-github-hook-id": "4711",
        "x-github-hook-installation-target-id": "35129377",
        "x-github-hook-installation-target-type": "repository",
        "x-hub-signature": f"sha1={_signature(secret, body, 'sha1')}",
        "x-hub-signature-256": f"sha256={_signature(secret, body)}",
    }
    return Delivery(headers, body)


def gitlab(ref: str = "refs/heads/main", *, event: str = "Push Hook", id_: str = "13792a34-cac6-4fda-95a8-c58e00a3954e",
           after: str = AFTER, secret: str = SECRET) -> Delivery:  # fmt: skip
    """A push, or a tag's; the deletion of a branch has no `checkout_sha`."""
    name = "tag_push" if event == "Tag Push Hook" else "push"
    body = {
        "object_kind": name, "event_name": name, "before": BEFORE, "after": after, "ref": ref, "ref_protected": True,
        "checkout_sha": None if after == NONE else after, "message": None, "user_id": 4, "user_name": "Rosa",
        "user_username": "rosa", "user_email": "", "project_id": 15, "total_commits_count": 1,
        "project": {"id": 15, "name": "infra", "path_with_namespace": "rosa/infra", "default_branch": "main"},
        "commits": [] if after == NONE else [_commit(after)], "push_options": {},
    }  # fmt: skip
    headers = {
        "content-type": "application/json",
        "user-agent": "GitLab/17.5.1",
        "idempotency-key": f"{id_[:-1]}0",
        "x-gitlab-event": event,
        "x-gitlab-webhook-uuid": "6d5a4c2e-1c0b-4c8f-8c53-0a8e1d3d4f10",
        "x-gitlab-instance": "https://gitlab.com",
        "x-gitlab-event-uuid": id_,
    } | ({"x-gitlab-token": secret} if secret else {})
    return Delivery(headers, json.dumps(body, separators=(",", ":")).encode())


def _gitea_like(
    makers: tuple[str, ...], ref: str, event: str, id_: str, after: str, secret: str, form: bool
) -> Delivery:
    """Gitea signs the JSON even where it sends it in a form, and sends empty signatures where it has no secret."""
    repository = {"id": 140, "full_name": "rosa/infra", "default_branch": "main", "clone_url": "https://git.example/x"}
    person = {"id": 1, "login": "rosa", "full_name": "", "email": "rosa@noreply.example", "username": "rosa"}
    push = {
        "ref": ref, "before": BEFORE, "after": after, "compare_url": "https://git.example/rosa/infra/compare/28e1879d...",
        "commits": [_commit(after)], "total_commits": 1, "head_commit": _commit(after),
        "repository": repository, "pusher": person, "sender": person,
    }  # fmt: skip
    short = {"ref": ref, "ref_type": "branch", "pusher_type": "user", "repository": repository, "sender": person}
    text = json.dumps(push if event == "push" else short, indent=2)
    signature = _signature(secret, text.encode())
    named = [(f"x-{maker}-{part}", value) for maker in makers
             for part, value in (("delivery", id_), ("event", event), ("event-type", event), ("signature", signature))
             if (maker, part) != ("github", "signature")]  # fmt: skip
    headers = {
        "user-agent": "Go-http-client/1.1",
        "accept-encoding": "gzip",
        "content-type": "application/x-www-form-urlencoded" if form else "application/json",
        "x-hub-signature": f"sha1={_signature(secret, text.encode(), 'sha1')}",
        "x-hub-signature-256": f"sha256={signature}",
        **dict(named),
    }
    return Delivery(headers, urlencode({"payload": text}).encode() if form else text.encode())


def gitea(ref: str = "refs/heads/main", *, event: str = "push", id_: str = "f6266f16-1bf3-46a5-9ea4-602e06ead473",
          after: str = AFTER, secret: str = SECRET, form: bool = False) -> Delivery:  # fmt: skip
    """A push, which its button "Test" sends as well, or `create` or `delete` of a branch."""
    return _gitea_like(("gitea", "gogs", "github"), ref, event, id_, after, secret, form)


def forgejo(ref: str = "refs/heads/main", *, event: str = "push", id_: str = "0b3c8f0a-5b5c-4d8c-9f0f-1c1f2b8a7f11",
            after: str = AFTER, secret: str = SECRET, form: bool = False) -> Delivery:  # fmt: skip
    """As Gitea's, and under its own name too."""
    return _gitea_like(("forgejo", "gitea", "gogs", "github"), ref, event, id_, after, secret, form)


def codeberg(ref: str = "refs/heads/main", **given: Any) -> Delivery:
    """Codeberg is a Forgejo of its own domain."""
    sent = forgejo(ref, **given)
    return replace(sent, headers={**sent.headers, "user-agent": "Go-http-client/2.0"})


def bearer(body: bytes = b"", secret: str = SECRET) -> Delivery:
    """What `curl -X POST -H "Authorization: Bearer $TOKEN"` sends."""
    headers = {"user-agent": "curl/8.5.0", "accept": "*/*", "authorization": f"Bearer {secret}"}
    return Delivery(headers | ({"content-type": "application/x-www-form-urlencoded"} if body else {}), body)


SENDERS: Mapping[str, tuple[str, Callable[..., Delivery]]] = {
    "GitHub": ("github", github),
    "GitLab": ("gitlab", gitlab),
    "Gitea": ("gitea", gitea),
    "Forgejo": ("forgejo", forgejo),
    "Codeberg": ("forgejo", codeberg),
}
"""Who sends: the path that is meant for it, and what it sends."""
