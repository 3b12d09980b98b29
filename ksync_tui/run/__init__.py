"""Carrying out a selection, and the journal of all runs."""
