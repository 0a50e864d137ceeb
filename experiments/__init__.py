"""The lesson's claims, each a script that draws one figure."""

import sys
from importlib.util import find_spec

from common.cli.command_line import missing_library

# Here, where every script comes by before it imports pyplot from `experiments.experiment`.
for _library in ("matplotlib", "networkx"):
    if find_spec(_library) is None:
        print(f"error: {missing_library(_library)}", file=sys.stderr)
        raise SystemExit(2)
