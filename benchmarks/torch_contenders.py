"""The contenders that compute with torch: tiers 2 and 3, their floors, and ordinary use."""

import torch
import train_lowlevel
import train_paper
from jaxtyping import Float, Int
from optimizers_paper import make_optimizer, make_scheduler
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from benchmarks.workloads import LEARNING_RATE, Data, SteppingContender, Workload
from common.schedules import learning_rate
from data.mnist import DATASETS


class TorchContender(SteppingContender):
    """The data and the order of the minibatches lie on the device as a whole."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        self.images = torch.from_numpy(data.images).to(data.device)
        self.labels = torch.from_numpy(data.labels).to(data.device)

    def place(self, order):
        return torch.from_numpy(order).to(self.data.device)

    def synchronize(self):
        if self.data.device == "cuda":
            torch.cuda.synchronize()


class TierTwo(TorchContender):
    """The step of train_lowlevel.py, without what it records."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        self.configuration = workload.configuration
        self.model = train_lowlevel.MLP(workload.layer_sizes, device=data.device)
        self.optimizer = train_lowlevel.make_optimizer(self.configuration, self.model)
        self.loss_function = train_lowlevel.LOSSES[self.configuration.loss]

    def step(self, indices):
        logits = self.model.forward(self.images.index_select(0, indices))
        loss = self.loss_function(logits, self.labels[indices])
        self.model.zero_grad()
        loss.backward()
        self.optimizer.learning_rate = learning_rate(self.configuration, 0)
        self.optimizer.step()


class TierThree(TorchContender):
    """The step of train_paper.py, without what it records."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        configuration = workload.configuration
        self.model = train_paper.make_model(configuration).to(data.device)
        self.optimizer = make_optimizer(configuration, self.model)
        self.scheduler = make_scheduler(configuration, self.optimizer)
        self.loss_function = train_paper.LOSSES[configuration.loss]

    def step(self, indices):
        logits = self.model(self.images.index_select(0, indices))
        loss = self.loss_function(logits, self.labels[indices])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()


class TierThreeCompile(TierThree):
    """The step of train_paper.py --compile, without what it records."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        prepare_compiler()
        self.model = train_paper.compile_model(self.model, torch.device(data.device))


class CompiledStep(TorchContender):
    """Tier 3's network, loss, gradients and update as one compiled function, gathering included."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        model = train_paper.make_model(workload.configuration).to(data.device)
        loss_function = train_paper.LOSSES[workload.configuration.loss]
        self.parameters = parameters = list(model.parameters())
        images, labels = self.images, self.labels

        def step(indices: Int[torch.Tensor, " n"]) -> None:
            loss = loss_function(model(images[indices]), labels[indices])
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                torch._foreach_add_(parameters, gradients, alpha=-LEARNING_RATE)

        prepare_compiler()
        # The compiler splits a step that calls loss.backward() or optimizer.step() into parts;
        # written so, with this switch, it is one.
        torch._dynamo.config.trace_autograd_ops = True
        self.compiled_step = torch.compile(step, fullgraph=True, dynamic=False)

    def step(self, indices):
        self.compiled_step(indices)


def prepare_compiler() -> None:
    """Have each workload's code compiled as if it were the only one of the process."""
    torch._dynamo.config.recompile_limit = 64
    torch._dynamo.config.automatic_dynamic_shapes = False


class EagerFloor(TorchContender):
    """The fastest eager loop with autograd that we can write for this network.

    No modules and no optimizer object: raw tensors, the gathered minibatch in memory that is
    there already, activations in place, gradients returned instead of stored, one call that
    updates all parameters.
    """

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        model = train_paper.make_model(workload.configuration).to(data.device)
        self.parameters = [p.detach().requires_grad_() for p in model.parameters()]
        self.layers = list(zip(self.parameters[::2], self.parameters[1::2], strict=True))
        self.velocities = [torch.zeros_like(p) for p in self.parameters]
        n, d = workload.batch_size, workload.layer_sizes[0]
        self.X = torch.empty(n, d, device=data.device)
        self.y = torch.empty(n, dtype=torch.int64, device=data.device)

    def step(self, indices):
        torch.index_select(self.images, 0, indices, out=self.X)
        torch.index_select(self.labels, 0, indices, out=self.y)
        gradients = torch.autograd.grad(self.loss(), self.parameters)
        with torch.no_grad():
            if self.workload.momentum:
                torch._foreach_mul_(self.velocities, self.workload.momentum)
                torch._foreach_add_(self.velocities, gradients)
                gradients = self.velocities
            torch._foreach_add_(self.parameters, gradients, alpha=-LEARNING_RATE)

    def loss(self) -> Float[torch.Tensor, ""]:
        """Mean cross-entropy of the minibatch in X and y."""
        A = self.X
        for W, b in self.layers[:-1]:
            A = torch.addmm(b, A, W.t()).relu_()
        W, b = self.layers[-1]
        return F.cross_entropy(torch.addmm(b, A, W.t()), self.y)


class TorchFloor(TorchContender):
    """The matrix products of a step and nothing else, into tensors that are there already."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        n, sizes = workload.batch_size, workload.layer_sizes

        def tensor(*shape: int) -> torch.Tensor:
            return 0.1 * torch.randn(shape, device=data.device)

        layers = range(len(sizes) - 1)
        X = [tensor(n, sizes[i]) for i in layers]
        W = [tensor(sizes[i + 1], sizes[i]) for i in layers]
        grad_Z = [tensor(n, sizes[i + 1]) for i in layers]
        # As in NumpyFloor: three per layer, but no gradient of the first layer's input.
        self.products = [(X[i], W[i].t(), tensor(n, sizes[i + 1])) for i in layers]
        for i in reversed(layers):
            self.products.append((grad_Z[i].t(), X[i], torch.empty_like(W[i])))
            if i > 0:
                self.products.append((grad_Z[i], W[i], torch.empty_like(X[i])))

    @torch.no_grad()
    def step(self, indices):
        for A, B, out in self.products:
            torch.mm(A, B, out=out)


class ModuleAndDataLoader(TorchContender):
    """As PyTorch's own MNIST example does it: every image decoded and normalized when it is met.

    Its DataLoader settings on a CPU (no workers), its transforms and its loss; the network and
    plain SGD are those of the others, the example's being a convolutional network and Adadelta.
    """

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        sizes = workload.layer_sizes
        layers: list[nn.Module] = [nn.Flatten(), nn.Linear(sizes[0], sizes[1])]
        for i in range(1, len(sizes) - 1):
            layers += [nn.ReLU(), nn.Linear(sizes[i], sizes[i + 1])]
        self.model = nn.Sequential(*layers, nn.LogSoftmax(dim=1)).to(data.device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), LEARNING_RATE, workload.momentum)

    def draw_minibatches(self):
        mnist = DATASETS["mnist"]
        transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((mnist.mean,), (mnist.std,))]
        )
        images = datasets.MNIST(self.data.root, train=True, transform=transform)
        loader = DataLoader(images, self.workload.batch_size, shuffle=True, drop_last=True)
        while True:
            yield from loader

    def step(self, minibatch):
        images, labels = (tensor.to(self.data.device) for tensor in minibatch)
        self.optimizer.zero_grad()
        loss = F.nll_loss(self.model(images), labels)
        loss.backward()
        self.optimizer.step()
