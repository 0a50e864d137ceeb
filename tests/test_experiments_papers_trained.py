"""The experiments that train the networks of papers again, in a quick form."""

import numpy as np
import pytest
from experiment_checks import check_experiment
from idx_files import tells

from data.errors import UserError
from experiments import (
    glorot_2010_saturation,
    he_2015_thirty_layers,
    ioffe_2015_sigmoids,
    lecun_1998_networks,
    srivastava_2014_data_size,
)


def test_thirty_layers_learn_from_he_and_stall_from_xavier_unless_adam_trains_them():
    options = he_2015_thirty_layers.Options(
        dataset="digits", epochs=30, learning_rates=(0.002,), adam_rates=(0.0005,), seeds=1
    )
    numbers = he_2015_thirty_layers.run(options)
    check_experiment(he_2015_thirty_layers, numbers)
    reached = {
        (start, optimizer): np.mean(he_2015_thirty_layers.best(numbers, start, optimizer)["test"])
        for start in ("He", "Xavier")
        for optimizer in ("sgd", "adam")
    }
    assert reached["Xavier", "sgd"] < 0.2
    assert reached["He", "sgd"] > 0.7
    assert reached["Xavier", "adam"] > 0.5  # what the paper does not say
    # A relu halves the variance, forward and backward: 2^-15 of the gradient is left.
    xavier, he = (he_2015_thirty_layers.of(numbers, start, "sgd")[0] for start in ("Xavier", "He"))
    shrunk = np.median(np.array(xavier["gradients"]) / np.array(he["gradients"]))
    assert 2.0**-18 < shrunk < 2.0**-12


def test_batch_norm_frees_sigmoids_from_small_weights_and_is_no_help_to_xavier_s():
    options = ioffe_2015_sigmoids.Options(
        dataset="digits", learning_rates=(0.5,), epochs=30, every=60, seeds=1
    )
    numbers = ioffe_2015_sigmoids.run(options)
    check_experiment(ioffe_2015_sigmoids, numbers)
    reached = {
        (result["start"], result["network"]): result["test"][0] for result in numbers["results"]
    }
    assert reached["small", "without batch norm"] < 0.3
    assert reached["small", "with batch norm"] > 0.8
    assert reached["Xavier", "without batch norm"] > 0.8  # what the paper does not say


def test_the_networks_of_1998_lose_points_by_the_squared_error():
    numbers = lecun_1998_networks.run(lecun_1998_networks.Options(epochs=1, seeds=1))
    check_experiment(lecun_1998_networks, numbers)
    squared, entropy, default_squared, default = (
        np.array([result["test"][0] for result in lecun_1998_networks.of_way(numbers, way)])
        for way in lecun_1998_networks.WAYS
    )
    assert (entropy < squared - 1).all()  # of both networks
    assert (default < default_squared).all()


def test_dropout_helps_with_a_thousand_images():
    options = srivastava_2014_data_size.Options(
        sizes=(1000,), hidden=(256, 256), steps=700, seeds=2
    )
    numbers = srivastava_2014_data_size.run(options)
    check_experiment(srivastava_2014_data_size, numbers)
    errors = srivastava_2014_data_size.of_kinds(numbers)
    without, with_ = (errors[kind] for kind in srivastava_2014_data_size.KINDS)

    assert with_.mean() < without.mean() - 0.5


@pytest.mark.parametrize(
    ("experiment", "given", "message"),
    [
        (
            srivastava_2014_data_size,
            {"sizes": (5000,)},
            "--sizes 5000: digits has 1,297 training images; choose at most as many",
        ),
        (
            ioffe_2015_sigmoids,
            {"epochs": 1},
            "--every 100: the training has 22 steps; choose at most as many",
        ),
    ],
)
def test_options_that_do_not_fit_the_data_are_reported_in_one_line(experiment, given, message):
    with tells(UserError, message):
        experiment.run(experiment.Options(dataset="digits", seeds=1, **given))


def test_the_top_sigmoids_saturate_and_recover_later_with_one_layer_more():
    options = glorot_2010_saturation.Options(
        dataset="digits", depths=(3, 4), width=32, learning_rate=0.5, epochs=25, every=100, seeds=1
    )
    numbers = glorot_2010_saturation.run(options)
    check_experiment(glorot_2010_saturation, numbers)
    of_three, of_four = (glorot_2010_saturation.of(numbers, depth, "1/√in")[0] for depth in (3, 4))
    top = np.array(of_three["means"])[:, -1]
    assert top.min() < 0.15 < 2 * top.min() < top[-1]  # it saturates at 0, and recovers
    assert 0.4 < np.min(np.array(of_three["means"])[:, 0]) < 0.6  # the first layer does not
    assert of_three["escaped"] < 2500 and of_four["escaped"] is None
    xavier = glorot_2010_saturation.of(numbers, 4, "Xavier")[0]
    assert xavier["escaped"] < 2500
