"""What may be set on the page: every option trains, the rest gets one sentence."""

import json

import numpy as np
import pytest
import tyro

from data.datasets import load_dataset
from data.errors import UserError
from play.controls import FIELDS, controls
from play.encoding import to_json
from play.frames import about_setup
from play.limits import Setup, page_words
from play.plane import command_line, make_dataset
from tiers import TIERS


def options_to_try():
    for field in controls()["fields"]:
        for choice in field.get("choices", ()):
            if choice["value"] not in ("own", "all"):
                yield {field["name"]: choice["value"]}
        for value in (field.get("suggestions") or [])[-1:]:
            if field["name"] not in ("learning_rate", "count", "batch_size"):
                yield {field["name"]: value}
    yield from ({"batch_norm": True}, {"hidden": []}, {"hidden": [64] * 6}, {"nesterov": True})
    yield from ({"classes": 4}, {"points": [[0.1, 0.2, 1]]}, {"count": 2_000}, {"clip_norm": 0.1})
    yield {"dataset": "own", "points": [[-1, 0, 0], [1, 1, 3]], "classes": 4, "batch_size": 32}


@pytest.mark.parametrize("options", list(options_to_try()), ids=str)
def test_every_option_trains(options, trained):
    training = trained(**options)
    training.advance(5, 60)
    assert (training.step, training.message) == (5, None)
    reply = json.loads(to_json(about_setup(training.setup, training)))
    widths = [layer["width"] for layer in reply["frame"]["units"]]
    assert widths == [
        *training.setup.hidden,
        training.setup.layer_sizes(2, training.dataset.classes)[-1],
    ]


def test_every_field_of_a_setup_has_a_control():
    assert set(FIELDS) == set(Setup.option_fields()) - {"device"}
    tried = {name for options in options_to_try() for name in options}
    assert set(FIELDS) - tried <= {"seed", "learning_rate", "count", "batch_size"}


REFUSED = {
    "Batch normalization without a hidden layer": {"batch_norm": True, "hidden": []},
    "Dropout 0.2 without a hidden layer": {"dropout": 0.2, "hidden": []},
    "Nesterov with optimizer adam": {"nesterov": True, "optimizer": "adam"},
    "is for 2 classes, and 3 are set": {"classes": 3, "loss": "sigmoid-cross-entropy"},
    "leave a minibatch of one": {"batch_norm": True, "batch_size": 999, "count": 1_000},
    "must be at most 64": {"hidden": [65]},
    "7 hidden layers: the page shows at most 6": {"hidden": [1] * 7},
    "2,001 points: at most 2,000": {"points": [[0, 0, 0]] * 2_001, "dataset": "own"},
    "2,010 points, including your own": {"points": [[0, 0, 0]] * 10, "count": 2_000},
    "Your own points: add at least 2": {"dataset": "own", "points": [[0, 0, 0]]},
    "A point of class 2": {"points": [[0, 0, 2]]},
    "coordinates must be from -10 to 10": {"points": [[11, 0, 0]]},
    "Point (nan, 0.0)": {"points": [[float("nan"), 0, 0]]},
    "must be greater than 0": {"learning_rate": 0},
    "Activation gelu": {"activation": "gelu"},
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_an_impossible_setup_gets_one_sentence(sentence):
    with pytest.raises(UserError) as refusal:
        Setup(**REFUSED[sentence])
    reply = page_words(refusal.value)
    assert sentence in reply
    assert reply.endswith(".") and "\n" not in reply and "--" not in reply


@pytest.mark.parametrize("tier", TIERS)
def test_the_command_line_trains_the_same(tier):
    setup = Setup(
        tier=tier,
        dataset="circles",
        hidden=[],
        nesterov=True,
        clip_norm=0.5,
        schedule="cosine",
        optimizer="sgd",
        seed=7,
        weight_decay=0.01,
    )
    _, script, *words = command_line(setup).split()
    assert script == str(TIERS[tier].script.relative_to(TIERS[tier].script.parents[1]))
    options = tyro.cli(TIERS[tier].options, args=words)
    for name in set(type(options).option_fields()) & set(Setup.option_fields()):
        assert getattr(options, name) == getattr(setup, name), name
    loaded, made = load_dataset("circles", dtype="float32"), make_dataset(setup)
    for split in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(made, split).images, getattr(loaded, split).images)
        np.testing.assert_array_equal(getattr(made, split).labels, getattr(loaded, split).labels)


@pytest.mark.parametrize("options", [{"points": [[0, 0, 0]]}, {"noise": 0.7}, {"count": 999}])
def test_what_no_script_can_do_is_reported(options):
    with pytest.raises(ValueError, match=r"No script|A script trains on 1,000 points"):
        command_line(Setup(**options))
