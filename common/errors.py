"""The errors that are told to the user in one line, without a traceback."""


class UserError(Exception):
    """Bad input or surroundings, told to the user in one line."""
