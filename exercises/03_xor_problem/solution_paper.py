"""A solution of exercise 03 in tier 3."""

import torch
from torch import nn


class TwoLayerNetwork(nn.Module):
    """tanh in the hidden layer, a sigmoid at the output."""

    def __init__(self, hidden, seed):
        super().__init__()
        self.first, self.second = nn.Linear(2, hidden), nn.Linear(hidden, 1)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.7, generator=generator)

    def forward(self, X):
        return torch.sigmoid(self.second(torch.tanh(self.first(X)))).squeeze(1)

    def gradients(self, X, y):
        loss = nn.functional.binary_cross_entropy(self.forward(X), y)
        found = torch.autograd.grad(loss, list(self.parameters()))
        return dict(zip(("W1", "b1", "W2", "b2"), found, strict=True))

    def train(self, X, y):  # hides the switch of nn.Module, which nothing here needs
        optimizer = torch.optim.Adam(self.parameters(), lr=0.1)
        losses = []
        for _ in range(100):
            loss = nn.functional.binary_cross_entropy(self.forward(X), y)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return losses
