"""Loops with what is not among this repository's dependencies: pip install jax keras"""

import os
from collections.abc import Iterator

os.environ.setdefault("KERAS_BACKEND", "jax")  # read once, when Keras is imported

import jax
import keras
import numpy as np
from jax import numpy as jnp

from benchmarks.contenders import LEARNING_RATE, Task
from benchmarks.numpy_loops import endless_minibatches, in_blocks
from common.initializers import initial_weights

SCAN_STEPS = 64  # a scan over a whole epoch is no faster, and longer than a measurement


def scan(task: Task) -> Iterator[int]:
    """Many steps as one compiled function: a scan over their minibatches."""
    sizes, momentum = task.workload.layer_sizes, task.workload.momentum
    shapes = {str(i): (sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)}
    weights = initial_weights(shapes, "he-normal", seed=0).values()
    parameters = [(jnp.asarray(W, jnp.float32), jnp.zeros(len(W), jnp.float32)) for W in weights]
    state = parameters, jax.tree.map(jnp.zeros_like, parameters)
    images, labels = jnp.asarray(task.images), jnp.asarray(task.labels, jnp.int32)

    def loss(parameters, X, y):
        for W, b in parameters[:-1]:
            X = jax.nn.relu(X @ W.T + b)
        W, b = parameters[-1]
        log_softmax = jax.nn.log_softmax(X @ W.T + b)
        return -jnp.take_along_axis(log_softmax, y[:, None], axis=1).mean()

    def take_steps(state, images, labels, minibatches):
        def step(state, indices):
            parameters, velocities = state
            gradients = jax.grad(loss)(parameters, images[indices], labels[indices])
            if momentum:
                velocities = jax.tree.map(lambda v, g: momentum * v + g, velocities, gradients)
                gradients = velocities
            parameters = jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients)
            return (parameters, velocities), None

        return jax.lax.scan(step, state, minibatches)[0]

    take_steps = jax.jit(take_steps, donate_argnums=0)
    minibatches = endless_minibatches(task)
    steps = min(SCAN_STEPS, len(images) // task.workload.batch_size)
    while True:
        indices = np.stack([next(minibatches) for _ in range(steps)])
        state = jax.block_until_ready(take_steps(state, images, labels, indices))
        yield steps


def keras_fit(task: Task) -> Iterator[int]:
    """Sequential, compile and fit, on the backend that KERAS_BACKEND names (JAX by default)."""
    inputs, *hidden, classes = task.workload.layer_sizes
    layers = [keras.layers.Dense(width, activation="relu") for width in hidden]
    model = keras.Sequential([keras.Input((inputs,)), *layers, keras.layers.Dense(classes)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(LEARNING_RATE, task.workload.momentum), loss)
    return in_blocks(task, lambda X, y: model.fit(X, y, task.workload.batch_size, verbose=0))
