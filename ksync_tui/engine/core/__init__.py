"""The core engine: live resources in a Komodo Core server, reached over HTTP."""
