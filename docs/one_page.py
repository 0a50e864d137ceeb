"""A multilayer perceptron on one page, from the files of MNIST to 98 %: python docs/one_page.py"""

import argparse
import gzip
from itertools import pairwise
from pathlib import Path

import numpy as np

RAW = Path(__file__).resolve().parent.parent / "data" / "MNIST" / "raw"
SIZES, BATCH_SIZE, EPOCHS, LEARNING_RATE, MOMENTUM = (784, 256, 128, 10), 128, 10, 0.05, 0.9


def random(*purpose):  # one stream of random numbers for each purpose, those of tier 1
    return np.random.default_rng(np.random.SeedSequence(0, spawn_key=purpose))


def load(part):  # pixels, centred and scaled (n, 784), and labels (n,)
    files = (RAW / f"{part}-images-idx3-ubyte.gz", RAW / f"{part}-labels-idx1-ubyte.gz")
    pixels, labels = (np.frombuffer(gzip.decompress(f.read_bytes()), np.uint8) for f in files)
    return ((pixels[16:].reshape(-1, 784) / 255 - 0.1307) / 0.3081).astype(np.float32), labels[8:]


def forward(X, W, b):  # the input, each layer's activation, and the logits
    A = [X]
    for i in range(len(W)):
        Z = A[i] @ W[i].T + b[i]
        A.append(np.maximum(Z, 0) if i < len(W) - 1 else Z)
    return A


def train(X, labels, epochs=EPOCHS):  # yields each step's loss, and the weights and biases
    sizes = enumerate(pairwise(SIZES))
    W = [random(1, i).normal(0, (2 / n) ** 0.5, (m, n)).astype(X.dtype) for i, (n, m) in sizes]
    b = [np.zeros(len(weight), X.dtype) for weight in W]
    velocities = [[np.zeros_like(array) for array in layer] for layer in zip(W, b, strict=True)]
    per_epoch = -(-len(X) // BATCH_SIZE)
    for step in range(per_epoch * epochs):
        if step % per_epoch == 0:
            order = random(0, step // per_epoch + 1).permutation(len(X))
        rows = order[step % per_epoch * BATCH_SIZE :][:BATCH_SIZE]
        A, y = forward(X[rows], W, b), (range(len(rows)), labels[rows])
        exp = np.exp(A[-1] - A[-1].max(axis=1, keepdims=True))
        P = exp / exp.sum(axis=1, keepdims=True)  # softmax
        loss = -np.log(P[y]).mean()
        P[y] -= 1
        grad_Z, rate = P / len(rows), LEARNING_RATE * (1 - step / (per_epoch * epochs))
        for i in reversed(range(len(W))):  # the chain rule, from the logits back to the input
            gradients = grad_Z.T @ A[i], grad_Z.sum(axis=0)
            grad_Z = grad_Z @ W[i] * (A[i] > 0)
            for array, v, gradient in zip((W[i], b[i]), velocities[i], gradients, strict=True):
                v[...] = MOMENTUM * v + gradient
                array -= rate * v
        yield loss, W, b


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    (*_, (_, W, b)), (images, labels) = train(*load("train")), load("t10k")
    print(f"test accuracy: {(forward(images, W, b)[-1].argmax(axis=1) == labels).mean():.2%}")
