"""Docker hosts through the `docker` command: what to run for a config, running it, and what is there."""
