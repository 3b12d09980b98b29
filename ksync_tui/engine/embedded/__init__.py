"""The embedded engine: live resources are rows of an SQLite file in ksync's home; nothing else is needed."""
