"""ksync: Komodo's resource syncs in a terminal."""

__version__ = "0.1.0"
