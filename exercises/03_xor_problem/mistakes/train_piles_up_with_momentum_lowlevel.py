"""train adds each gradient to those of the steps before: zero_grad is missing."""

import torch


class TwoLayerNetwork(TwoLayerNetwork):
    def train(self, X, y):
        parameters = [getattr(self, name) for name in NAMES]
        optimizer = torch.optim.SGD(parameters, lr=0.5, momentum=0.9)
        losses = []
        for _ in range(300):
            loss = torch.nn.functional.binary_cross_entropy(self.forward(X), y)
            losses.append(loss.item())
            loss.backward()
            optimizer.step()
        return losses
