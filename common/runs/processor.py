"""The processor, and the fastest matrix-product kernels that OpenBLAS has for it.

This module is imported before NumPy: OpenBLAS reads its environment once, when it is loaded.
"""

import os
import platform
from pathlib import Path

AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}
ZEN_5 = 26  # AMD's processor family


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
    """Have OpenBLAS use the faster kernels on AMD processors that have AVX-512.

    Zen 4 has its instructions, but takes two cycles for each: the AVX2 kernels ("Haswell") need
    fewer instructions around them. From Zen 5 on it takes one, and OpenBLAS may not know that
    processor. docs/speed.md has what was measured. On Intel's processors OpenBLAS chooses well by
    itself, newer kernels than these among them. A variable that the user has set is left as it is.
    """
    processor = processor_information()
    if (
        processor.get("vendor_id") != "AuthenticAMD"
        or not set(processor.get("flags", "").split()) >= AVX512
    ):
        return
    newer = int(processor.get("cpu family", 0)) >= ZEN_5
    os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX" if newer else "Haswell")
