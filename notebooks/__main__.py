"""Write each notebook from its source, without outputs: python -m notebooks

A source, notebooks/NAME.py, holds cells in the percent format that Jupytext and most editors read.
NAME.ipynb is that, with a link to Colab in its first cell and a cell that prepares Colab after it.
"""

import argparse
from pathlib import Path

import jupytext
import nbformat

FOLDER = Path(__file__).resolve().parent
# Change OWNER here and in the README to the account that holds the repository.
ADDRESS = "OWNER/multilayer-perceptron"
LINK = f"[Open in Colab](https://colab.research.google.com/github/{ADDRESS}/blob/main/notebooks/{{name}}.ipynb)"
# An editable install counts from the next start of Python on; addsitedir makes it count at once.
SETUP = f"""\
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules and find_spec("train_numpy") is None:  # at home, nothing happens
    import site
    import subprocess
    import sysconfig

    address = "https://github.com/{ADDRESS}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", address], check=True)
    # Without the extra "torch", Colab's own torch stays as it is.
    pip = [sys.executable, "-m", "pip", "install", "-q", "--editable"]
    subprocess.run([*pip, "./multilayer-perceptron[figures]"], check=True)
    site.addsitedir(sysconfig.get_path("purelib"))"""
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources() -> list[Path]:
    """Those of the notebooks: modules have a docstring, sources begin with a cell."""
    return [path for path in sorted(FOLDER.glob("*.py")) if path.read_text().startswith("# %%")]


def make_notebook(source: Path) -> nbformat.NotebookNode:
    """The notebook of a source, always the same to the byte."""
    title, *cells = jupytext.read(source).cells
    title.source += "\n\n" + LINK.format(name=source.stem)
    cells = [title, nbformat.v4.new_code_cell(SETUP), *cells]
    for number, cell in enumerate(cells):
        cell.id, cell.metadata = f"cell-{number}", {}
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    for source in sources():
        nbformat.write(make_notebook(source), source.with_suffix(".ipynb"))
