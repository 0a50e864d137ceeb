"""Judges exercise 07: a whole training on raw pixels.

All but the last check train on simple images, which are easy on purpose: a right answer is far
above every limit, whatever its width, optimizer and minibatch. Only the last check takes MNIST.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from data.datasets import DATA_ROOT
from data.errors import DatasetUnavailable, UserError
from data.mnist import MNIST, read_pixels
from exercises.checker.adapters import Tier
from exercises.checker.catalogue import PYTHON, Metadata
from exercises.checker.checking import Checks, Failed, Refused, described

from .predictors import (
    WANTED,
    Predictor,
    agreement,
    as_it_began,
    divided_in_training_alone,
    first_rows_alone,
    foreign_share,
    is_linear,
    labels_of,
    least_likely,
    mixes_images,
    named,
    one_by_one,
    predictor,
    rest_left_out,
    scaled_in_training_alone,
    share_right,
    unsteady,
    usual,
    usually,
)
from .simple_images import (
    CHANGES,
    COUNT,
    NEW,
    Data,
    ambiguous_images,
    bright_and_dark,
    example_data,
    sorted_by_label,
    with_foreign_validation,
)

METADATA = Metadata(
    level="advanced",
    minutes=90,
    after=("03", "06"),
    teaches="a whole training: scaled pixels, minibatches, what validation is for, an honest test",
    names=("train",),
    refused=("sklearn", "data", "tiers", "train_numpy", "train_lowlevel", "train_paper"),
    shown={
        "numpy": (("numpy/train_numpy.py", "train"),),
        "lowlevel": (("pytorch_lowlevel/train_lowlevel.py", "train"),),
        "paper": (("paper/train_paper.py", "train"),),
    },
    questions=(
        "98 % of 10,000 images: how far apart can two equally good networks be by chance?",
        "You chose options by their validation accuracy. Is that accuracy still a fair estimate?",
    ),
    experiment="compare.py",
    in_browser="In the browser the check trains on 2,000 images of MNIST and demands that 85 % of"
    " 1,000 test images are classified correctly. All images and the 98 % are for the exercise on"
    " your own computer.",
    seconds=120.0,
)
CHECKS = Checks()
ODD_COUNT = 1111
FEW = 60
WANTED_OF_MNIST = 9_800
# A browser has no room for MNIST: a few images come along there, and fewer can be demanded of them.
FEW_OF_MNIST = DATA_ROOT / "few_images.npz"
WANTED_OF_FEW = 0.85
WANTED_OF_GREY = 0.75  # of which half can be had by the pattern alone


def expect_learnt(call: str, predict: Predictor, data: Data) -> None:
    right = share_right(predict, data)
    if right < WANTED:
        wanted = f"{WANTED:.0%} or more of {NEW} new images of the same ten patterns recognized"
        chance = ", far below the 10 % of chance" if right < 0.02 else ""
        raise Failed(f"train({call}, ...), then predict", wanted, f"{right:.0%}{chance}")


def expect_learnt_too(answer: ModuleType, seed: int, call: str, data: Data) -> None:
    """Fail where an answer does not learn from these data, though it does from the usual ones."""
    predict = predictor(answer, data, seed)
    if share_right(usual(answer, seed), example_data(seed)) >= WANTED:
        expect_learnt(call, predict, data)


@CHECKS.add("shapes and dtype")
def one_label_for_each_image(answer: ModuleType, tier: Tier, seed: int) -> None:
    images = example_data(seed).new_images[:77]
    value = usual(answer, seed)(images)
    call = f"predict(images of shape {images.shape})"
    labels_of(call, value, len(images))
    if tuple(value.shape) != (len(images),):
        raise Failed(call, f"labels of shape {(len(images),)}", described(value))


@CHECKS.add("shapes and dtype")
def whole_numbers(answer: ModuleType, tier: Tier, seed: int) -> None:
    images = example_data(seed).new_images
    value = usual(answer, seed)(images)
    dtype = str(getattr(value, "dtype", "no dtype")).removeprefix("torch.")
    if "int" not in dtype:
        raise Failed(f"predict(images of shape {images.shape})", "integers", dtype)


@CHECKS.add("shapes and dtype")
def one_image(answer: ModuleType, tier: Tier, seed: int) -> None:
    value = usual(answer, seed)(example_data(seed).new_images[:1])
    call = "predict(images of shape (1, 28, 28))"
    labels_of(call, value, 1) if hasattr(value, "shape") else None
    if not hasattr(value, "shape") or not value.shape:
        raise Failed(call, "an array with one label", described(value))


@CHECKS.add("input unchanged")
def inputs_unchanged(answer: ModuleType, tier: Tier, seed: int) -> None:
    data = example_data(seed)
    predict, handed = usually(answer, seed)
    names = ("images", "labels", "validation_images", "validation_labels")
    for name, array, old in zip(names, handed, data.handed(), strict=True):
        if not np.array_equal(array, old):
            raise Failed("train(...)", f"{name} unchanged", f"{name} were changed in place")
    images = data.new_images.copy()
    predict(images)
    if not np.array_equal(images, data.new_images):
        raise Failed("predict(images)", "images unchanged", "images were changed in place")


@CHECKS.add("values")
def learns(answer: ModuleType, tier: Tier, seed: int) -> None:
    expect_learnt(f"{COUNT:,} images of ten patterns", usual(answer, seed), example_data(seed))


@CHECKS.add("values")
def any_number_of_images(answer: ModuleType, tier: Tier, seed: int) -> None:
    data = example_data(seed, ODD_COUNT)
    expect_learnt_too(answer, seed, f"{ODD_COUNT:,} images of ten patterns", data)


@CHECKS.add("properties")
def sorted_images(answer: ModuleType, tier: Tier, seed: int) -> None:
    data = sorted_by_label(example_data(seed))
    expect_learnt_too(answer, seed, f"{COUNT:,} images sorted by their labels", data)


@CHECKS.add("properties")
def grey_levels(answer: ModuleType, tier: Tier, seed: int) -> None:
    data = bright_and_dark(seed)
    predict = predictor(answer, data, seed)
    right = share_right(predict, data)
    if right < WANTED_OF_GREY and share_right(usual(answer, seed), example_data(seed)) >= WANTED:
        call = f"train({2 * COUNT:,} images of five patterns, bright or dark, ...), then predict"
        wanted = f"{WANTED_OF_GREY:.0%} or more of {NEW} new images of the same kind recognized"
        raise Failed(call, wanted, f"{right:.0%}; by the pattern alone it would be 50 %")


@CHECKS.add("properties")
def the_same_again(answer: ModuleType, tier: Tier, seed: int) -> None:
    if differ := unsteady(answer, seed):
        raise Failed(
            f"predict({NEW} images), twice", "the same labels", f"{differ} of {NEW} differ"
        )


@CHECKS.add("properties")
def alone_and_beside_others(answer: ModuleType, tier: Tier, seed: int) -> None:
    if unsteady(answer, seed):
        return  # judged elsewhere
    predict, images = usual(answer, seed), example_data(seed).new_images[:FEW]
    differ = int((one_by_one(predict, images) != named(predict, images)).sum())
    if differ:
        call = f"predict({FEW} images), and the same images one by one"
        raise Failed(call, "the same labels", f"{differ} of {FEW} differ")
    images, white = ambiguous_images(seed), np.full((1000, 28, 28), 255, np.uint8)
    beside = named(predict, np.concatenate([images, white]))[: len(images)]
    differ = int((beside != named(predict, images)).sum())
    if differ > 3:  # sums in another order may tip an ambiguous image
        call = f"predict({len(images)} images), and the same images beside 1,000 white ones"
        raise Failed(call, "the same labels", f"{differ} of {len(images)} differ")


@CHECKS.add("properties")
def validation_is_not_learnt(answer: ModuleType, tier: Tier, seed: int) -> None:
    # By chance a network names one of the ten patterns so, and seven once in 100,000 cases.
    share = foreign_share(answer, seed)
    if share >= 0.7:
        call = "train(...) with ten patterns found in the validation images alone, then predict"
        wanted = "their labels are not learnt: about 10 % agree by chance"
        raise Failed(call, wanted, f"{share:.0%} agree")


@CHECKS.add("properties")
def same_seed(answer: ModuleType, tier: Tier, seed: int) -> None:
    share = agreement(answer, (seed, seed), seed)
    if share < 0.98:  # where threads add up in another order, an image may change its label
        call = "train(..., seed) twice with the same seed, then predict"
        raise Failed(call, "the same labels", f"{1 - share:.0%} of {NEW} ambiguous images differ")


@CHECKS.add("properties")
def another_seed(answer: ModuleType, tier: Tier, seed: int) -> None:
    share = agreement(answer, (seed, seed + 1), seed)
    if share == 1:
        call = f"train(..., {seed}) and train(..., {seed + 1}), then predict"
        raise Failed(call, "two networks that differ", f"the same {NEW} labels")


@CHECKS.add("properties")
def predictors_of_their_own(answer: ModuleType, tier: Tier, seed: int) -> None:
    if unsteady(answer, seed):
        return
    data, first = example_data(seed), usual(answer, seed)
    before = named(first, data.new_images)
    turned = replace(data, labels=9 - data.labels, validation_labels=9 - data.validation_labels)
    predictor(answer, turned, seed)
    if not np.array_equal(named(first, data.new_images), before):
        call = "first = train(...), second = train(other labels), then first(images)"
        raise Failed(call, "the labels from before the second training", "other labels")


@CHECKS.add("behaviour in training", slow=True)
def mnist(answer: ModuleType, tier: Tier, seed: int) -> str:
    if FEW_OF_MNIST.is_file():
        return few_of_mnist(answer, seed)
    try:
        pixels = read_pixels("mnist", DATA_ROOT, download=False)
    except DatasetUnavailable:
        remedy = f"`{PYTHON} numpy/train_numpy.py --epochs 1` puts it there"
        raise Refused(f"not checked completely: MNIST is not in data/MNIST/raw; {remedy}") from None
    except UserError as error:
        raise Refused(f"not checked completely: {error}") from None
    images, labels = pixels.train_images, pixels.train_labels.astype(np.int64)
    data = Data(
        *(images[: MNIST.train], labels[: MNIST.train]),
        *(images[MNIST.train :], labels[MNIST.train :]),
        *(pixels.test_images, pixels.test_labels.astype(np.int64)),
    )
    predict = predictor(answer, data, seed)
    right = int((named(predict, data.new_images) == data.new_labels).sum())
    if right < WANTED_OF_MNIST:
        call = f"train({MNIST.train:,} images of MNIST, ...), then predict({MNIST.test:,} others)"
        wanted = f"{WANTED_OF_MNIST:,} or more recognized (98 %)"
        raise Failed(call, wanted, f"{right:,} ({right / MNIST.test:.2%})")
    return f"{right:,} of the {MNIST.test:,} test images are recognized."


def few_of_mnist(answer: ModuleType, seed: int) -> str:
    read = np.load(FEW_OF_MNIST)
    data = Data(*(read[field.name] for field in fields(Data)))
    predict = predictor(answer, data, seed)
    right = int((named(predict, data.new_images) == data.new_labels).sum())
    learnt, new = len(data.images), len(data.new_images)
    if right < WANTED_OF_FEW * new:
        call = f"train({learnt:,} images of MNIST, ...), then predict({new:,} others)"
        raise Failed(call, f"{WANTED_OF_FEW:.0%} or more recognized", f"{right / new:.1%}")
    return (
        f"{right:,} of {new:,} test images are recognized after training on {learnt:,} of MNIST's;"
        f" the installed check trains on all, and demands {WANTED_OF_MNIST / MNIST.test:.0%}."
    )


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """The marks of single mistakes, each of them None where it is not found.

    How well an answer learns is no mark: it only says which ones to look for.
    """
    data = example_data(seed)
    base = data.new_images
    other = replace(data, labels=9 - data.labels, validation_labels=9 - data.validation_labels)

    def kind() -> str:
        value = usually(answer, seed)[0]
        other_kinds = {type(None): "None", tuple: "tuple"}
        return "callable" if callable(value) else other_kinds.get(type(value), "another object")

    def form(count: int) -> Callable[[], Any]:
        def seen() -> Any:
            value = usual(answer, seed)(base[:count])
            return [tuple(value.shape), "int" in str(value.dtype)]

        return seen

    def changes() -> Any:
        predict, handed = usually(answer, seed)
        images = base.copy()
        predict(images)
        pairs = zip((*handed, images), (*data.handed(), base), strict=True)
        return [not np.array_equal(one, other) for one, other in pairs]

    @cache
    def usual_labels() -> np.ndarray:
        return named(usual(answer, seed), base)

    def learns_usually() -> bool:
        return bool((usual_labels() == data.new_labels).mean() >= WANTED)

    def only(learnt: bool, mark: Callable[[], Any]) -> Callable[[], Any]:
        """A mark of answers that learn the usual images, or of those that do not."""
        return lambda: (mark() or None) if learns_usually() is learnt else None

    def fails(check: Callable[..., None]) -> Callable[[], Any]:
        def seen() -> bool:
            try:
                check(answer, tier, seed)
            except Failed:
                return True
            return False

        return seen

    def trained(of: Data) -> Predictor:
        return predictor(answer, of, seed)

    @cache
    def turned_labels() -> np.ndarray:
        return named(trained(other), base)

    def learns_from(of: Data) -> bool:
        return share_right(trained(of), of) >= WANTED

    def given(images: np.ndarray) -> bool:
        scaled = images.astype(np.float32)
        return bool((named(usual(answer, seed), scaled) == data.new_labels).mean() >= WANTED)

    def given_otherwise(change: Callable[[np.ndarray], np.ndarray]) -> bool:
        """Whether images that are changed so are recognized, though as they are they are not."""
        return bool((named(usual(answer, seed), change(base)) == data.new_labels).mean() >= WANTED)

    def one_label() -> bool:
        return len(set(usual_labels())) == 1

    @cache
    def with_pixels(change: Callable[[np.ndarray], np.ndarray]) -> bool:
        """Whether pixels so changed are learnt where all others got the same label."""
        parts = ("images", "validation_images", "new_images")
        changed = replace(data, **{name: change(getattr(data, name)) for name in parts})
        return one_label() and learns_from(changed)

    def which_label() -> str | None:
        if not one_label() or any(map(with_pixels, CHANGES)):
            return None
        frequent = np.bincount(data.labels).argmax()
        return "the most frequent" if usual_labels()[0] == frequent else "another"

    def alone() -> bool:
        predict, few = usual(answer, seed), base[:FEW]
        differ = (one_by_one(predict, few) != named(predict, few)).any()
        return bool(differ) and not unsteady(answer, seed)

    def foreign() -> Any:
        if foreign_share(answer, seed) < 0.7:
            return None
        return "too" if learns_from(with_foreign_validation(seed)) else "alone"

    after_one_training = [
        *(kind, form(77), form(1), changes),
        only(False, lambda: given(base / 255)),
        only(False, lambda: (usual_labels() == data.new_labels + 1).mean() >= WANTED),
        only(False, lambda: rest_left_out(usual(answer, seed), data)),
        only(False, lambda: mixes_images(usual(answer, seed), base)),
        lambda: unsteady(answer, seed) > 0 or None,
    ]
    if seed > 1:  # a dozen trainings for each known mistake are enough to wait for
        return after_one_training
    return [
        *after_one_training,
        lambda: scaled_in_training_alone(usual(answer, seed), trained, data) or None,
        *(only(False, lambda change=change: with_pixels(change)) for change in CHANGES),
        *(only(False, one_label), only(False, which_label)),
        only(False, lambda: as_it_began(usual_labels(), turned_labels())),
        only(False, lambda: least_likely(usual_labels(), turned_labels(), data)),
        lambda: first_rows_alone(trained, data) or None,
        only(True, lambda: not learns_from(example_data(seed, ODD_COUNT))),
        only(True, lambda: not learns_from(sorted_by_label(data))),
        *(only(True, mark) for mark in (alone, foreign, fails(alone_and_beside_others))),
        only(True, lambda: is_linear(usual(answer, seed))),
        only(True, lambda: divided_in_training_alone(trained, bright_and_dark(seed))),
        *(only(True, fails(check)) for check in (same_seed, another_seed, predictors_of_their_own)),
        only(False, lambda: given_otherwise(lambda images: 255 - images)),
        only(False, lambda: given_otherwise(lambda images: images.transpose(0, 2, 1))),
    ]
