"""Its own network and Adam, in one function, with images from -0.5 to 2.8; keeps the last epoch."""

from itertools import pairwise

import numpy as np


def train(images, labels, validation_images, validation_labels, seed):
    rng = np.random.RandomState(seed)
    X = (images.reshape(-1, 784).astype(np.float32) - 33) / 79
    Y = np.eye(10, dtype=np.float32)[labels]
    sizes = (784, 256, 10)
    W = [(rng.randn(a, b) / np.sqrt(a)).astype(np.float32) for a, b in pairwise(sizes)]
    b = [np.zeros(n, np.float32) for n in sizes[1:]]
    parameters = [*W, *b]
    m = [np.zeros_like(p) for p in parameters]
    v = [np.zeros_like(p) for p in parameters]
    epochs, size, t = 4, 100, 0
    total = epochs * (len(X) // size + 1)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for rows in np.array_split(order, -(-len(X) // size)):
            A = np.maximum(X[rows] @ W[0] + b[0], 0)
            Z = A @ W[1] + b[1]
            P = np.exp(Z - Z.max(axis=1, keepdims=True))
            P /= P.sum(axis=1, keepdims=True)
            dZ = (P - Y[rows]) / len(rows)
            dA = (dZ @ W[1].T) * (A > 0)
            gradients = [X[rows].T @ dA, A.T @ dZ, dA.sum(axis=0), dZ.sum(axis=0)]
            t += 1
            rate = np.float32(0.004 * (1 - t / total) + 1e-5)
            for p, g, first, second in zip(parameters, gradients, m, v, strict=True):
                first += 0.1 * (g - first)
                second += 0.001 * (g * g - second)
                p -= rate * first / (1 - 0.9**t) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)

    def predict(images):
        X = (images.reshape(-1, 784).astype(np.float32) - 33) / 79
        return np.argmax(np.maximum(X @ W[0] + b[0], 0) @ W[1] + b[1], axis=1)

    return predict
