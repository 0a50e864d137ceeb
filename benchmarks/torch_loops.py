"""Loops beside those of tiers 2 and 3: their floors, and ordinary use of torch."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from benchmarks.contenders import LEARNING_RATE, Task
from benchmarks.numpy_loops import endless_minibatches, step_products
from data.mnist import SOURCES
from train_paper import MLP, make_model

# Each workload's code is compiled as if it were the only one of the process.
torch._dynamo.config.recompile_limit = 64
torch._dynamo.config.automatic_dynamic_shapes = False
torch._dynamo.config.trace_autograd_ops = True  # so that `compiled` is one function, not several


def floor(task: Task) -> Iterator[int]:
    """The matrix products of a step and nothing else, into tensors that are there already."""
    products = step_products(task.workload, lambda *n: torch.rand(n, device=task.device) - 0.5)
    while True:
        for A, B, out in products:
            torch.mm(A, B, out=out)
        yield 1


def eager(task: Task) -> Iterator[int]:
    """The fastest eager loop that we can write: in place, and one call that updates all."""
    images, labels, minibatches, model = on_device(task)
    parameters = [parameter.detach().requires_grad_() for parameter in model.parameters()]
    *hidden, (W_last, b_last) = zip(parameters[::2], parameters[1::2], strict=True)
    velocities = [torch.zeros_like(parameter) for parameter in parameters]
    momentum, n = task.workload.momentum, task.workload.batch_size
    X, y = images[:n].clone(), labels[:n].clone()
    for indices in minibatches:
        torch.index_select(images, 0, indices, out=X)
        torch.index_select(labels, 0, indices, out=y)
        A = X
        for W, b in hidden:
            A = torch.addmm(b, A, W.t()).relu_()
        loss = F.cross_entropy(torch.addmm(b_last, A, W_last.t()), y)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            if momentum:
                torch._foreach_mul_(velocities, momentum)
                torch._foreach_add_(velocities, gradients)
                gradients = velocities
            torch._foreach_add_(parameters, gradients, alpha=-LEARNING_RATE)
        yield 1


def compiled(task: Task) -> Iterator[int]:
    """Tier 3's network, loss, gradients and update as one compiled function, gathering included."""
    images, labels, minibatches, model = on_device(task)
    parameters = list(model.parameters())

    def step(indices: torch.Tensor) -> None:
        loss = F.cross_entropy(model(images[indices]), labels[indices])
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            torch._foreach_add_(parameters, gradients, alpha=-LEARNING_RATE)

    step = torch.compile(step, fullgraph=True, dynamic=False)
    for indices in minibatches:
        step(indices)
        yield 1


def data_loader(task: Task) -> Iterator[int]:
    """As PyTorch's own MNIST example does it: every image decoded and normalized when it is met."""
    model = nn.Sequential(nn.Flatten(), on_device(task)[-1], nn.LogSoftmax(dim=1))
    optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)
    scale = SOURCES["mnist"].scale
    normalize = transforms.Normalize((scale.mean,), (scale.std,))
    transform = transforms.Compose([transforms.ToTensor(), normalize])
    mnist = datasets.MNIST(task.root, transform=transform)
    loader = DataLoader(mnist, task.workload.batch_size, shuffle=True, drop_last=True)
    while True:
        for images, labels in loader:
            images, labels = images.to(task.device), labels.to(task.device)
            optimizer.zero_grad()
            loss = F.nll_loss(model(images), labels)
            loss.backward()
            optimizer.step()
            yield 1


def on_device(task: Task) -> tuple[torch.Tensor, torch.Tensor, Iterator[Any], MLP]:
    """Images, labels, the minibatches' indices, and tier 3's model with its first weights."""
    device, sizes = torch.device(task.device), task.workload.layer_sizes
    images, labels = (torch.from_numpy(array).to(device) for array in (task.images, task.labels))
    minibatches = endless_minibatches(task, lambda order: torch.from_numpy(order).to(device))
    model = make_model(task.workload.configuration(), sizes[0], sizes[-1], device)
    return images, labels, minibatches, model
