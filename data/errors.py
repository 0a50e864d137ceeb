"""The errors that the user sees as one line, without a traceback."""


class UserError(Exception):
    """Bad input or surroundings; its message is one line for the user."""


class DatasetUnavailable(UserError):  # noqa: N818 - names a state, as callers ask for it
    """The dataset is not on disk and cannot be downloaded."""


def one_line(text: object, length: int = 1000) -> str:
    """The text, at most so long, with all that does not print escaped: a line break is \\n."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))
    return line if len(line) <= length else f"{line[: length // 2]} ... {line[-length // 2 :]}"
