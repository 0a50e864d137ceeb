"""train adds each gradient to those of the steps before: zero_grad is missing."""

import torch


class TwoLayerNetwork(TwoLayerNetwork):
    def train(self, X, y):
        losses = []
        for _ in range(100):
            loss = self.loss(X, y)
            losses.append(loss.item())
            loss.backward()
            with torch.no_grad():
                for name in NAMES:
                    parameter = getattr(self, name)
                    parameter.sub_(0.5 * parameter.grad)
        return losses
