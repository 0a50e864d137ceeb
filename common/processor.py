"""The processor, and the fastest matrix-product kernels that OpenBLAS has for it.

This module is imported before NumPy: OpenBLAS reads its environment once, when it is loaded.
"""

import os
import platform
from pathlib import Path

AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}


def processor_information() -> dict[str, str]:
    """The first processor's entry in /proc/cpuinfo; empty where there is no such file."""
    try:
        first = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def processor_name() -> str:
    """Such as "AMD EPYC 9B14"."""
    return processor_information().get("model name") or platform.processor()


def choose_openblas_kernels() -> None:
    """Have OpenBLAS use its AVX-512 kernels on AMD processors that have the instructions.

    On some of them OpenBLAS chooses its AVX2 kernels ("Haswell"), with half the multiplications
    per cycle. On Intel's processors it chooses well by itself, newer kernels than these among
    them, so nothing is set there; and a variable that the user has set is left as it is.
    """
    processor = processor_information()
    if (
        processor.get("vendor_id") == "AuthenticAMD"
        and set(processor.get("flags", "").split()) >= AVX512
    ):
        os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
