"""Notebooks: their sources, as Jupytext reads them, and the .ipynb files made of these."""
