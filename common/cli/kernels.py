"""Importing this module, before NumPy, has OpenBLAS use the fastest kernels for this processor."""

from common.runs.processor import choose_openblas_kernels

choose_openblas_kernels()
