"""A solution of exercise 07 in tier 3."""

import copy

import torch
from torch.nn.functional import cross_entropy

from mlp_paper import MLP

EPOCHS = 4
BATCH = 100
PEAK = 0.004  # of the learning rate, which then falls to 0


def train(images, labels, validation_images, validation_labels, seed):
    mean, deviation = float(images.mean()), float(images.std())

    def scaled(images):
        X = torch.tensor(images, dtype=torch.float32).flatten(1)
        return (X - mean) / deviation

    X, y = scaled(images), torch.tensor(labels)
    X_validation, y_validation = scaled(validation_images), torch.tensor(validation_labels)
    torch.manual_seed(seed)
    model = MLP((784, 256, 10))
    optimizer = torch.optim.Adam(model.parameters(), PEAK, fused=True)
    steps = EPOCHS * -(-len(X) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps)
    best, state = 0.0, model.state_dict()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(X)).split(BATCH):
            optimizer.zero_grad()
            cross_entropy(model(X[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            right = (model(X_validation).argmax(dim=1) == y_validation).float().mean()
        if right >= best:
            best, state = right, copy.deepcopy(model.state_dict())
    model.load_state_dict(state)

    @torch.no_grad()
    def predict(images):
        return model(scaled(images)).argmax(dim=1)

    return predict
