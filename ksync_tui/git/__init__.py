"""The one place that knows pygit2 and the git command.

Objects, references and the index are read and written with libgit2; the git command is asked for what only it knows:
its configuration with every conditional include, hooks, signing, and all that goes over the network. Neither is loaded
before it is needed.
"""

from ksync_tui.git.facts import Author, CommitResult, Head, IndexState, PathStatus
from ksync_tui.git.repo import Repo

__all__ = ["Author", "CommitResult", "Head", "IndexState", "PathStatus", "Repo"]
