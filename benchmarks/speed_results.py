"""From single measurements to medians, their spread, and ratios."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np

from benchmarks.contenders import Entry
from benchmarks.workloads import Workload

FLOOR = "numpy-floor"
PEER = "scikit-learn"

Costs = dict[int, float]  # seconds per sample, by round


@dataclass(frozen=True)
class Sample:
    """One measurement.

    Attributes:
        round: counted from 1.
        key: of the contender.
        samples_per_second: as measured, None where it failed.
        error: why it failed.
        reference: products per second of the reference, the mean of just before and just after.
        quiet: whether nobody else seems to have used the machine.
        others_processor_seconds: what the processes that should have been idle computed.
    """

    round: int
    key: str
    workload: Workload
    samples_per_second: float | None
    error: str | None
    reference: float
    quiet: bool
    others_processor_seconds: float


def summarize(
    workloads: Sequence[Workload], entries: Sequence[Entry], samples: Sequence[Sample]
) -> dict[str, Any]:
    """All that the tables, the figure and the JSON file tell, but for what was installed.

    Costs are seconds per sample at the machine's median speed. A ratio is taken within a round,
    where both were measured in the same minute, and then the median of the rounds.
    """
    references = [sample.reference for sample in samples]
    usual = median(references)
    names = {entry.key: entry for entry in entries}
    return {
        "reference": {
            "what": "512 × 512 × 512 matrix products per second, float32, NumPy",
            **spread(references),
        },
        "measurements": len(samples),
        "disturbed_measurements": sum(not sample.quiet for sample in samples),
        "others_processor_seconds": max(sample.others_processor_seconds for sample in samples),
        "workloads": [
            summarize_workload(
                workload, names, [s for s in samples if s.workload == workload], usual
            )
            for workload in workloads
        ],
    }


def summarize_workload(
    workload: Workload, entries: dict[str, Entry], samples: Sequence[Sample], usual: float
) -> dict[str, Any]:
    """The contenders of one workload, each with its costs and ratios, or with its error."""
    costs: dict[str, Costs] = {}
    errors: dict[str, str] = {}
    for sample in samples:
        if sample.samples_per_second is None:
            errors[sample.key] = sample.error or "no answer"
            continue
        # A reference below its usual speed: the machine was slow, and so was the contender.
        # (It says nothing of a GPU.)
        drift = sample.reference / usual if entries[sample.key].device == "cpu" else 1.0
        costs.setdefault(sample.key, {})[sample.round] = drift / sample.samples_per_second

    contenders: dict[str, Any] = {}
    for key, cost in costs.items():
        measured = [s.samples_per_second for s in samples if s.key == key]
        contenders[key] = {
            "name": entries[key].name,
            "samples_per_second": spread([1 / seconds for seconds in cost.values()]),
            "samples_per_second_as_measured": measured,
            "cost_to_own_floor": ratios(cost, costs.get(entries[key].floor or "")),
            "own_floor": entries[key].floor,
            "cost_to_floor": ratios(cost, costs.get(FLOOR)),
            "speed_to_scikit_learn": ratios(costs.get(PEER), cost),
        }
    contenders |= {
        key: {"name": entries[key].name, "error": error}
        for key, error in errors.items()
        if key not in costs
    }
    return {
        "label": workload.label,
        **asdict(workload),
        "multiply_adds_per_sample": workload.multiply_adds / workload.batch_size,
        "contenders": contenders,
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, quartiles, smallest and largest."""
    quartiles = np.quantile(values, [0.5, 0.25, 0.75, 0.0, 1.0])
    return dict(zip(("median", "q1", "q3", "min", "max"), map(float, quartiles), strict=True))


def ratios(cost: Costs | None, to: Costs | None) -> dict[str, float] | None:
    """One cost as a multiple of another, over the rounds that measured both."""
    if not cost or not to:
        return None
    shared = [cost[number] / to[number] for number in cost if number in to]
    return spread(shared) if shared else None
