"""gradients adds to those of earlier calls instead of beginning at 0."""

import torch


class TwoLayerNetwork(TwoLayerNetwork):
    def gradients(self, X, y):
        self.loss(X, y).backward()
        return {name: getattr(self, name).grad.clone() for name in NAMES}

    def train(self, X, y):
        losses = []
        for _ in range(100):
            losses.append(self.loss(X, y).item())
            for name in NAMES:
                getattr(self, name).grad = None
            gradients = self.gradients(X, y)
            with torch.no_grad():
                for name in NAMES:
                    getattr(self, name).sub_(2.0 * gradients[name])  # a learning rate of 2
        return losses
