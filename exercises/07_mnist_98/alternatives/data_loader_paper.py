"""An nn.Sequential with dropout, a DataLoader, OneCycleLR; labels as a NumPy array."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(images, labels, validation_images, validation_labels, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.1), nn.Linear(256, 10)
    )
    X = torch.from_numpy(images).float() / 255
    examples = TensorDataset(X, torch.from_numpy(labels).long())
    loader = DataLoader(examples, batch_size=None, sampler=batches(len(examples)))
    optimizer = torch.optim.AdamW(model.parameters(), 0.001, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.006, total_steps=4 * len(loader))
    loss_function = nn.CrossEntropyLoss()
    for _ in range(4):
        for X, y in loader:
            loss = loss_function(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()

    def predict(images):
        with torch.inference_mode():
            return model(torch.tensor(images).float() / 255).argmax(1).numpy()

    return predict


def batches(count):
    """128 rows at a time, in a new order in each epoch."""
    order = torch.utils.data.RandomSampler(range(count))
    return torch.utils.data.BatchSampler(order, 128, drop_last=False)
