"""A Komodo Core 2.3.2 in memory, for tests: real requests, real answers, real faults, no Docker."""

from tests.core.fake import requests
from tests.core.fake.core import FakeCore

__all__ = ["FakeCore", "requests"]
