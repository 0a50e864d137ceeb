"""The errors that the user sees as one line, without a traceback."""


class UserError(Exception):
    """Bad input or surroundings; its message is one line for the user."""


class DatasetUnavailable(UserError):  # noqa: N818 - names a state, as callers ask for it
    """The dataset is not on disk and cannot be downloaded."""
