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
from play.links import possible_values
from play.own_points import read_points
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
    reply = json.loads(to_json(about_setup(training)))
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


LINKS = {
    "Hidden layers 9999: must be at most 64; the default is 8 4.": {"hidden": [9999]},
    "Learning rate x: must be a number; leave it out for the default.": {"learning_rate": "x"},
    "Hiden: no such option.": {"hiden": [8]},
    "Batch normalization without": {"batch_norm": True, "hidden": []},
    "Your own points: add at least 2": {"dataset": "own", "points": [[0, 0, 0]]},
}


@pytest.mark.parametrize("sentence", LINKS)
def test_a_bad_value_in_a_link_drops_that_value_alone(sentence):
    bad = LINKS[sentence]
    good = {"batch_norm": True, "activation": "tanh", "seed": 3, "hidden": [5], "count": 300}
    values, refusals = possible_values(good | bad)
    assert len(refusals) == 1 and refusals[0].startswith(sentence)
    (dropped,) = (good | bad).keys() - values.keys()
    assert dropped in {*bad, "batch_norm"}
    assert values == {name: value for name, value in (good | bad).items() if name != dropped}


def test_a_value_is_kept_whose_condition_comes_after_it():
    link = {"dataset": "own", "points": [[0, 0, 2], [1, 1, 0]], "classes": 3}
    assert possible_values(link) == (link, [])


def test_pasted_points_are_read_and_each_bad_row_is_named_by_its_number():
    text = """x, y, class
0.5, -1, 0

1;2;1
-2.5\t3e-1\t3
1 2
a,1,0
11,0,1
nan,0,1
1,2,4
1,2,red
  7 8   2
"""
    points, refusals = read_points(text)
    assert points == [(0.5, -1, 0), (1, 2, 1), (-2.5, 0.3, 3), (7, 8, 2)]
    assert refusals == [
        "Row 6: 2 entries instead of 3: x, y and class.",
        "Row 7: x = a is not a number.",
        "Row 8: x = 11 is not from -10 to 10.",
        "Row 9: x = nan is not from -10 to 10.",
        "Row 10: class 4 is not a whole number from 0 to 3.",
        "Row 11: class red is not a whole number from 0 to 3.",
    ]
    points, refusals = read_points("0,0,0\n" * 2_002)
    assert len(points) == 2_000
    assert refusals[-1] == "Row 2002: there are 2,000 points already."
