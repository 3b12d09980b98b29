"""What ksync was told about itself: its folders and settings, its profiles, and where their credentials come from.

settings = config.load()
profile = settings.profile("prod")
given = config.credentials(profile)
"""

from __future__ import annotations

from ksync_tui.config.credentials import ApiKey, Ask, Login, credentials
from ksync_tui.config.profiles import LOCAL, Given, Profile, Secrets
from ksync_tui.config.settings import Settings, load
from ksync_tui.config.watching import WEBHOOK_SECRET, WatchSettings

__all__ = [
    "LOCAL",
    "WEBHOOK_SECRET",
    "ApiKey",
    "Ask",
    "Given",
    "Login",
    "Profile",
    "Secrets",
    "Settings",
    "WatchSettings",
    "credentials",
    "load",
]
