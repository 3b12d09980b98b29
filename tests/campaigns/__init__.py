"""Campaigns: the promises of docs/reliability.md, tried with many inputs for as long as wished."""

NAMES = ("exactness", "fuzz", "crash", "secrets", "hostile", "trouble", "race", "disk", "terminals", "webhooks")
"""Each is a module here with a `CAMPAIGN`."""
