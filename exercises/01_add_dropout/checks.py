"""Judges exercise 01: `Dropout`, and `with_dropout`.

Every mask is read off the output. Where a share is judged, a right answer strays from p by six
standard deviations once in 500 million draws, and further it may not.
"""

import math
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier, unchanged
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, expect_close, expect_shape

METADATA = Metadata(
    level="intermediate",
    minutes=40,
    after=("11",),
    teaches="a layer that is random in training and does nothing in evaluation; its gradient",
    names=("Dropout", "with_dropout"),
    refused=("nn.Dropout", "F.dropout", "nn.functional.dropout", "dropout", "nn.AlphaDropout"),
    shown={
        "numpy": (("numpy/layers_numpy.py", "Dropout"),),
        "lowlevel": (("pytorch_lowlevel/layers_lowlevel.py", "Dropout"),),
        "paper": (("paper/mlp_paper.py", "MLP.__init__"),),
    },
    questions=(
        "A backward that uses the last training mask, even after an evaluation pass, is refused"
        " by the check. Why would no training of the tier notice it?",
        "A network with dropout often has a higher loss on the training set than on the"
        " validation set. Why is that not a sign of a mistake?",
    ),
    experiment="numpy/train_numpy.py --dataset digits --dropout 0.5",
    playground="dataset=moons&count=60&noise=0.3&hidden=32,32&dropout=0.5",
)
CHECKS = Checks()
SHAPE = (100, 80)
RATES = (0.2, 0.7)


def make(answer: ModuleType, tier: Tier, p: float, training: bool = True) -> Any:
    layer = answer.Dropout(p)
    tier.set_training(layer, training)
    return layer


def inputs(seed: int) -> np.ndarray:
    """Entries between 1 and 2 in size, half of them negative."""
    generator = np.random.default_rng((1, seed))
    return generator.uniform(1, 2, SHAPE) * generator.choice([-1, 1], SHAPE)


def output(answer: ModuleType, tier: Tier, p: float, X: np.ndarray) -> np.ndarray:
    """What a new layer makes of X in training."""
    layer = make(answer, tier, p)
    return tier.numbers("forward(X)", tier.forward(layer, tier.array(X)))


def furthest(p: float, count: int) -> float:
    return 6 * np.sqrt(p * (1 - p) / count)


@CHECKS.add("signature")
def begins_in_training(answer: ModuleType, tier: Tier, seed: int) -> None:
    training = getattr(answer.Dropout(0.2), "training", None)
    if training is not True:
        raise Failed("Dropout(0.2).training", "True", str(training))


@CHECKS.add("shapes and dtype")
def shape_and_dtype(answer: ModuleType, tier: Tier, seed: int) -> None:
    for dtype in ("float32", "float64"):
        for training in (True, False):
            layer = make(answer, tier, 0.2, training)
            X = tier.array(inputs(seed)[:5, :3], dtype)
            mode = "training" if training else "evaluation"
            results = zip(("forward", "backward"), tier.backward(layer, X, X * 1), strict=True)
            for name, result in results:
                call = f"{name} in {mode}, of a {dtype} array of shape (5, 3)"
                expect_shape(call, result, (5, 3))
                if tier.dtype(call, result) != dtype:
                    raise Failed(call, dtype, tier.dtype(call, result))


@CHECKS.add("input unchanged")
def input_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer = make(answer, tier, 0.2)
    X, G = tier.array(inputs(seed)), tier.array(inputs(seed + 1))
    tier.forward(layer, X)
    unchanged(tier, "forward(X)", X, inputs(seed), "X")
    tier.backward(layer, X, G)
    unchanged(tier, "backward(grad_Y)", G, inputs(seed + 1), "grad_Y")


def factors(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """What the kept entries were multiplied by: one number, if all is well."""
    return np.unique((Y / X)[Y != 0].round(6))


@CHECKS.add("values")
def kept_entries(answer: ModuleType, tier: Tier, seed: int) -> None:
    X = inputs(seed)
    for p in (*RATES, 0.0):
        Y = output(answer, tier, p, X)
        ratios = factors(X, Y)
        if ratios.size and np.abs(ratios - 1 / (1 - p)).max() > 1e-5:
            got = " and ".join(f"x times {ratio:g}" for ratio in ratios[:3])
            kept = f"each entry is 0 or x times {1 / (1 - p):g}"
            raise Failed(f"Dropout({p}).forward(X) in training", kept, got)


@CHECKS.add("values")
def evaluation(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer, X = make(answer, tier, 0.7), inputs(seed)
    tier.forward(layer, tier.array(X))
    tier.set_training(layer, False)
    call = "Dropout(0.7).forward(X) in evaluation"
    expect_close(call, tier.numbers(call, tier.forward(layer, tier.array(X))), X, what="X: ")


def distinct(mask: np.ndarray) -> tuple[bool, bool]:
    """Whether no two rows are equal, and no two columns."""
    rows, columns = (np.unique(mask, axis=axis).shape == mask.shape for axis in (0, 1))
    return rows, columns


@CHECKS.add("properties")
def entries_on_their_own(answer: ModuleType, tier: Tier, seed: int) -> None:
    for p in RATES:
        differing = distinct(output(answer, tier, p, inputs(seed)) != 0)
        for differ, what in zip(differing, ("rows", "columns"), strict=True):
            if not differ:
                call = f"Dropout({p}).forward(X) in training, X of shape {SHAPE}"
                kept = "each entry is dropped or kept independently"
                raise Failed(call, kept, f"some {what} drop the same entries")


@CHECKS.add("properties")
def share_dropped(answer: ModuleType, tier: Tier, seed: int) -> None:
    for p in (*RATES, 0.0):
        share = (output(answer, tier, p, inputs(seed)) == 0).mean()
        if abs(share - p) > furthest(p, inputs(seed).size):
            call = f"Dropout({p}).forward(X) in training, X of shape {SHAPE}"
            raise Failed(call, f"about {p:.0%} of the entries are 0", f"{share:.1%}")


def fixed_number(answer: ModuleType, tier: Tier, p: float, X: np.ndarray) -> str:
    """Where the number of zeros is fixed; empty if it varies as that of separate draws does."""
    layer = make(answer, tier, p)
    masks = [tier.numbers("forward(X)", tier.forward(layer, tier.array(X))) == 0 for _ in range(6)]
    one = masks[0]
    alike = [(one == part).all() for part in (one[:1], one[:, :1], *masks[1:])]
    if any(alike):  # which is judged elsewhere
        return ""
    for axis, where in ((1, "row"), (0, "column")):
        # A right answer is below a quarter of the variance once in 10 billion draws.
        if one.sum(axis=axis).var() < p * (1 - p) * SHAPE[axis] / 4:
            return where
    return "pass" if len({mask.sum() for mask in masks}) == 1 else ""


@CHECKS.add("properties")
def number_varies(answer: ModuleType, tier: Tier, seed: int) -> None:
    for p in RATES:
        where = fixed_number(answer, tier, p, inputs(seed))
        if where:
            call = f"Dropout({p}).forward(X) in training, X of shape {SHAPE}"
            kept = f"each entry is drawn independently: the number of zeros in a {where} varies"
            raise Failed(call, kept, f"(almost) the same number of zeros in each {where}")


@CHECKS.add("gradients")
def gradient_through_the_mask(answer: ModuleType, tier: Tier, seed: int) -> None:
    X, G = inputs(seed), inputs(seed + 1)
    for p in RATES:
        layer = make(answer, tier, p)
        Y, grad_X = tier.backward(layer, tier.array(X), tier.array(G))
        call = f"Dropout({p}): forward(X), then backward(grad_Y), in training"
        mask = tier.numbers(call, Y) / X
        expect_close(call, tier.numbers(call, grad_X), G * mask, what="grad_Y times Y's mask: ")


@CHECKS.add("gradients")
def gradient_where_the_input_is_zero(answer: ModuleType, tier: Tier, seed: int) -> None:
    X, G = np.zeros(SHAPE), np.ones(SHAPE)
    for p in RATES:
        _, grad_X = tier.backward(make(answer, tier, p), tier.array(X), tier.array(G))
        call = f"Dropout({p}): forward(zeros), then backward(ones)"
        share = (tier.numbers(call, grad_X) == 0).mean()
        usual = (output(answer, tier, p, inputs(seed)) == 0).mean()
        if abs(share - usual) > 2 * furthest(p, X.size):
            wanted = f"about {usual:.0%} of the gradient is 0: what was dropped, and no more"
            raise Failed(call, wanted, f"{share:.1%}")


@CHECKS.add("gradients")
def gradient_in_evaluation(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer, G = make(answer, tier, 0.7), inputs(seed + 1)
    tier.forward(layer, tier.array(inputs(seed)))
    tier.set_training(layer, False)
    _, grad_X = tier.backward(layer, tier.array(inputs(seed)), tier.array(G))
    call = "forward(X) in training, forward(X) in evaluation, then backward(grad_Y)"
    expect_close(call, tier.numbers(call, grad_X), G, what="grad_Y as it is: ")


def after_a_switch(answer: ModuleType, tier: Tier, p: float, training: bool, seed: int) -> Any:
    """What backward makes of a forward pass, if `training` has become another since then."""
    layer = make(answer, tier, p, training)
    output = layer.forward(tier.array(inputs(seed)))
    tier.set_training(layer, not training)
    return output, layer.backward(tier.array(inputs(seed + 1)))


@CHECKS.add("gradients")
def gradient_of_the_last_forward(answer: ModuleType, tier: Tier, seed: int) -> None:
    if tier.name != "numpy":  # elsewhere autograd remembers
        return
    X, G = inputs(seed), inputs(seed + 1)
    for training in (True, False):
        layer = make(answer, tier, 0.7, training)
        Y, grad_X = tier.backward(layer, tier.array(X), tier.array(G))
        if not np.allclose(grad_X, G * (Y / X)):
            continue  # judged elsewhere
        Y, grad_X = after_a_switch(answer, tier, 0.7, training, seed)
        mode = "training" if training else "evaluation"
        call = f"forward(X) in {mode}, then backward(grad_Y), training set to {not training}"
        wanted = G * (tier.numbers(call, Y) / X)
        expect_close(call, tier.numbers(call, grad_X), wanted, what="grad_Y times Y's mask: ")


@CHECKS.add("behaviour in training")
def fresh_mask(answer: ModuleType, tier: Tier, seed: int) -> None:
    layer, X = make(answer, tier, 0.2), tier.array(inputs(seed))
    first, second = (tier.numbers("forward(X)", tier.forward(layer, X)) for _ in range(2))
    if np.array_equal(first == 0, second == 0):
        call = "Dropout(0.2): forward(X) twice in training"
        raise Failed(call, "a new mask for each call", "the same entries were dropped")


def arrangement(answer: ModuleType, tier: Tier) -> tuple[str, bool, bool]:
    """Where `with_dropout` puts its layers; whether each is its own; whether the list is changed.

    The places are letters: L linear, a activation, D dropout, ? anything else.
    """
    given = tier.mlp_layers((4, 5, 3, 2))
    handed = list(given)
    returned: Sequence[Any] = list(answer.with_dropout(handed, 0.3))
    letters = {id(layer): "La"[i % 2] for i, layer in enumerate(given)}
    dropout = [layer for layer in returned if isinstance(layer, answer.Dropout)]
    letters |= {id(layer): "D" for layer in dropout}
    places = "".join(letters.get(id(layer), "?") for layer in returned)
    own = len({id(layer) for layer in dropout}) == len(dropout)
    changed = len(handed) != len(given) or any(
        one is not other for one, other in zip(handed, given, strict=False)
    )
    return places, own, changed


CALL = "with_dropout(layers, 0.3), layers = [L, a, L, a, L]"


@CHECKS.add("input unchanged")
def list_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    if arrangement(answer, tier)[2]:
        raise Failed(CALL, "a new list, and layers unchanged", "layers itself was changed")


@CHECKS.add("values")
def places_in_the_network(answer: ModuleType, tier: Tier, seed: int) -> None:
    places = arrangement(answer, tier)[0]
    if places != "LaDLaDL":
        raise Failed(CALL, "[L, a, D, L, a, D, L]", f"[{', '.join(places)}]")


@CHECKS.add("properties")
def rate_in_the_network(answer: ModuleType, tier: Tier, seed: int) -> None:
    X = inputs(seed)
    usual = factors(X, output(answer, tier, 0.3, X))
    layers = answer.with_dropout(tier.mlp_layers((4, 5, 3, 2)), 0.3)
    for layer in (layer for layer in layers if isinstance(layer, answer.Dropout)):
        tier.set_training(layer, True)
        found = factors(X, tier.numbers("forward(X)", tier.forward(layer, tier.array(X))))
        if found.shape == usual.shape == (1,) and abs(found[0] - usual[0]) > 1e-5:
            wanted = f"layers like Dropout(0.3), which multiplies by {usual[0]:g}"
            raise Failed(CALL, wanted, f"one that multiplies by {found[0]:g}")


@CHECKS.add("properties")
def layers_of_their_own(answer: ModuleType, tier: Tier, seed: int) -> None:
    if not arrangement(answer, tier)[1]:
        raise Failed(CALL, "a separate Dropout in each place", "one object in several places")


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """What tells one mistake from another, free of chance."""
    p = (0.7, 0.4)[seed % 2]
    X, G = inputs(seed), inputs(seed + 1)

    def named(share: float) -> str:
        """Where the share of zeros comes from: these are 0.04 apart, seven standard deviations."""
        below = (1 + math.erf(p / math.sqrt(2))) / 2  # of normal numbers, this share is below p
        known = {"none": 0, "p": p, "1 - p": 1 - p, "half": 0.5, "randn": below, "all": 1}
        known["from -1"] = (1 + p) / 2
        distance, nearest = min((abs(share - value), key) for key, value in known.items())
        return nearest if distance < 0.04 else "another"

    def summary(ratios: np.ndarray) -> Any:
        """The one factor, and the share of zeros where that does not hang on few draws."""
        if ratios.shape != SHAPE:
            return "another shape"
        factor = factors(np.ones(SHAPE), ratios)
        steady = all(distinct(ratios != 0)) or bool(ratios.all())
        share = named((ratios == 0).mean()) if steady else "not steady"
        kept = ratios != 0
        alike = [bool((kept == part).all()) for part in (kept[:1], kept[:, :1])]
        return [*(factor if factor.size == 1 else [factor.size > 1]), share, *alike]

    def evaluated(which: int) -> Any:
        """In words where evaluation does the same as training, whatever may be wrong with that."""
        layer = make(answer, tier, p)
        results = []
        for training in (True, False):
            tier.set_training(layer, training)
            result = tier.backward(layer, tier.array(X), tier.array(G))[which]
            results.append(summary(tier.numbers("", result) / (X, G)[which]))
        drops = results[0][1] != "none"
        return "as in training" if drops and results[0] == results[1] else str(results[1])

    def nothing_dropped() -> Any:
        """With p = 0, and only where nothing is wrong with another p: a factor shows there."""
        dropped = summary(output(answer, tier, p, X) / X)
        right = dropped == [round(1 / (1 - p), 6), "p", False, False]
        return str(summary(output(answer, tier, 0.0, X) / X)) if right else "as with another p"

    def trained() -> Any:
        Y, grad_X = tier.backward(make(answer, tier, p), tier.array(X), tier.array(G))
        mask, back = tier.numbers("", Y) / X, tier.numbers("", grad_X) / G
        return str([summary(mask), summary(back), np.array_equal(mask == 0, back == 0)])

    def changes() -> Any:
        handed = tier.array(X), tier.array(G)
        layer = make(answer, tier, p)
        tier.forward(layer, handed[0])
        changed = [bool((tier.numbers("", handed[0]) != X).any())]
        tier.backward(layer, *handed)
        return [*changed, bool((tier.numbers("", handed[1]) != G).any())]

    def switched(training: bool) -> Any:
        if tier.name != "numpy":
            return "autograd"
        Y, grad_X = (
            tier.numbers("", part) for part in after_a_switch(answer, tier, p, training, seed)
        )
        mask = Y / X
        return bool(np.allclose(grad_X, G * mask))

    def repeats() -> Any:
        layer = make(answer, tier, p)
        one, two = (tier.numbers("", tier.forward(layer, tier.array(X))) for _ in range(2))
        return np.array_equal(one == 0, two == 0)

    def at_zero() -> Any:
        zeros = tier.array(np.zeros(SHAPE))
        _, grad_X = tier.backward(make(answer, tier, p), zeros, tier.array(G))
        return str(summary(tier.numbers("", grad_X) / G))

    def dtype(training: bool, which: int) -> Any:
        X = tier.array(np.ones((5, 3)), "float32")
        result = tier.backward(make(answer, tier, p, training), X, X * 1)[which]
        return f"{result.dtype} {tuple(result.shape)}".split(".")[-1]

    def rate() -> Any:
        layers = answer.with_dropout(tier.mlp_layers((4, 5, 3, 2)), 0.3)
        made = [layer for layer in layers if isinstance(layer, answer.Dropout)]
        outputs = [tier.numbers("", tier.forward(layer, tier.array(X))) for layer in made]
        return str([summary(Y / X)[0] for Y in outputs])

    return [
        lambda: str(getattr(answer.Dropout(p), "training", None)),
        *(trained, changes, repeats, at_zero),
        lambda: fixed_number(answer, tier, p, X),
        nothing_dropped,
        *(lambda which=which: evaluated(which) for which in (0, 1)),
        *(lambda training=training: switched(training) for training in (True, False)),
        *(lambda t=t, which=which: dtype(t, which) for t in (True, False) for which in (0, 1)),
        *(lambda part=part: arrangement(answer, tier)[part] for part in range(3)),
        rate,
    ]


TRIED = {"dropout": 0.2}


def in_network(answer: ModuleType, layers: list[Any]) -> list[Any]:
    """The layers of a network, with the answer's dropout in place of the tier's own."""
    bare = [layer for layer in layers if type(layer).__name__ != "Dropout"]
    return list(answer.with_dropout(bare, TRIED["dropout"]))
