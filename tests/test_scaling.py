"""What several processes gain: the measurement, and the formula that is held against it."""

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


def test_scaling_finds_the_speeds_that_made_its_times():
    """Activations of 4 ms a million among them, messages of 0.5 ms and 7 ms a million bytes."""
    assert scaling.operations(Workload("default", 128)) == 128_909_312
    assert scaling.parameters(Workload("default", 128)) == 235_146
    sizes = scaling.FITTED + scaling.UNSEEN
    messages = {w.label: 0.5 + 7 * 4 * scaling.parameters(w) / 1e6 for w in sizes}
    steps = {
        p: {
            w.label: 2
            + 3e-6 * scaling.parameters(w)
            + (4e-6 * w.batch_size * sum(w.layer_sizes) + 5e-9 * scaling.operations(w)) / p
            for w in sizes
        }
        for p in (1, 2)
    }
    alone = {f"{scaling.STEP}, {label}": {"median": ms} for label, ms in steps[1].items()}
    shared = {f"{scaling.REDUCTION}, {label}": {"median": ms} for label, ms in messages.items()}
    for label, ms in steps[2].items():
        shared[f"{scaling.STEP}, {label}"] = {"median": ms + messages[label]}
    formula = scaling.Formula(alone, shared)
    measured = {"alone": alone, "threaded": alone, "shared": shared}
    for row in scaling.judge(sizes, measured, formula).values():
        assert row["its error, %"]["median"] == pytest.approx(0, abs=1e-6)
        assert row["2 threads: times as fast"]["median"] == 1
        assert 0.1 < row["2 processes: times as fast"]["median"] < 2


def test_a_ring_of_one_sends_nothing():
    table = scaling.computed_ring()
    one, two = table["p = 1"].values(), table["p = 2"].values()
    assert [number["median"] for number in one][1::2] == [1, 1]
    milliseconds = [number["median"] for number in two][::2]
    # 1,863,690 parameters of 4 bytes, sent once in two pieces, at 25 GB/s, and twice 10 µs.
    assert milliseconds[1] - milliseconds[0] * 2 == pytest.approx(-(7.45476e6 / 25e6 + 0.02))
