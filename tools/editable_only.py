"""Refuses a wheel of this repository: a copy of it would find neither the tiers nor the data."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EditableOnly(BuildHookInterface):
    """Called by hatchling before it builds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuse, unless the installation is an editable one."""
        if version != "editable":
            sys.exit("error: this repository runs from its folder: pip install --editable .")
