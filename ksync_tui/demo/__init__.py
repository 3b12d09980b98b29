"""A believable small homelab to try everything on: its files, and the sandbox they are put into."""
