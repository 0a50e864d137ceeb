"""Batch normalization and momentum; images as they come from 0 to 1; copies are shuffled."""

import numpy as np

from losses_numpy import softmax_cross_entropy
from mlp_numpy import MLP
from optimizers_numpy import SGD

SIZE = 128


def prepared(images):
    return np.array([image.ravel() for image in images], np.float32) / 255


def train(images, labels, validation_images, validation_labels, seed):
    np.random.seed(seed)
    X, y = prepared(images), labels.copy()
    model = MLP((784, 256, 10), batch_norm=True, seed=seed)
    optimizer = SGD(model.parameters(), 0.2, momentum=0.9)
    for epoch in range(4):
        both = np.random.permutation(len(X))
        X, y = X[both], y[both]
        model.train()
        optimizer.learning_rate = (0.2, 0.1, 0.04, 0.01)[epoch]
        for i in range(len(X) // SIZE):  # a smaller last minibatch waits for another epoch
            part = slice(i * SIZE, (i + 1) * SIZE)
            _, gradient = softmax_cross_entropy(model.forward(X[part]), y[part])
            model.backward(gradient)
            optimizer.step(model.gradients())

    def predict(images):
        model.eval()
        labels = []
        for start in range(0, len(images), 1000):
            labels.extend(model.forward(prepared(images[start : start + 1000])).argmax(axis=1))
        return np.array(labels)

    return predict
