"""The contenders that compute with NumPy: tier 1, its floor, and the reference."""

from itertools import pairwise

import numpy as np
from losses_numpy import LOSSES
from train_numpy import MLP, make_optimizer

from benchmarks.workloads import Contender, Data, SteppingContender, Workload
from common.schedules import learning_rate


class TierOne(SteppingContender):
    """The step of train_numpy.py, without what it records."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        self.configuration = workload.configuration
        self.model = MLP(workload.layer_sizes)
        self.optimizer = make_optimizer(self.configuration, self.model)
        self.loss_function = LOSSES[self.configuration.loss]

    def step(self, indices):
        logits = self.model.forward(self.data.images[indices])
        _, grad_logits = self.loss_function(logits, self.data.labels[indices])
        self.model.backward(grad_logits)
        self.optimizer.learning_rate = learning_rate(self.configuration, 0)
        self.optimizer.step(self.model.gradients())


class NumpyFloor(SteppingContender):
    """The matrix products of a step and nothing else, into arrays that are there already."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        rng = np.random.default_rng(0)
        n = workload.batch_size

        def array(*shape: int) -> np.ndarray:
            return rng.normal(0, 0.1, shape).astype(np.float32)

        sizes = workload.layer_sizes
        X = [array(n, d) for d in sizes[:-1]]
        W = [array(d_out, d_in) for d_in, d_out in pairwise(sizes)]
        grad_Z = [array(n, d) for d in sizes[1:]]
        layers = range(len(W))
        # Three products per layer, in the order and with the memory layout of tier 1's; the
        # first layer needs no gradient of its input.
        self.products = [(X[i], W[i].T, array(n, sizes[i + 1])) for i in layers]
        for i in reversed(layers):
            self.products.append((grad_Z[i].T, X[i], np.empty_like(W[i])))
            if i > 0:
                self.products.append((grad_Z[i], W[i], np.empty_like(X[i])))

    def step(self, indices):
        for A, B, out in self.products:
            np.matmul(A, B, out=out)


class Reference(Contender):
    """One matrix product per step, the same always: shows how fast the machine is just now."""

    size = 512

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        rng = np.random.default_rng(0)
        self.A, self.B = rng.normal(size=(2, self.size, self.size)).astype(np.float32)
        self.out = np.empty_like(self.A)

    def run(self, steps):
        for _ in range(steps):
            np.matmul(self.A, self.B, out=self.out)
        return steps
