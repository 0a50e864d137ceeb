"""Judges exercise 09: the penalty, its gradients, the L2 step and the decoupled step.

The tier's optimizers make the steps, without the weight decay that they have themselves; what comes
of them is compared with the same steps in tier 1. The first step of SGD is the same in both kinds.
"""

from collections.abc import Callable
from functools import cache, partial
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import NumPyTier, Tier
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import (
    Checks,
    Failed,
    described,
    expect_close,
    expect_shape,
    one_number,
)

METADATA = Metadata(
    level="advanced",
    minutes=45,
    after=("03",),
    teaches="a penalty that goes through the optimizer, and a decay that bypasses it",
    names=("penalty", "penalty_gradients", "l2_step", "decoupled_step"),
    refused=(
        *("optim.SGD", "optim.Adam", "optim.AdamW"),
        *("torch.optim.SGD", "torch.optim.Adam", "torch.optim.AdamW"),
    ),
    shown={
        tier: ((file, "Adam.update"), (file, "AdamW.update"), (file, "Optimizer.decays"))
        for tier, file in (
            ("numpy", "numpy/optimizers_numpy.py"),
            ("lowlevel", "pytorch_lowlevel/optimizers_lowlevel.py"),
        )
    },
    questions=(
        "Adam divides by the size of a weight's gradients. Which weights does its L2 step hardly"
        " decay, and how is that with the decoupled step?",
        "A layer is followed by batch normalization, so that its scale does not matter to the"
        " output. What does the decay of its weights change all the same?",
    ),
    experiment="numpy/train_numpy.py --dataset digits --optimizer adamw --weight-decay 0.1",
    playground="dataset=moons&count=60&noise=0.3&hidden=32,32&weight_decay=0.01",
)
CHECKS = Checks()
Arrays = dict[str, np.ndarray]
SMALL = {"weight": np.array([[2.0, -4.0]]), "bias": np.array([3.0])}
SMALL_TEXT = '{"weight": [[2, -4]], "bias": [3]}'
DECAY, RATE, STEPS = 0.3, 0.25, 3
H = 1e-5
OPTIMIZERS = ("SGD with momentum", "Adam")
KINDS = ("l2_step", "decoupled_step")


def random_parameters(seed: int) -> Arrays:
    """As of a network with batch normalization, whose scale and shift are in layers.1."""
    generator = np.random.default_rng((10, seed))
    shapes = {"layers.0.weight": (3, 4), "layers.1.weight": (3,), "layers.1.bias": (3,)}
    shapes |= {"layers.3.weight": (2, 3), "layers.3.bias": (2,)}
    return {
        name: generator.uniform(0.5, 2, shape) * generator.choice([-1, 1], shape)
        for name, shape in shapes.items()
    }


def random_gradients(parameters: Arrays, seed: int, step: int) -> Arrays:
    generator = np.random.default_rng((11, seed, step))
    return {name: generator.normal(size=array.shape) for name, array in parameters.items()}


def examples(seed: int) -> list[tuple[str, Arrays]]:
    """Parameters, and what to call them: some to do in the head, then more."""
    parameters = random_parameters(seed)
    shapes = ", ".join(str(array.shape) for array in parameters.values())
    return [(SMALL_TEXT, SMALL), (f"parameters of shapes {shapes}", parameters)]


def handed(tier: Tier, parameters: Arrays) -> dict[str, Any]:
    """The parameters as new arrays of the tier."""
    arrays = {name: tier.array(array) for name, array in parameters.items()}
    if tier.name != "numpy":
        arrays = {name: tensor.requires_grad_() for name, tensor in arrays.items()}
    return arrays


def only(parameters: Arrays, axes: int) -> Arrays:
    """The parameters, those with another number of axes being 0."""
    return {name: array * (array.ndim == axes) for name, array in parameters.items()}


def true_penalty(parameters: Arrays) -> float:
    return DECAY / 2 * sum(float((W**2).sum()) for W in parameters.values() if W.ndim == 2)


def penalty_of(answer: ModuleType, tier: Tier, text: str, parameters: Arrays) -> tuple[str, float]:
    call = f"penalty({text}, {DECAY})"
    return call, one_number(call, answer.penalty(handed(tier, parameters), DECAY))


def gradients_of(
    answer: ModuleType, tier: Tier, text: str, parameters: Arrays, decay: float = DECAY
) -> tuple[str, Any]:
    call = f"penalty_gradients({text}, {decay})"
    gradients = answer.penalty_gradients(handed(tier, parameters), decay)
    if not isinstance(gradients, dict):
        raise Failed(call, "a dictionary", described(gradients))
    return call, gradients


@CHECKS.add("shapes and dtype")
def names_and_shapes(answer: ModuleType, tier: Tier, seed: int) -> None:
    cases = [(*example, decay) for decay in (DECAY, 0.0) for example in examples(seed)]
    for text, parameters, decay in cases:
        call, gradients = gradients_of(answer, tier, text, parameters, decay)
        if gradients.keys() != parameters.keys():
            raise Failed(call, f"the keys {', '.join(parameters)}", ", ".join(gradients) or "none")
        for name, array in parameters.items():
            expect_shape(f"{call}[{name!r}]", gradients[name], array.shape)


def touched(answer: ModuleType, tier: Tier, function: str) -> list[str]:
    """What a function that only computes has changed of the parameters."""
    parameters = handed(tier, SMALL)
    getattr(answer, function)(parameters, DECAY)
    same = {k: np.array_equal(tier.numbers("", parameters[k]), SMALL[k]) for k in SMALL}
    changed = [f"{name} was changed" for name in SMALL if not same[name]]
    filled = [k for k in SMALL if getattr(parameters[k], "grad", None) is not None]
    return changed + [f"the .grad of {name} was filled" for name in filled]


@CHECKS.add("input unchanged")
def parameters_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    for function in ("penalty", "penalty_gradients"):
        found = touched(answer, tier, function)
        if found:
            call = f"{function}({SMALL_TEXT}, {DECAY})"
            raise Failed(call, "the parameters are unchanged", ", ".join(found))


def one_step(answer: ModuleType, tier: Tier, kind: str) -> tuple[Any, list[str], list[str]]:
    """The optimizer after a step; the gradients that it changed, the parameters it replaced."""
    optimizer = make(tier, OPTIMIZERS[0], handed(tier, SMALL))
    gradients = {name: tier.array(np.ones_like(array)) for name, array in SMALL.items()}
    before, given = dict(optimizer.parameters), dict(gradients)
    getattr(answer, kind)(optimizer, given, DECAY)
    changed = [
        name
        for name, array in gradients.items()
        if given.get(name) is not array or (tier.numbers(kind, array) != 1).any()
    ]
    replaced = [name for name in before if optimizer.parameters[name] is not before[name]]
    return optimizer, changed, replaced


@CHECKS.add("input unchanged")
def gradients_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    for kind in KINDS:
        _, changed, _ = one_step(answer, tier, kind)
        if changed:
            call = f"{kind}(optimizer, gradients, {DECAY})"
            raise Failed(call, "gradients is left as it was", f"changed: {', '.join(changed)}")


@CHECKS.add("properties")
def in_place(answer: ModuleType, tier: Tier, seed: int) -> None:
    for kind in KINDS:
        *_, replaced = one_step(answer, tier, kind)
        if replaced:
            call = f"W = optimizer.parameters[{replaced[0]!r}], then {kind}(...), then W"
            raise Failed(call, "W itself is changed", "the dictionary has a new array instead")


@CHECKS.add("values")
def penalty_of_weights(answer: ModuleType, tier: Tier, seed: int) -> None:
    for text, parameters in (('{"weight": [[2, -4]], "bias": [0]}', SMALL), examples(seed)[1]):
        call, got = penalty_of(answer, tier, text, only(parameters, axes=2))
        expect_close(call, np.array(got), true_penalty(parameters))


@CHECKS.add("properties")
def penalty_of_all_else(answer: ModuleType, tier: Tier, seed: int) -> None:
    for text, parameters in examples(seed):
        call, got = penalty_of(answer, tier, text, parameters)
        # Whether the weights count rightly is judged elsewhere.
        _, expected = penalty_of(answer, tier, text, only(parameters, axes=2))
        what = "the same whatever the arrays with one axis are: "
        expect_close(call, np.array(got), expected, what=what)


@CHECKS.add("gradients")
def penalty_through_autograd(answer: ModuleType, tier: Tier, seed: int) -> None:
    if tier.name == "numpy":
        return
    call = f"R = penalty({SMALL_TEXT}, {DECAY}), then R.backward(), weight.grad"
    parameters = handed(tier, SMALL)
    R = answer.penalty(parameters, DECAY)
    if not getattr(R, "requires_grad", False):
        raise Failed(call, "R is a tensor that autograd can differentiate", described(R))
    R.sum().backward()
    if parameters["weight"].grad is None:
        raise Failed(call, "a gradient of the weight", "none")


def differences(parameters: Arrays) -> Arrays:
    """Centred differences of the penalty in each entry of each parameter."""
    gradients = {name: np.zeros_like(array) for name, array in parameters.items()}
    moved = {name: array.copy() for name, array in parameters.items()}
    for name, gradient in gradients.items():
        for place in np.ndindex(gradient.shape):
            moved[name][place] += H
            above = true_penalty(moved)
            moved[name][place] -= 2 * H
            gradient[place] = (above - true_penalty(moved)) / (2 * H)
            moved[name][place] += H
    return gradients


@CHECKS.add("gradients")
def gradients_of_the_penalty(answer: ModuleType, tier: Tier, seed: int) -> None:
    for text, parameters in examples(seed):
        call, gradients = gradients_of(answer, tier, text, parameters)
        for name, expected in differences(parameters).items():
            if name in gradients:  # names and shapes are judged elsewhere
                got = tier.numbers(call, gradients[name])
                got = np.broadcast_to(got, expected.shape) if got.ndim == 0 else got
                expect_close(f"{call}[{name!r}]", got, expected)


def make(tier: Tier, name: str, parameters: dict[str, Any]) -> Any:
    """One of the tier's optimizers that decays nothing."""
    if tier.name == "numpy":
        from optimizers_numpy import SGD, Adam
    else:
        from optimizers_lowlevel import SGD, Adam
    base, options = (SGD, {"momentum": 0.9}) if name == OPTIMIZERS[0] else (Adam, {})

    class Undecayed(base):  # type: ignore
        def decays(self, name: str) -> bool:
            return False

    return Undecayed(parameters, RATE, **options)


def after_steps(
    step: Callable[..., Any], tier: Tier, optimizer: str, parameters: Arrays, seed: int
) -> list[Arrays]:
    """The parameters after each of a few steps."""
    made = make(tier, optimizer, handed(tier, parameters))
    found = []
    for i in range(STEPS):
        gradients = random_gradients(parameters, seed, i)
        if parameters is SMALL:
            gradients = {name: np.ones_like(array) for name, array in SMALL.items()}
        step(made, {name: tier.array(array) for name, array in gradients.items()}, DECAY)
        found.append({name: tier.numbers("", array) for name, array in made.parameters.items()})
    return found


def right_l2(optimizer: Any, gradients: Arrays, weight_decay: float) -> None:
    weights = only(optimizer.parameters, axes=2)
    optimizer.step({name: gradients[name] + weight_decay * weights[name] for name in gradients})


def right_decoupled(optimizer: Any, gradients: Arrays, weight_decay: float) -> None:
    for array in optimizer.parameters.values():
        array -= optimizer.learning_rate * weight_decay * array * (array.ndim == 2)
    optimizer.step(gradients)


@cache
def expected_steps(kind: str, optimizer: str, example: int, seed: int) -> list[Arrays]:
    parameters = examples(seed)[example][1]
    right = right_l2 if kind == "l2_step" else right_decoupled
    return after_steps(right, NumPyTier(), optimizer, parameters, seed)


def judge_steps(answer: ModuleType, tier: Tier, seed: int, kind: str) -> None:
    for optimizer in OPTIMIZERS:
        for i, (_, parameters) in enumerate(examples(seed)):
            steps = after_steps(getattr(answer, kind), tier, optimizer, parameters, seed)
            right = expected_steps(kind, optimizer, i, seed)
            for count, (got, expected) in enumerate(zip(steps, right, strict=True), 1):
                for name, array in expected.items():
                    start = f"{name} of shape {array.shape}"
                    if parameters is SMALL:
                        start = f"{name} = {SMALL[name].tolist()}, gradients of 1"
                    made = f"{count} x {kind} of {optimizer}, rate {RATE}, decay {DECAY}"
                    expect_close(f"{start}, then {made}", got[name], array)


@CHECKS.add("behaviour in training")
def l2_steps(answer: ModuleType, tier: Tier, seed: int) -> None:
    judge_steps(answer, tier, seed, "l2_step")


@CHECKS.add("behaviour in training")
def decoupled_steps(answer: ModuleType, tier: Tier, seed: int) -> None:
    judge_steps(answer, tier, seed, "decoupled_step")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Each result for weights, and whether it hangs on the arrays that are not decayed."""
    text, parameters = examples(seed)[1]

    def else_counts() -> bool:
        penalties = (parameters, only(parameters, axes=2))
        one, other = (penalty_of(answer, tier, text, part)[1] for part in penalties)
        return abs(one - other) > 1e-6

    def gradients(axes: int) -> Any:
        found = gradients_of(answer, tier, text, parameters)[1]
        return {
            name: tier.numbers("", found[name]) if name in found else "missing"
            for name, array in parameters.items()
            if array.ndim == axes
        }

    def shapes(decay: float) -> str:
        found = gradients_of(answer, tier, text, parameters, decay)[1]
        return str({name: np.shape(array) for name, array in sorted(found.items())})

    def differentiable() -> bool:
        R = answer.penalty(handed(tier, SMALL), DECAY)
        return tier.name == "numpy" or bool(getattr(R, "requires_grad", False))

    def steps(kind: str, optimizer: str, count: int, axes: int) -> list[list[np.ndarray]]:
        found = after_steps(getattr(answer, kind), tier, optimizer, parameters, seed)
        return [
            [array for name, array in sorted(after.items()) if array.ndim == axes]
            for after in found[:count]
        ]

    def of_the_optimizer(kind: str) -> list[float]:
        made, *_ = one_step(answer, tier, kind)
        return [made.steps, float(made.weight_decay), float(made.learning_rate)]

    of_steps = []
    for kind in KINDS:
        of_steps += [
            partial(steps, kind, OPTIMIZERS[0], 1, 2),
            *(partial(steps, kind, optimizer, STEPS, 2) for optimizer in OPTIMIZERS),
            partial(steps, kind, OPTIMIZERS[0], STEPS, 1),
            partial(of_the_optimizer, kind),
            lambda kind=kind: one_step(answer, tier, kind)[1:],
        ]
    return [
        lambda: penalty_of(answer, tier, text, only(parameters, axes=2))[1],
        *(else_counts, partial(shapes, DECAY), partial(shapes, 0.0), differentiable),
        lambda: touched(answer, tier, "penalty"),
        lambda: touched(answer, tier, "penalty_gradients"),
        *(partial(gradients, 2), partial(gradients, 1)),
        *of_steps,
    ]
