"""Has KaTeX set formulas, many at once: starting node takes longer than setting them."""

import json
import subprocess
from collections.abc import Sequence

from common.runs.options import REPOSITORY
from data.errors import UserError


def set_formulas(formulas: Sequence[tuple[str, bool]]) -> list[str]:
    """The HTML of each formula.

    Args:
        formulas: each with whether it stands alone, between two paragraphs.

    Raises:
        UserError: for a formula that KaTeX cannot read.
    """
    done = subprocess.run(
        ["node", "formulas.js"],
        cwd=REPOSITORY / "website",
        input=json.dumps(formulas),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "Error: " in line]
        raise UserError((lines or [done.stderr])[0])
    return json.loads(done.stdout)
