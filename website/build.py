"""The command python -m website: builds the folder that any static server serves."""

from pathlib import Path

import tyro

from common.options import Options, option
from common.runs.options import REPOSITORY

SOURCE = REPOSITORY / "website"


class SiteOptions(Options):
    """The options of python -m website."""

    output: Path = option(REPOSITORY / "_site")
    """folder that the site is written to"""
    serve: bool = option(False)
    """serve it on 127.0.0.1 afterwards, and open it in the browser"""
    port: int = option(8322, ge=0, le=65_535)
    """of the address with --serve (0 for any free one)"""


def main(arguments: list[str]) -> None:
    """Build the site, and serve it where that is asked for.

    Raises:
        UserError: where something that it is built from or with is missing.
    """
    tyro.cli(
        SiteOptions,
        prog="python -m website",
        args=arguments,
        description="Build the static site.",
    )
