"""Screens are driven by keys, on a fake session unless a test says otherwise."""
