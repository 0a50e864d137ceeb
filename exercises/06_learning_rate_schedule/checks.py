"""Judges exercise 06: three schedules, and the loop that asks them.

The expected learning rates are found otherwise than the statement says it: step decay by repeated
multiplication, the cosine from its half angle, the warm-up by interpolation.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier, unchanged
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described, expect_close

SCHEDULES = "common/schedules.py"
METADATA = Metadata(
    level="intermediate",
    minutes=45,
    after=("03",),
    teaches="schedules as functions of the step; where they start and end; a loop that counts",
    names=("step_schedule", "cosine_schedule", "warmup_cosine_schedule", "train"),
    refused=(
        "common.schedules.scheduled_learning_rate",
        "common.schedules._cosine",
        "common.schedules._warm_up",
    ),
    shown={
        "numpy": (
            (SCHEDULES, "scheduled_learning_rate"),
            (SCHEDULES, "_warm_up"),
            (SCHEDULES, "_cosine"),
        )
    },
    questions=(
        "The rise is (t + 1) / (w + 1) and not t / w. What would the first step do otherwise?",
        "A run is stopped after half of its steps. With which of the three schedules has it still"
        " trained as a run of half the length would have?",
    ),
    experiment="experiments/schedules_and_clipping.py",
    playground="dataset=spiral&hidden=16,16&schedule=warmup-cosine",
)
CHECKS = Checks()
TOLERANCE = 1e-6
MINIBATCHES, EPOCHS = 3, 4


@dataclass(frozen=True)
class Case:
    """Arguments of the schedules, rounded so that a reader can type them."""

    peak: float
    end: float  # below peak / (warmup + 1), the first rate of a warm-up
    decay_steps: int
    decay_factor: float  # below a half, since 1 - a half is a half, too
    total: int
    warmup: int


def case(seed: int) -> Case:
    generator = np.random.default_rng((6, seed))
    return Case(
        peak=round(generator.uniform(0.5, 0.9), 2),
        end=round(generator.uniform(0.02, 0.07), 2),
        decay_steps=int(generator.integers(3, 5)),
        decay_factor=round(generator.uniform(0.2, 0.4), 2),
        total=int(generator.integers(10, 14)),
        warmup=int(generator.integers(3, 6)),
    )


def rate_of(answer: ModuleType, name: str, step: int, *arguments: float) -> tuple[str, float]:
    """The call, and the learning rate that a schedule returned."""
    call = f"{name}({step}, {', '.join(map(str, arguments))})"
    value = getattr(answer, name)(step, *arguments)
    number = isinstance(value, int | float | np.integer | np.floating)
    if not number and not (isinstance(value, np.ndarray) and value.shape == ()):
        raise Failed(call, "a number", described(value))
    return call, float(value)


def step_rate(answer: ModuleType, c: Case, step: int) -> tuple[str, float]:
    return rate_of(answer, "step_schedule", step, c.peak, c.decay_steps, c.decay_factor)


def cosine_rate(answer: ModuleType, c: Case, step: int) -> tuple[str, float]:
    return rate_of(answer, "cosine_schedule", step, c.peak, c.total, c.end)


def warmup_rate(answer: ModuleType, c: Case, step: int, warmup: int) -> tuple[str, float]:
    return rate_of(answer, "warmup_cosine_schedule", step, c.peak, c.total, c.end, warmup)


def half_cosine(c: Case, step: int, begin: int = 0) -> float:
    share = (step - begin) / (c.total - begin)
    return c.peak * math.cos(math.pi * share / 2) ** 2 + c.end * math.sin(math.pi * share / 2) ** 2


def expect_rate(call: str, got: float, expected: float, peak: float, where: str) -> None:
    if not abs(got - expected) <= TOLERANCE * peak:  # so that nan is wrong, too
        raise Failed(call, f"{expected:.6g} ({where})", f"{got:.6g}")


@CHECKS.add("values")
def step_decay(answer: ModuleType, tier: Tier, seed: int) -> None:
    c = case(seed)
    expected = c.peak
    for step in range(4 * c.decay_steps):
        if step and step % c.decay_steps == 0:
            expected *= c.decay_factor
        where = f"peak times {c.decay_factor} to the power of {step // c.decay_steps}"
        expect_rate(*step_rate(answer, c, step), expected, c.peak, where)


@CHECKS.add("values")
def cosine_within(answer: ModuleType, tier: Tier, seed: int) -> None:
    c = case(seed)
    for step in range(c.total):
        where = f"step {step} of {c.total}, from {c.peak} to {c.end}"
        expect_rate(*cosine_rate(answer, c, step), half_cosine(c, step), c.peak, where)


def beyond(c: Case) -> tuple[int, ...]:
    return c.total, c.total + 1, c.total + 4, 2 * c.total


@CHECKS.add("properties")
def cosine_beyond_its_end(answer: ModuleType, tier: Tier, seed: int) -> None:
    c = case(seed)
    for step in beyond(c):
        where = f"end, from step {c.total} on"
        expect_rate(*cosine_rate(answer, c, step), c.end, c.peak, where)


@CHECKS.add("values")
def rise(answer: ModuleType, tier: Tier, seed: int) -> None:
    c = case(seed)
    for step in range(c.warmup):
        expected = np.interp(step, (-1, c.warmup), (0, c.peak))
        where = f"step {step} of the rise, whose top is step {c.warmup}"
        expect_rate(*warmup_rate(answer, c, step, c.warmup), expected, c.peak, where)


@CHECKS.add("values")
def cosine_after_the_rise(answer: ModuleType, tier: Tier, seed: int) -> None:
    c = case(seed)
    for step in range(c.warmup, c.total):
        where = f"from {c.peak} at step {c.warmup} to {c.end} at step {c.total}"
        expected = half_cosine(c, step, c.warmup)
        expect_rate(*warmup_rate(answer, c, step, c.warmup), expected, c.peak, where)


@CHECKS.add("properties")
def warmup_beyond_its_end(answer: ModuleType, tier: Tier, seed: int) -> None:
    c = case(seed)
    for step in beyond(c):
        where = f"end, from step {c.total} on"
        expect_rate(*warmup_rate(answer, c, step, c.warmup), c.end, c.peak, where)


@CHECKS.add("properties")
def no_warmup(answer: ModuleType, tier: Tier, seed: int) -> None:
    c = case(seed)
    for step in range(c.total):
        where = "without warm-up, as the cosine alone"
        expect_rate(*warmup_rate(answer, c, step, 0), half_cosine(c, step), c.peak, where)


def in_any_order(answer: ModuleType, seed: int) -> list[str]:
    """The calls whose learning rate is another one when the steps are asked for backwards."""
    c = case(seed)

    def rates(steps: Iterable[int]) -> dict[str, float]:
        return dict(
            each
            for step in steps
            for each in (
                step_rate(answer, c, step),
                cosine_rate(answer, c, step),
                warmup_rate(answer, c, step, c.warmup),
            )
        )

    forwards, backwards = rates(range(c.total)), rates(reversed(range(c.total)))
    return [
        f"{call}: {forwards[call]:.6g}, later {backwards[call]:.6g}"
        for call in forwards
        if not math.isclose(forwards[call], backwards[call], rel_tol=TOLERANCE, abs_tol=1e-12)
    ]


@CHECKS.add("properties")
def asked_in_any_order(answer: ModuleType, tier: Tier, seed: int) -> None:
    found = in_any_order(answer, seed)
    if found:
        call = f"the schedules at steps 0 to {case(seed).total - 1}, then in reverse"
        raise Failed(call, "the same learning rate for the same step", found[0])


@dataclass(frozen=True)
class Descent:
    """What the loop is given: a gradient that pulls the weights to each minibatch in its turn."""

    w: np.ndarray
    A: np.ndarray
    minibatches: list[np.ndarray]

    def gradient(self, w: np.ndarray, minibatch: np.ndarray) -> np.ndarray:
        # Not A (w - minibatch), which exchanged arguments would merely turn round.
        return self.A @ w - minibatch

    def follow(self, rates: Iterable[float]) -> np.ndarray:
        """The weights after updates with these learning rates."""
        w = self.w
        for number, rate in enumerate(rates):
            w = w - rate * self.gradient(w, self.minibatches[number % len(self.minibatches)])
        return w


def descent(seed: int, minibatches: int) -> Descent:
    generator = np.random.default_rng((66, seed))
    w, A = generator.uniform(1, 2, 2), generator.uniform(0.5, 1.5, (2, 2))
    return Descent(w, A, [generator.uniform(-2, -1, 2) for _ in range(minibatches)])


def uneven(step: float) -> float:
    """A learning rate that betrays the step it was asked for, between 0.02 and 0.16."""
    return 0.02 + 0.01 * ((5 * step + 3) % 14)


def trained(
    answer: ModuleType, d: Descent, epochs: int, schedule: Callable[[float], float]
) -> tuple[str, Any, Any]:
    """The call, and what `train` returned."""
    minibatches = list(d.minibatches)
    count = f"{len(minibatches)} minibatch{'es' * (len(minibatches) > 1)}"
    call = f"train(w, gradient, minibatches, {epochs}, schedule), {count}"
    value = answer.train(d.w.copy(), d.gradient, minibatches, epochs, schedule)
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Failed(call, "the tuple (w, rates)", described(value))
    return call, *value


# The smallest first: one update, one epoch, several.
RUNS = ((1, 1), (MINIBATCHES, 1), (MINIBATCHES, EPOCHS))


@CHECKS.add("input unchanged")
def initial_weights_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    d = descent(seed, MINIBATCHES)
    w = d.w.copy()
    answer.train(w, d.gradient, list(d.minibatches), EPOCHS, uneven)
    call = f"train(w, gradient, minibatches, {EPOCHS}, schedule)"
    unchanged(tier, call, w, d.w, "w")


@CHECKS.add("behaviour in training")
def rates_used(answer: ModuleType, tier: Tier, seed: int) -> None:
    for minibatches, epochs in RUNS:
        call, _, rates = trained(answer, descent(seed, minibatches), epochs, uneven)
        steps = minibatches * epochs
        if not isinstance(rates, tuple | list | np.ndarray) or np.ndim(rates) != 1:
            raise Failed(call, "rates is a list of numbers, one per update", described(rates))
        if len(rates) != steps:
            raise Failed(call, f"{steps} learning rates, one per update", f"{len(rates)}")
        for step, rate in enumerate(rates):
            if not abs(rate - uneven(step)) <= TOLERANCE:
                wanted = f"rates[{step}] = schedule({step}) = {uneven(step):.6g}"
                raise Failed(call, wanted, f"rates[{step}] = {rate:.6g}")


@CHECKS.add("behaviour in training")
def weights_reached(answer: ModuleType, tier: Tier, seed: int) -> None:
    for minibatches, epochs in RUNS:
        d = descent(seed, minibatches)
        call, w, _ = trained(answer, d, epochs, uneven)
        expected = d.follow(uneven(step) for step in range(minibatches * epochs))
        w = tier.numbers(f"w of {call}", w)
        expect_close(call, w, expected, what=f"w after update {minibatches * epochs} = ")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """The schedules stretch by stretch; the loop's rates, and its updates at a constant rate."""
    c, d = case(seed), descent(seed, MINIBATCHES)

    def constant(step: float) -> float:
        return 0.1

    def without_warmup() -> Any:
        """Where it works with one."""
        try:
            warmup_rate(answer, c, 0, c.warmup)
        except Exception:
            return "fails, as with a warm-up"
        return [warmup_rate(answer, c, step, 0)[1] for step in within]

    def kind() -> str:
        value = answer.train(d.w.copy(), d.gradient, list(d.minibatches), EPOCHS, uneven)
        return str(len(value)) if isinstance(value, tuple | list) else type(value).__name__

    def order() -> Any:
        """The minibatches' order, as far as no chance is in it."""
        used: list[int] = []

        def gradient(w: np.ndarray, minibatch: np.ndarray) -> np.ndarray:
            used.extend(i for i, each in enumerate(d.minibatches) if each is minibatch)
            return d.gradient(w, minibatch)

        answer.train(d.w.copy(), gradient, list(d.minibatches), EPOCHS, uneven)
        epochs = [used[i : i + MINIBATCHES] for i in range(0, len(used), MINIBATCHES)]
        given = list(range(MINIBATCHES))
        shuffled = all(sorted(epoch) == given for epoch in epochs) and used != given * len(epochs)
        return "shuffled" if shuffled else used

    def where(w: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: "shuffled" if order() == "shuffled" else w()

    def follows_its_rates() -> Any:
        _, w, rates = trained(answer, d, EPOCHS, uneven)
        return True if np.allclose(w, d.follow(rates)) else w

    def changes() -> bool:
        w = d.w.copy()
        answer.train(w, d.gradient, list(d.minibatches), EPOCHS, uneven)
        return not np.array_equal(w, d.w)

    within, after = range(c.total), range(c.warmup, c.total)
    return [
        lambda: [step_rate(answer, c, step)[1] for step in range(4 * c.decay_steps)],
        lambda: [cosine_rate(answer, c, step)[1] for step in within],
        lambda: [cosine_rate(answer, c, step)[1] for step in beyond(c)],
        lambda: [warmup_rate(answer, c, step, c.warmup)[1] for step in range(c.warmup)],
        lambda: [warmup_rate(answer, c, step, c.warmup)[1] for step in after],
        lambda: [warmup_rate(answer, c, step, c.warmup)[1] for step in beyond(c)],
        without_warmup,
        lambda: sorted({call.partition("(")[0] for call in in_any_order(answer, seed)}),
        kind,
        lambda: list(trained(answer, d, EPOCHS, uneven)[2]),
        order,
        where(lambda: trained(answer, d, EPOCHS, constant)[1]),
        where(follows_its_rates),
        changes,
    ]
