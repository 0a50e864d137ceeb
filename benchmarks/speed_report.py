"""What the speed benchmark shows: two tables and a figure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import pyplot as plt
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

matplotlib.use("Agg")

# The tiers in the colours of the learning curves, floors dotted, peers thin.
TIERS = {"numpy": "#d99a00", "lowlevel": "#d1495b", "paper": "#1b2a41"}
FLOORS = {"numpy-floor": "#b08d3c", "torch-floor": "#7a8594", "torch-eager": "#c0392b"}
PEERS = ("#2a9d8f", "#7b4fa3", "#3a86c8", "#8a5a44", "#5c8a2e", "#c2589f", "#444444", "#999999")


def print_tables(results: dict[str, Any]) -> None:
    """Every contender at the first network's usual minibatch, then all costs against the floor."""
    console = Console(width=max(150, Console().width))
    usual = usual_workload(results)
    table = new_table(f"Training speed, {usual['label']}, float32")
    table.add_column("contender", no_wrap=True)
    for column in (
        "samples/s,\nmedian",
        "quartiles",
        "s per epoch\nof 55,000",
        "cost to\nits own floor",
        "cost to tier 1's\nfloor",
        "speed to\nscikit-learn",
    ):
        table.add_column(column, justify="right", no_wrap=True)
    cuda = any(key.endswith("-cuda") for key in usual["contenders"])
    if cuda:
        table.add_column("cuda\nsamples/s", justify="right", no_wrap=True)
    for key, contender in by_cost(usual["contenders"]):
        if key.endswith("-cuda"):
            continue
        row = [contender["name"]]
        if "error" in contender:
            row += ["failed", *[""] * 5]
        else:
            speed = contender["samples_per_second"]
            row += [
                f"{speed['median']:,.0f}",
                f"{speed['q1']:,.0f} - {speed['q3']:,.0f}",
                f"{55_000 / speed['median']:.2f}",
                own_floor_text(contender),
                ratio_text(contender["cost_to_floor"]),
                ratio_text(contender["speed_to_scikit_learn"]),
            ]
        if cuda:
            on_cuda = usual["contenders"].get(f"{key}-cuda", {}).get("samples_per_second")
            row.append(f"{on_cuda['median']:,.0f}" if on_cuda else "-")
        table.add_row(*row)
    console.print(table)

    table = new_table("Cost per sample in µs (and as a multiple of tier 1's floor)")
    table.add_column("contender", no_wrap=True)
    for workload in results["workloads"]:
        table.add_column(
            workload["label"].replace(" × ", "\n× ").replace(", ", "\n"), justify="right"
        )
    workloads = (usual, *results["workloads"])  # in the order of the table above
    keys = {k: c["name"] for w in workloads for k, c in by_cost(w["contenders"])}
    for key, name in keys.items():
        table.add_row(name, *(cell(w["contenders"].get(key)) for w in results["workloads"]))
    console.print(table)

    failed = {
        c["name"]: c["error"]
        for w in results["workloads"]
        for c in w["contenders"].values()
        if "error" in c
    }
    for name, error in failed.items():
        print(f"{name}: failed ({error})")
    for key, missing in results["not_installed"].items():
        print(f"{key}: not installed ({', '.join(missing)})")
    reference = results["reference"]
    print(
        f"The machine's own speed varied by {reference['max'] / reference['min'] - 1:.0%} (its"
        f" middle half by {reference['q3'] / reference['q1'] - 1:.1%}); it is divided out above.\n"
        f"{results['disturbed_measurements']} of {results['measurements']} measurements remained"
        " disturbed by other use of the machine, however often they were repeated."
    )


def new_table(title: str) -> Table:
    return Table(title=title, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))


def usual_workload(results: dict[str, Any]) -> dict[str, Any]:
    """The first network at minibatch 128, or whatever was measured first."""
    workloads = results["workloads"]
    return next((w for w in workloads if w["batch_size"] == 128), workloads[0])


def by_cost(contenders: dict[str, Any]) -> list[tuple[str, Any]]:
    """Keys and contenders, the fastest first and the failed last."""
    return sorted(
        contenders.items(),
        key=lambda item: -item[1].get("samples_per_second", {"median": 0.0})["median"],
    )


def ratio_text(ratio: dict[str, float] | None) -> str:
    """Median and quartiles of a ratio."""
    if ratio is None:
        return "-"
    return f"{ratio['median']:.2f} ({ratio['q1']:.2f}-{ratio['q3']:.2f})"


def own_floor_text(contender: dict[str, Any]) -> str:
    """The ratio, and the key of what it is a ratio to."""
    ratio = contender["cost_to_own_floor"]
    return "-" if ratio is None else f"{contender['own_floor']} {ratio_text(ratio)}"


def cell(contender: dict[str, Any] | None) -> str:
    """Cost in microseconds and as a multiple of the floor."""
    if contender is None:
        return "-"
    if "error" in contender:
        return "failed"
    cost = f"{1e6 / contender['samples_per_second']['median']:.2f}"
    ratio = contender["cost_to_floor"]
    return cost if ratio is None else f"{cost} ({ratio['median']:.2f})"


def draw(results: dict[str, Any], path: Path) -> None:
    """Cost per sample against the minibatch and against the network, log scales; a PNG file."""
    plain = [w for w in results["workloads"] if not w["momentum"]]
    if not plain:
        return
    first = plain[0]["network"]
    batch_size = usual_workload(results)["batch_size"]
    panels = (
        ([w for w in plain if w["network"] == first], "batch_size", "minibatch"),
        (
            [w for w in plain if w["batch_size"] == batch_size],
            "multiply_adds_per_sample",
            f"network, by its multiply-adds per sample (minibatch {batch_size})",
        ),
    )
    figure, axes = plt.subplots(1, 2, figsize=(13, 6.5), sharey=True, layout="constrained")
    names = {k: c["name"] for w in plain for k, c in reversed(by_cost(w["contenders"]))}
    peers = iter(PEERS * len(names))
    styles = {key: line_style(key, peers) for key in names}
    for axis, (workloads, abscissa, label) in zip(axes, panels, strict=True):
        workloads = sorted(workloads, key=lambda w: w[abscissa])
        for key, name in names.items():
            points = [
                (w[abscissa], 1e6 / w["contenders"][key]["samples_per_second"]["median"])
                for w in workloads
                if "samples_per_second" in w["contenders"].get(key, {})
            ]
            if points:
                axis.plot(*zip(*points, strict=True), marker="o", label=name, **styles[key])
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel(label)
        sizes = [
            w["label"].split(" ")[0] if axis is axes[1] else w["batch_size"] for w in workloads
        ]
        axis.set_xticks([w[abscissa] for w in workloads], map(str, sizes))
        axis.set_xticks([], minor=True)
        axis.grid(alpha=0.3, which="both")
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].set_ylabel("µs per sample of training")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper", frameon=False)
    figure.suptitle(f"What a training step costs, on {results['processor']}")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def line_style(key: str, peers: Iterator[str]) -> dict[str, Any]:
    """Tiers thick, floors dotted, peers thin in the next colour; CUDA dashed."""
    dashed = {"linestyle": "--"} if key.endswith("-cuda") else {}
    base = key.removesuffix("-cuda")
    if base in TIERS:
        return {"color": TIERS[base], "linewidth": 2.8, "zorder": 3, **dashed}
    if base in FLOORS:
        return {"color": FLOORS[base], "linewidth": 1.8, "linestyle": ":"} | dashed
    return {"color": next(peers), "linewidth": 1.2, **dashed}
