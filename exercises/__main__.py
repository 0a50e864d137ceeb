"""The exercises: python -m exercises list"""

from common.cli.command_line import run_script
from exercises.checker.commands import main

if __name__ == "__main__":
    run_script(main)
