"""Loops beside tier 1's: its floor and scikit-learn; each yields how many steps it has taken."""

import time
from collections.abc import Callable, Iterator
from itertools import count, pairwise
from math import ceil
from typing import Any

import numpy as np

from benchmarks.contenders import LEARNING_RATE, NETWORKS, Task, Workload
from common.minibatches import minibatches, shuffled_indices


def step_products(workload: Workload, new: Callable[..., Any]) -> list[tuple[Any, Any, Any]]:
    """Two factors and an array for their product, in the order and memory layout of tier 1's."""
    n, sizes = workload.batch_size, workload.layer_sizes
    X, grad_Z = [new(n, d) for d in sizes[:-1]], [new(n, d) for d in sizes[1:]]
    W = [new(d_out, d_in) for d_in, d_out in pairwise(sizes)]
    products = [(X[i], W[i].T, new(n, sizes[i + 1])) for i in range(len(W))]
    for i in reversed(range(len(W))):
        products.append((grad_Z[i].T, X[i], new(*W[i].shape)))
        if i > 0:  # the images are not trained
            products.append((grad_Z[i], W[i], new(*X[i].shape)))
    return products


def floor(task: Task) -> Iterator[int]:
    """The matrix products of a step and nothing else, into arrays that are there already."""
    rng = np.random.default_rng(0)
    products = step_products(task.workload, lambda *shape: rng.random(shape, np.float32) - 0.5)
    while True:
        for A, B, out in products:
            np.matmul(A, B, out=out)
        yield 1


def scikit_learn(task: Task) -> Iterator[int]:
    """MLPClassifier with the same network, loss, minibatch and update."""
    from sklearn.neural_network import MLPClassifier  # no part of the other loops' processes

    workload = task.workload
    size = {"hidden_layer_sizes": NETWORKS[workload.network], "batch_size": workload.batch_size}
    rates = {"learning_rate_init": LEARNING_RATE, "momentum": workload.momentum, "alpha": 0.0}
    classifier = MLPClassifier(solver="sgd", nesterovs_momentum=False, **size, **rates)
    # A call of partial_fit passes once over what it is given, shuffled, in minibatches.
    return in_blocks(task, lambda X, y: classifier.partial_fit(X, y, classes=np.arange(10)))


def in_blocks(task: Task, fit: Callable[[np.ndarray, np.ndarray], Any]) -> Iterator[int]:
    """Has a library take many steps in each call: as many as last 0.4 s, or an epoch."""
    steps, n = 1, task.workload.batch_size
    while True:
        started = time.perf_counter()
        fit(task.images[: steps * n], task.labels[: steps * n])
        elapsed = time.perf_counter() - started
        yield steps
        steps = min(ceil(steps * 0.4 / elapsed), len(task.labels) // n)


def endless_minibatches(task: Task, place: Callable[[Any], Any] = np.asarray) -> Iterator[Any]:
    """Indices of the images as the tiers draw them; `place` takes an epoch's order to a device."""
    for epoch in count(1):
        order = place(shuffled_indices(len(task.labels), 0, epoch))
        yield from minibatches(order, task.workload.batch_size)
