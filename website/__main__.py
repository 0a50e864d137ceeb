"""Build the static site: python -m website"""

from common.cli.command_line import run_script
from website.build import main

if __name__ == "__main__":
    run_script(main)
