"""`python -m ksync_tui` is the `ksync` command."""

import sys

from ksync_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
