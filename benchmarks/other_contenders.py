"""The contenders that are not among this repository's dependencies: JAX and Keras.

pip install jax keras
"""

import os
from functools import partial

os.environ.setdefault("KERAS_BACKEND", "jax")  # read once, when Keras is imported

import jax
import keras
from jax import numpy as jnp

from benchmarks.workloads import (
    LEARNING_RATE,
    Contender,
    Data,
    Workload,
    endless_orders,
)
from common.initializers import initial_weights

SCAN_STEPS = 64


class JaxScan(Contender):
    """Many steps as one compiled function: a scan over their minibatches.

    The steps of one call are SCAN_STEPS at most: a call costs microseconds, so that a scan over
    a whole epoch would be no faster, but could not be cut to the time of a measurement.
    """

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        self.scan_steps = min(SCAN_STEPS, len(data.images) // workload.batch_size)
        self.minibatches = self.draw_minibatches()
        sizes = workload.layer_sizes
        shapes = {f"{i}": (sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)}
        weights = initial_weights(shapes, "he-normal", seed=0).values()
        self.parameters = [
            (jnp.asarray(W, jnp.float32), jnp.zeros(len(W), jnp.float32)) for W in weights
        ]
        self.velocities = jax.tree.map(jnp.zeros_like, self.parameters)
        self.images = jnp.asarray(data.images)
        self.labels = jnp.asarray(data.labels, jnp.int32)
        self.take_steps = jax.jit(partial(take_steps, workload.momentum), donate_argnums=(0, 1))

    def draw_minibatches(self):
        """Indices of so many minibatches as one call takes, (scan_steps, batch_size)."""
        rows = self.scan_steps * self.workload.batch_size
        for order in endless_orders(len(self.data.images), self.workload.batch_size):
            for start in range(0, len(order) - rows + 1, rows):
                yield order[start : start + rows].reshape(self.scan_steps, -1)

    def run(self, steps):
        calls = -(-steps // self.scan_steps)
        for _ in range(calls):
            self.parameters, self.velocities = self.take_steps(
                self.parameters, self.velocities, self.images, self.labels, next(self.minibatches)
            )
        jax.block_until_ready(self.parameters)
        return calls * self.scan_steps


def take_steps(momentum, parameters, velocities, images, labels, minibatches):
    """Parameters and velocities after one step on each row of indices."""

    def loss(parameters, X, y):
        A = X
        for W, b in parameters[:-1]:
            A = jax.nn.relu(A @ W.T + b)
        W, b = parameters[-1]
        log_softmax = jax.nn.log_softmax(A @ W.T + b)
        return -jnp.take_along_axis(log_softmax, y[:, None], axis=1).mean()

    def step(state, indices):
        parameters, velocities = state
        gradients = jax.grad(loss)(parameters, images[indices], labels[indices])
        if momentum:
            velocities = jax.tree.map(lambda v, g: momentum * v + g, velocities, gradients)
            gradients = velocities
        parameters = jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients)
        return (parameters, velocities), None

    state, _ = jax.lax.scan(step, (parameters, velocities), minibatches)
    return state


class Keras(Contender):
    """Sequential, compile and fit, on the backend that KERAS_BACKEND names (JAX by default)."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        *hidden, classes = workload.layer_sizes[1:]
        layers = [keras.layers.Dense(width, activation="relu") for width in hidden]
        self.model = keras.Sequential(
            [keras.Input((workload.layer_sizes[0],)), *layers, keras.layers.Dense(classes)]
        )
        self.model.compile(
            keras.optimizers.SGD(LEARNING_RATE, workload.momentum),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )

    def run(self, steps):
        batch_size = self.workload.batch_size
        per_epoch = len(self.data.images) // batch_size
        for taken in range(0, steps, per_epoch):
            rows = slice(0, min(per_epoch, steps - taken) * batch_size)
            self.model.fit(self.data.images[rows], self.data.labels[rows], batch_size, verbose=0)
        return steps
