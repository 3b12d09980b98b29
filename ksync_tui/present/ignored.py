"""What is ignored, in words: until when, why, who decided, and why it came back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from ksync_tui.model.ignored import IgnoreRule, Until
from ksync_tui.model.plan import Ignored, Plan, Returned
from ksync_tui.present.text import moment, neutral

SIGN = "i"
"""Stands for what is ignored where actions have the sign of their verb."""
_SPAN = re.compile(r"(\d{1,4})\s*([dwm])")
_DAYS = {"d": 1, "w": 7, "m": 30}


def until_words(until: Until) -> str:
    """`until it changes`, `until 2026-03-01 or it changes`, `for good`."""
    if isinstance(until, date):
        return f"until {until} or it changes"
    return "until it changes" if until == "change" else "for good"


def until_of(text: str, today: date) -> Until | None:
    """What a person typed as an end: nothing or `change`, `forever`, a date, or `3d`, `2w`, `1m`; else None."""
    typed = text.strip().lower()
    if typed in ("", "change"):
        return "change"
    if typed == "forever":
        return "forever"
    if span := _SPAN.fullmatch(typed):
        return today + timedelta(days=int(span[1]) * _DAYS[span[2]])
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def rule_words(rule: IgnoreRule) -> str:
    """`until it changes: ana is testing (ana, 2026-03-01 09:02)`."""
    reason = f": {neutral(rule.reason)}" if rule.reason else ""
    who = ", ".join(filter(None, (neutral(rule.by), moment(rule.since) if rule.since else "")))
    return f"{until_words(rule.until)}{reason}{f' ({who})' if who else ''}"


def ignored_words(ignored: Ignored) -> str:
    """`stack/web:environment.MOTD  until it changes: ana is testing (ana, 2026-03-01 09:02)`."""
    return f"{neutral(str(ignored.rule))}  {rule_words(ignored.rule)}"


def returned_words(returned: Returned) -> str:
    """`stack/web:environment.MOTD is no longer ignored: it changed. Ignored by ana, 2026-03-01 09:02: testing`."""
    rule = returned.rule
    why = f"that was until {rule.until}" if returned.why == "expired" else "it changed"
    by = f" by {neutral(rule.by)}" if rule.by else ""
    since = f", {moment(rule.since)}" if rule.since else ""
    reason = f": {neutral(rule.reason)}" if rule.reason else ""
    return f"{neutral(str(rule))} is no longer ignored: {why}. Ignored{by}{since}{reason}"


def state_of(rule: IgnoreRule, plan: Plan) -> str:
    """What a rule does in a plan: it hides something, is over, or finds nothing that differs."""
    if any(hidden.rule.difference == rule.difference for hidden in plan.ignored):
        return "ignored"
    back = next((found for found in plan.returned if found.rule.difference == rule.difference), None)
    return back.why if back else "no difference"


def rule_object(rule: IgnoreRule) -> Mapping[str, Any]:
    """A rule for JSON; `since` is unix seconds."""
    return {
        "sync": rule.sync,
        "resource": str(rule.target),
        "field": rule.field or None,
        "until": rule.until.isoformat() if isinstance(rule.until, date) else rule.until,
        "reason": rule.reason,
        "by": rule.by,
        "since": rule.since or None,
    }
