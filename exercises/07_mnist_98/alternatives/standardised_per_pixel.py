"""Each pixel by its own mean and deviation, float64 statistics, a class that can be called."""

import numpy as np

from common.minibatches import minibatches
from losses_numpy import softmax_cross_entropy
from mlp_numpy import MLP
from optimizers_numpy import AdamW


class Predictor:
    def __init__(self, images, seed):
        pixels = images.reshape(len(images), -1)
        self.mean = pixels.mean(axis=0)
        self.deviation = np.maximum(pixels.std(axis=0), 50)
        self.model = MLP((784, 256, 128, 10), seed=seed)

    def scale(self, images):
        pixels = images.reshape(len(images), -1)
        return ((pixels - self.mean) / self.deviation).astype(np.float32)

    def __call__(self, images):
        return self.model.forward(self.scale(images)).argmax(axis=1).astype(np.uint8)


def train(images, labels, validation_images, validation_labels, seed):
    predictor = Predictor(images, seed)
    X = predictor.scale(images)
    optimizer = AdamW(predictor.model.parameters(), 0.003, weight_decay=0.01)
    rng = np.random.default_rng([seed, 1])
    for rate in (0.003, 0.003, 0.002, 0.001, 0.0003):
        optimizer.learning_rate = rate
        for rows in minibatches(rng.permutation(len(X)), 100):
            _, gradient = softmax_cross_entropy(predictor.model.forward(X[rows]), labels[rows])
            predictor.model.backward(gradient)
            optimizer.step(predictor.model.gradients())
    return predictor
