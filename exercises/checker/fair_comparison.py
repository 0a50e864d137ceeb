"""Judges `compare(train, choices, learning_rates, seeds)`, which exercises 04 and 05 both demand.

A `train` of ours hands out prepared curves and records what it is asked for. The spread may be
taken in any usual way, so only clear cases are judged: the two best are apart by 30 standard
deviations, or by a twentieth of one. The choices' noise is uncorrelated, so that a comparison seed
by seed comes to the same.
"""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier
from exercises.checker.checking import Checks, Failed, described

CHECKS = Checks()
CHOICES = ("A", "B", "C")
RATES = (0.3, 0.01, 1.0, 0.1)
SEEDS = (11, 8, 20, 7, 16, 13)
FALL = np.array([2.5, 1.5, 0.7, 0.2, 0])
# Discrete orthogonal polynomials: mean 0, and uncorrelated if all are put in the same new order.
NOISE = np.array([[-5, -3, -1, 1, 3, 5], [5, -1, -4, -4, -1, 5], [-5, 7, 4, -4, -7, 5]])
NOISE = NOISE / NOISE.std(axis=1, keepdims=True)
# The first choice's is neither the first nor the last, which a loop keeps by accident.
BEST = {"A": 2, "B": 3, "C": 1}
CALL = f"compare(train, {list(CHOICES)}, {list(RATES)}, {list(SEEDS)})"

Losses = dict[tuple[str, float], np.ndarray]


class Recording:
    """A `train` with prepared curves that remembers its calls.

    Args:
        last: the last loss of every seed, by choice and learning rate.
        dips: how low a run is on its way, by choice and learning rate.
    """

    def __init__(self, last: Losses, dips: Mapping[tuple[str, float], float] | None = None) -> None:
        self.last, self.dips = last, dips or {}
        self.calls: set[tuple[str, float, int]] = set()
        self.curves = {}
        for key, ends in last.items():
            curves = ends[:, None] + FALL
            curves[np.isnan(ends), :2] = 3.0, 2.0
            if key in self.dips:
                curves[:, 1:-1] = self.dips[key]
            self.curves[key] = curves

    def __call__(self, choice: Any, learning_rate: Any, seed: Any) -> np.ndarray:
        known = choice in CHOICES and learning_rate in RATES
        if not known or not isinstance(seed, int | np.integer):
            got = f"train({choice!r}, {learning_rate!r}, {seed!r})"
            raise Failed(CALL, "train(choice, learning_rate, seed), one of each", got)
        self.calls.add((str(choice), float(learning_rate), int(seed)))
        # Seeds that nobody gave get curves, too: they are judged by the calls alone.
        place = SEEDS.index(seed) if seed in SEEDS else int(seed) % len(SEEDS)
        return self.curves[choice, learning_rate][place].copy()


def losses(
    seed: int,
    means: tuple[float, ...],
    deviations: tuple[float, ...] = (0.01, 0.01, 0.01),
    noise: tuple[int, ...] = (0, 1, 2),
) -> Losses:
    """The last losses: at a choice's best learning rate with this mean and standard deviation.

    Args:
        seed: of the order that the noise comes in.
        means, deviations: of each choice.
        noise: the row of NOISE that each choice has.
    """
    order = np.random.default_rng((45, seed)).permutation(len(SEEDS))
    last = {}
    for choice, mean, deviation, row in zip(CHOICES, means, deviations, noise, strict=True):
        for number, rate in enumerate(RATES):
            distance = (number - BEST[choice]) % len(RATES)
            worse = (0, 0.4, 0.7, 1.0)[distance]
            last[choice, rate] = mean + worse + deviation * NOISE[row][order]
    return last


def plain(seed: int) -> Recording:
    return Recording(losses(seed, (0.5, 0.7, 0.9)))


def overtaken(seed: int) -> Recording:
    """One learning rate is the best for a while, and ends as the second."""
    dips = {(choice, RATES[BEST[choice] - 1]): 0.1 for choice in CHOICES}
    return Recording(losses(seed, (0.5, 0.7, 0.9)), dips)


def lucky(seed: int) -> Recording:
    """One learning rate has a single good seed; another is good but for two seeds."""
    last = losses(seed, (0.5, 0.52, 0.54))
    for choice, place in zip(CHOICES, (0, 5, 3), strict=True):
        once, mostly = RATES[BEST[choice] - 1], RATES[BEST[choice] - 2]
        last[choice, once] = np.where(np.arange(6) == place, 0.05, 0.9)
        last[choice, mostly] = np.where(np.arange(6) % 3 == 1, 1.5, 0.4)
    return Recording(last)


def diverging(seed: int) -> Recording:
    """One learning rate is the best with all seeds but one, with which it diverges."""
    last = losses(seed, (0.5, 0.7, 0.9))
    for choice, rate, place in zip(CHOICES, (RATES[3], RATES[0], RATES[2]), (2, 0, 5), strict=True):
        last[choice, rate] = np.where(np.arange(6) == place, np.nan, 0.2)
    return Recording(last)


def scattered(seed: int) -> Recording:
    """The choices' noise is the same but for its size."""
    return Recording(losses(seed, (0.4, 1.0, 1.6), (0.01, 0.05, 0.02), (0, 0, 0)))


def clear(seed: int, winner: str) -> Recording:
    """One choice is ahead of the others, by little, but far more than its seeds differ."""
    means = [0.503, 0.503002, 0.503004]
    means[CHOICES.index(winner)] = 0.5
    return Recording(losses(seed, tuple(means), (1e-4, 1e-4, 1e-4)))


def apart(seed: int) -> Recording:
    """All are far apart: a highest mean that wins does so by every rule."""
    return Recording(losses(seed, (0.5, 0.7, 0.9), (1e-3, 1e-3, 1e-3)))


def ahead_of_two(seed: int) -> Recording:
    """B is ahead of two that are alike."""
    return Recording(losses(seed, (0.9, 0.5, 0.9000002), (1e-3, 1e-3, 1e-3)))


def close(seed: int) -> Recording:
    """C is ahead of A, though by far less than its seeds differ; B is far behind."""
    return Recording(losses(seed, (5.15, 60, 5), (3, 3, 3)))


def all_close(seed: int) -> Recording:
    return Recording(losses(seed, (0.5005, 0.5002, 0.5)))


def wide(seed: int, choice: str) -> Recording:
    """A is hardly ahead of B, and only one of the two scatters: far more than they differ.

    C is far behind by every rule.
    """
    deviations = {"A": (0.2, 0.001, 0.001), "B": (0.001, 0.2, 0.001)}[choice]
    return Recording(losses(seed, (0.5, 0.508, 20), deviations))


def compared(answer: ModuleType, train: Recording) -> tuple[Any, dict[str, Any]]:
    """What `compare` makes of these curves: the winner as it is, and the results in floats.

    Raises:
        Failed: if it is not what the statement asks for.
    """
    value = answer.compare(train, list(CHOICES), list(RATES), list(SEEDS))
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Failed(CALL, "the tuple (winner, results)", described(value))
    winner, results = value
    if not isinstance(results, dict) or set(results) != set(CHOICES):
        raise Failed(CALL, "results, a dictionary with the keys A, B, C", described(results))
    numbers = {}
    for choice in CHOICES:
        result = results[choice]
        names = ("learning_rate", "mean", "spread")
        if not isinstance(result, dict) or not all(name in result for name in names):
            expected = f"results[{choice!r}], a dictionary with the keys {', '.join(names)}"
            raise Failed(CALL, expected, described(result))
        for name in names:
            if np.ndim(result[name]) or not isinstance(result[name], int | float | np.generic):
                expected = f"results[{choice!r}][{name!r}] is a number"
                raise Failed(CALL, expected, described(result[name]))
        numbers[choice] = {name: float(result[name]) for name in names}
    return winner, numbers


def listed(values: np.ndarray) -> str:
    return " ".join(f"{value:.4g}" for value in values)


@CHECKS.add("behaviour in training")
def trains_everything(answer: ModuleType, tier: Tier, seed: int) -> None:
    train = plain(seed)
    compared(answer, train)
    every = set(product(CHOICES, RATES, SEEDS))
    count = f"a run of every choice at every learning rate with every seed, {len(every)} in all"
    if foreign := sorted(train.calls - every):
        raise Failed(CALL, count, f"train{foreign[0]}, whose seed is none of seeds")
    if missing := sorted(every - train.calls):
        got = f"{len(missing)} of them are missing, such as train{missing[0]}"
        raise Failed(CALL, count, got)


def expect_best(answer: ModuleType, train: Recording) -> None:
    _, results = compared(answer, train)
    for choice in CHOICES:
        rate, right = results[choice]["learning_rate"], RATES[BEST[choice]]
        if rate == right:
            continue
        name = f"results[{choice!r}]['learning_rate']"
        after = f"whose runs end at {listed(train.last[choice, right])}"
        if rate not in RATES:
            raise Failed(CALL, f"{name} = {right}, {after}", f"{rate:g}, which was not given")
        curve = train.curves[choice, rate][1]
        runs = f"whose runs end at {listed(train.last[choice, rate])}"
        if (choice, rate) in train.dips:
            runs += f"; seed {SEEDS[1]}: {listed(curve)}"
        raise Failed(CALL, f"{name} = {right}, {after}", f"{rate}, {runs}")


@CHECKS.add("behaviour in training")
def best_learning_rate(answer: ModuleType, tier: Tier, seed: int) -> None:
    for scenario in (plain, overtaken, lucky):
        expect_best(answer, scenario(seed))


@CHECKS.add("behaviour in training")
def diverged_runs(answer: ModuleType, tier: Tier, seed: int) -> None:
    expect_best(answer, diverging(seed))


@CHECKS.add("behaviour in training")
def mean_over_the_seeds(answer: ModuleType, tier: Tier, seed: int) -> None:
    for train in (plain(seed), lucky(seed)):
        _, results = compared(answer, train)
        for choice in CHOICES:
            last = train.last[choice, RATES[BEST[choice]]]
            got = results[choice]["mean"]
            if not abs(got - last.mean()) <= 1e-6:
                expected = f"results[{choice!r}]['mean'] = {last.mean():.6g}, of {listed(last)}"
                raise Failed(CALL, expected, f"{got:.6g}")


@CHECKS.add("behaviour in training")
def spread_over_the_seeds(answer: ModuleType, tier: Tier, seed: int) -> None:
    for train in (lucky(seed), scattered(seed)):
        _, results = compared(answer, train)
        for choice in CHOICES:
            last = train.last[choice, RATES[BEST[choice]]]
            got, deviation = results[choice]["spread"], last.std()
            if not 0.2 * deviation <= got <= 6 * deviation:
                expected = (
                    f"results[{choice!r}]['spread'] near {deviation:.2g}, the standard deviation"
                    f" of {listed(last)}"
                )
                raise Failed(CALL, expected, f"{got:.4g}")
    ratio = results["B"]["spread"] / results["A"]["spread"]
    if not 2.5 <= ratio <= 10:
        expected = "a spread of B 5 times that of A, where the seeds differ by 5 times as much"
        raise Failed(CALL, expected, f"{ratio:.4g} times")


def best_two(train: Recording) -> str:
    """The two best choices, as mean and standard deviation."""
    ends = {choice: train.last[choice, RATES[BEST[choice]]] for choice in CHOICES}
    best = sorted(CHOICES, key=lambda choice: ends[choice].mean())[:2]
    return " and ".join(f"{c} at {ends[c].mean():.4g} ± {ends[c].std():.2g}" for c in best)


def expect_winner(answer: ModuleType, train: Recording, expected: str) -> None:
    winner, _ = compared(answer, train)
    if not isinstance(winner, str) or winner != expected:
        raise Failed(
            CALL, f"winner {expected!r}: the best are {best_two(train)}", described(winner)
        )


@CHECKS.add("behaviour in training")
def clear_winner(answer: ModuleType, tier: Tier, seed: int) -> None:
    for choice in CHOICES:
        expect_winner(answer, clear(seed, choice), choice)


@CHECKS.add("behaviour in training")
def undecided_within_the_spread(answer: ModuleType, tier: Tier, seed: int) -> None:
    for train in (close(seed), all_close(seed), wide(seed, "A"), wide(seed, "B")):
        expect_winner(answer, train, "undecided")


def probes(answer: ModuleType, seed: int) -> list[Callable[[], Any]]:
    """What `compare` returns and calls, one thing at a time.

    What comes of runs that are missing is no mark: it depends on all the rest of the answer. Nor is
    what follows from an earlier wrong number: it counts where it was made.
    """
    best = [RATES[BEST[choice]] for choice in CHOICES]

    @cache
    def asked() -> tuple[list[Any], Any]:
        train = plain(seed)
        value = answer.compare(train, list(CHOICES), list(RATES), list(SEEDS))
        return sorted(train.calls), value

    def of(scenario: Callable[..., Recording], *which: str) -> tuple[Any, dict[str, Any]]:
        if asked()[0] != sorted(product(CHOICES, RATES, SEEDS)):
            raise Failed(CALL, "all runs", "some of them")
        return made_of(scenario, *which)

    @cache
    def made_of(scenario: Callable[..., Recording], *which: str) -> tuple[Any, dict[str, Any]]:
        return compared(answer, scenario(seed, *which))

    def form() -> str:
        value = asked()[1]
        if not isinstance(value, tuple | list):
            return type(value).__name__
        return " ".join("word" if isinstance(v, str) else type(v).__name__ for v in value)

    def number(scenario: Callable[[int], Recording], name: str) -> list[float]:
        return [of(scenario)[1][choice][name] for choice in CHOICES]

    def ends(train: Recording, rates: list[float]) -> list[float]:
        """Each choice's mean loss at its learning rate."""
        return [train.last[pair].mean() for pair in zip(CHOICES, rates, strict=True)]

    def mean(scenario: Callable[[int], Recording]) -> list[float] | str:
        train, returned = scenario(seed), number(scenario, "mean")
        chosen = ends(train, number(scenario, "learning_rate"))
        # Where a run diverged, the mean may be written as infinity.
        finite = [
            np.nan_to_num(numbers, nan=np.inf, posinf=np.inf) for numbers in (returned, chosen)
        ]
        follows = np.allclose(*finite, rtol=1e-6)
        if follows:
            return ends(train, best)
        return "of the best" if np.allclose(returned, ends(train, best)) else returned

    def ratios() -> list[float]:
        spreads = number(scattered, "spread")
        return [spreads[1] / spreads[0], spreads[2] / spreads[0]]

    def by_the_other_rates() -> Any:
        if any(number(s, "learning_rate") != best for s in (lucky, plain)):
            return [1.0] * len(CHOICES)
        return np.divide(number(lucky, "spread"), number(plain, "spread"))

    def winner(expected: str, scenario: Callable[..., Recording], *which: str) -> str:
        found, results = of(scenario, *which)
        returned = [results[choice]["mean"] for choice in CHOICES]
        return str(found) if np.allclose(returned, ends(scenario(seed, *which), best)) else expected

    winners = {apart: "A", ahead_of_two: "B", close: "undecided", all_close: "undecided"}
    return [
        lambda: asked()[0],
        form,
        *(lambda s=s: number(s, "learning_rate") for s in (plain, overtaken, lucky, diverging)),
        *(lambda s=s: mean(s) for s in (plain, overtaken, diverging, lucky)),
        ratios,
        by_the_other_rates,
        *(lambda s=s, w=w: winner(w, s) for s, w in winners.items()),
        *(lambda choice=choice: winner(choice, clear, choice) for choice in CHOICES),
        *(lambda choice=choice: winner("undecided", wide, choice) for choice in CHOICES[:2]),
    ]
