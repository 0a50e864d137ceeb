"""What several processes gain: measured in two, and computed for a ring."""

import pytest

from benchmarks import scaling
from benchmarks.contenders import Workload
from benchmarks.scaling import ScalingOptions


def test_scaling_measures_in_processes(tmp_path):
    options = ScalingOptions.parse(["--seconds", "0.01"], scaling.__doc__)
    sizes = [Workload("small", 32), Workload("default", 128)]
    measured = scaling.measure(scaling.SHARED, sizes, options)
    assert len(measured) == 4
    for size in sizes:
        step, reduction = (measured[f"{what}, {size.label}"] for what in ("step", "all-reduce"))
        assert step / 100 < reduction < 3 * step  # few steps, and the others' processes disturb


def test_operations_and_parameters_by_hand():
    assert scaling.operations(Workload("default", 128)) == 128_909_312
    assert scaling.parameters(Workload("default", 128)) == 235_146


def test_a_ring_of_one_sends_nothing():
    table = scaling.computed_ring()
    one, two = table["p = 1"].values(), table["p = 2"].values()
    assert [number["median"] for number in one][1::2] == [1, 1]
    milliseconds = [number["median"] for number in two][::2]
    # 1,863,690 parameters of 4 bytes, sent once in two pieces, at 25 GB/s, and twice 10 µs.
    assert milliseconds[1] - milliseconds[0] * 2 == pytest.approx(-(7.45476e6 / 25e6 + 0.02))
