"""The page's trainings are the tiers' own, whatever is looked at between two steps."""

import json
import sys
import threading

import numpy as np
import pytest

from common.diagnosis import to_array
from data.errors import UserError
from play.controls import controls
from play.encoding import to_json
from play.frames import about_command, about_setup, frame
from play.pictures import at_point
from play.plane import make_dataset
from play.steps import trace_step
from tiers import TIERS

SCHEDULES = [
    c["value"] for f in controls()["fields"] if f["name"] == "schedule" for c in f["choices"]
]


def state(training, tier):
    """Copies of a tier's parameters and buffers, by name."""
    model = training.tiers[tier].model
    return {name: to_array(array).copy() for name, array in model.state_dict().items()}


def plain_training(tier, setup, steps):
    """The tier's own training, at which nobody looks: its state, gradients and losses."""
    gradients = []
    training = TIERS[tier].train_steps(setup, make_dataset(setup), pause_before_update=True)
    for paused in training:
        gradients.append({name: to_array(g).copy() for name, g in paused.gradients.items()})
        updated = next(training)
        if updated.step == steps:
            break
    found = {name: to_array(array) for name, array in updated.model.state_dict().items()}
    return found, gradients, updated.history


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


def values(stage, name):
    (array,) = (a["values"] for a in stage["arrays"] if a["name"] == name)
    return array


@pytest.mark.parametrize("tier", TIERS)
def test_looking_changes_nothing_and_the_gradients_shown_are_the_tiers_own(tier, trained):
    """Pictures between all steps, and two steps traced: the same bits as without."""
    options = {"batch_norm": True, "dropout": 0.2, "clip_norm": 0.5, "batch_size": 10}
    training = trained(tier=tier, weight_decay=0.1, **options)
    apart = {}
    for step in range(9):  # an epoch has 6
        frame(training)
        at_point(training, tier, 0.5, -0.5)
        if step in (2, 5):  # the last step of an epoch has a validation behind it
            apart[step] = trace_step(training)["tiers"][tier]
        else:
            training.advance(step + 1, 60)
    expected, gradients, history = plain_training(tier, training.setup, 9)
    assert_same(state(training, tier), expected)
    assert frame(training)["history"]["loss"][tier] == history.losses
    for step, reply in apart.items():
        assert reply["loss"] == history.losses[step]
        stages = {
            stage["layer"]: stage for stage in reply["stages"] if stage["phase"] == "backward"
        }
        for layer in ("layers.0", "layers.4", "layers.8"):
            weight = gradients[step][f"{layer}.weight"]
            np.testing.assert_array_equal(values(stages[layer], "∂L/∂W"), weight)
        np.testing.assert_array_equal(
            values(stages["layers.1"], "∂L/∂γ"), gradients[step]["layers.1.weight"]
        )


@pytest.mark.parametrize("tier", TIERS)
def test_a_traced_step_adds_up(tier, trained):
    training = trained(tier=tier, dtype="float64", momentum=0.0, learning_rate=0.5, hidden=[5])
    training.advance(1, 60)
    before = state(training, tier)
    reply = trace_step(training)
    after = state(training, tier)
    stages = reply["tiers"][tier]["stages"]
    phases = [(stage["phase"], stage["layer"]) for stage in stages]
    assert phases == [
        *(("forward", f"layers.{i}") for i in (0, 1, 2)),
        ("loss", None),
        *(("backward", f"layers.{i}") for i in (2, 1, 0)),
        ("update", "layers.0"),
        ("update", "layers.2"),
    ]
    X = training.dataset.train.images[reply["indices"]]
    W, b = before["layers.0.weight"], before["layers.0.bias"]
    np.testing.assert_array_equal(values(stages[0], "X"), X[:12])
    np.testing.assert_allclose(values(stages[0], "Z"), (X @ W.T + b)[:12], rtol=1e-13)
    np.testing.assert_allclose(
        np.array(values(stages[1], "A")), np.maximum(values(stages[1], "Z"), 0)
    )
    logits_gradient = next(a for a in stages[3]["arrays"] if a["name"] == "∂L/∂logits")
    assert (tuple(logits_gradient["shape"]), logits_gradient["cut"]) == ((16, 2), True)
    gradient = values(stages[6], "∂L/∂W")
    np.testing.assert_allclose(after["layers.0.weight"], W - 0.5 * gradient, rtol=1e-13)
    for stage in stages:
        lines = stage["code"]["lines"]
        source = (TIERS[tier].script.parents[1] / stage["code"]["file"]).read_text().splitlines()
        assert any(line["computed"] for line in lines)
        assert all(source[line["number"] - 1].strip() == line["text"].strip() for line in lines)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize(
    "loss", ["softmax-cross-entropy", "sigmoid-cross-entropy", "mean-squared-error"]
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_the_three_tiers_steps_are_the_same_numbers(optimizer, loss, batch_norm, trained):
    """In every option with lines of its own, which must be found in the files, too."""
    training = trained(
        tier="all",
        dtype="float64",
        optimizer=optimizer,
        loss=loss,
        batch_norm=batch_norm,
        dropout=0.3,
        clip_norm=0.5,
        weight_decay=0.01,
    )
    training.advance(2, 60)
    tiers = trace_step(training)["tiers"]
    for others in zip(*(tiers[name]["stages"] for name in TIERS), strict=True):
        for arrays in zip(*(stage["arrays"] for stage in others), strict=True):
            first = arrays[0]
            for other in arrays[1:]:
                assert {**other, "values": 0} == {**first, "values": 0}
                np.testing.assert_allclose(other["values"], first["values"], atol=1e-12)


def test_a_reset_gives_the_same_first_picture_and_another_seed_another(trained):
    setup = {"tier": "lowlevel", "dataset": "spiral"}
    training = trained(**setup)
    first = to_json(about_setup(training))
    training.advance(10, 60)
    assert to_json(frame(training)) not in first
    again, other = trained(**setup), trained(**setup, seed=1)
    assert to_json(about_setup(again)) == first
    assert frame(other)["regions"] != frame(again)["regions"]


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_the_drift_of_the_three_tiers_is_rounding(dropout, trained):
    drift = {}
    for dtype in ("float32", "float64"):
        training = trained(tier="all", dtype=dtype, dropout=dropout)
        training.advance(12, 60)
        reply = frame(training, steps_from=3)["history"]["drift"]
        assert {name: len(d) for name, d in reply.items()} == {"lowlevel": 9, "paper": 9}
        drift[dtype] = max(map(max, training.drift.values()))
        assert (
            to_array(training.tiers["numpy"].model.parameters()["layers.0.weight"]).dtype == dtype
        )
    assert drift["float64"] < 1e-12 < drift["float32"] < 1e-4


@pytest.mark.parametrize("step", [2, 6])  # while the rate rises, and after
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_new_learning_rate_keeps_the_weights_and_reaches_every_tier(schedule, step, trained):
    """Tier 3's scheduler counts for itself; the others ask the formula at every step."""
    training = trained(tier="all", dtype="float64", schedule=schedule, epochs=4, decay_epochs=1)
    training.advance(step, 60)
    before = [state(training, name) for name in TIERS]
    old = training.learning_rate
    training.change_learning_rate(0.02)
    for name, expected in zip(TIERS, before, strict=True):
        assert_same(state(training, name), expected)
    assert training.step == step
    assert training.learning_rate == pytest.approx(old * 0.02 / 0.05)
    training.advance(16, 60)
    assert training.state == "finished"
    assert max(map(max, training.drift.values())) < 1e-12
    assert np.isfinite(frame(training)["test"]["paper"]["loss"])


def test_a_new_learning_rate_outside_its_limits_is_refused(trained):
    training = trained()
    with pytest.raises(UserError, match="at most 1000"):
        training.change_learning_rate(1e4)
    assert training.learning_rate == 0.05


def test_trainings_beside_each_other_draw_their_own_masks(trained):
    """torch has one generator for all; the threads take turns a million times a second."""
    options = [{"tier": tier, "dropout": 0.5, "seed": 4} for tier in ("lowlevel", "paper")]

    def train(training):
        for step in range(1, 61):
            training.advance(step, 60)

    alone = [trained(**each) for each in options]
    for training in alone:
        train(training)
    together = [trained(**each) for each in options]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=train, args=(each,)) for each in together]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    for tier, *both in zip(("lowlevel", "paper"), alone, together, strict=True):
        histories = [training.tiers[tier].history.losses for training in both]
        assert histories[0] == histories[1]


def diverging(tier):
    return {
        "tier": tier,
        "learning_rate": 1000,
        "loss": "mean-squared-error",
        "activation": "identity",
    }


@pytest.mark.parametrize("tier", [*TIERS, "all"])
def test_a_divergence_is_reported_in_words_and_no_nan_leaves(tier, trained):
    training = trained(**diverging(tier))
    body = b""
    for step in range(40):
        training.advance(step + 1, 60)
        body = to_json(frame(training))
        assert not {b"NaN", b"Infinity"} & set(body.replace(b",", b" ").split())
        json.loads(body, parse_constant=pytest.fail)
    reply = json.loads(body)
    assert reply["state"] == "diverged"
    first = "numpy" if tier == "all" else tier
    assert reply["message"].startswith(TIERS[first].title)
    for part in ("step", "layers.", "try a learning rate below 1000"):
        assert part in reply["message"]
    assert (reply["regions"], reply["units"], reply["weights"]) == (None, None, None)
    assert all(np.isfinite(losses).all() for losses in reply["history"]["loss"].values())
    assert len(reply["history"]["loss"][reply["shown"]]) == reply["step"]
    assert trace_step(training) is None if training.state == "ready" else True


@pytest.mark.parametrize(
    "options, sentences",
    [
        (
            {"learning_rate": 1000},
            ["The loss has grown", "hidden layer 2 is dead", "below 1000"],
        ),
        (
            {"dataset": "circles", "learning_rate": 3},
            ["Every unit of hidden layer 2", "below 3 or"],
        ),
        (
            {"dataset": "circles", "learning_rate": 30, "activation": "tanh"},
            ["The loss has grown", "hidden layer 2 is dead"],
        ),
        ({"initializer": "zeros"}, ["hidden layer 1 is dead", "other initial weights"]),
    ],
)
def test_a_training_that_only_goes_wrong_is_reported_too(options, sentences, trained):
    training = trained(count=1_000, batch_size=32, **options)
    training.advance(160, 60)
    reply = frame(training)
    assert reply["state"] == "ready"
    for sentence in sentences:
        assert sentence in reply["message"]
    assert reply["message"].count("The loss has grown") == sentences.count("The loss has grown")
    assert frame(trained())["message"] is None


def test_the_frame_tells_the_histories_from_where_the_page_has_them(trained):
    training = trained(epochs=3)
    training.advance(9, 60)  # an epoch has 4
    reply = frame(training, steps_from=6, epochs_from=1)
    history = training.tiers["numpy"].history
    assert reply["history"]["loss"]["numpy"] == history.losses[6:9]
    assert [e["validation_loss"] for e in reply["history"]["epochs"]["numpy"]] == [
        history.epochs[1].validation_loss
    ]
    training.advance(100, 60)
    reply = frame(training)
    assert (reply["step"], reply["epoch"], reply["state"]) == (12, 3, "finished")
    assert reply["test"]["numpy"]["accuracy"] == history.test_accuracy


def test_an_epoch_ends_with_its_validation(trained):
    training = trained()
    training.advance(4, 60)
    assert len(frame(training)["history"]["epochs"]["numpy"]) == 1


@pytest.mark.parametrize(("added", "kept"), [(20, True), (40, False)])
@pytest.mark.parametrize("tier", ["numpy", "all"])
def test_points_are_added_to_a_training_that_keeps_its_weights(tier, added, kept, trained):
    """40 points more are 2 minibatches more in an epoch: then steps are counted anew."""
    training = trained(tier=tier, count=1_000, dtype="float64", batch_size=32, epochs=5)
    training.advance(40, 60)
    before = {name: state(training, name) for name in training.tiers}
    training.change_points(tuple((0.1 * i, 2.0, 1) for i in range(added)))
    for name, expected in before.items():
        assert_same(state(training, name), expected)
    assert training.step == (40 if kept else 0)
    assert len(training.dataset.train) == 1_000 + added
    training.advance(training.step + 40, 60)
    assert training.message is None
    assert training.tiers["numpy"].history.epochs[-1].train_accuracy <= 1
    training.change_points(())
    assert "Points were added or removed" in about_command(training)["about_command"]


def test_points_that_are_impossible_leave_the_training_as_it_was(trained):
    training = trained(batch_norm=True, batch_size=10, count=100)
    training.advance(3, 60)
    with pytest.raises(UserError, match="minibatch of one"):
        training.change_points(((0.0, 0.0, 1),))
    assert (training.step, len(training.dataset.train)) == (3, 100)
    training.advance(4, 60)
    assert training.step == 4


def test_a_finished_training_goes_on_with_points_added(trained):
    training = trained(epochs=1, count=200)
    training.advance(1_000, 60)
    before = state(training, "numpy")
    training.change_points(((0.0, 0.0, 1),))
    assert_same(state(training, "numpy"), before)
    assert (training.state, training.step) == ("ready", 0)
