"""Ctrl-C while a script is still importing: it leaves with exit code 130 and not a word.

The KeyboardInterrupt that Python raises would end in a traceback through the library that is being
imported, or that library would take it for a failure of its own.
"""

import os

try:
    import signal
except KeyboardInterrupt:  # loading it takes milliseconds, and before it nothing can be handled
    os._exit(130)


def leave_while_importing() -> None:
    """From now until `end_of_imports`, Ctrl-C ends this process at once.

    Where something else handles Ctrl-C, or ignores it as a job in the background does, nothing
    changes.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def end_of_imports() -> None:
    """Ctrl-C raises KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(*_: object) -> None:
    os._exit(128 + signal.SIGINT)
