"""Managed mode."""


def git_place(sync):
    return None
