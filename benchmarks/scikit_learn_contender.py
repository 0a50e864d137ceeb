"""The contender that is most like tier 1: scikit-learn's MLPClassifier, in NumPy too."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.workloads import LEARNING_RATE, Contender, Data, Workload


class ScikitLearn(Contender):
    """MLPClassifier with the same network, loss, minibatch and update."""

    def __init__(self, workload: Workload, data: Data) -> None:
        super().__init__(workload, data)
        self.classifier = MLPClassifier(
            workload.configuration.hidden,
            solver="sgd",
            alpha=0.0,
            batch_size=workload.batch_size,
            learning_rate_init=LEARNING_RATE,
            momentum=workload.momentum,
            nesterovs_momentum=False,
            early_stopping=False,
            random_state=0,
        )

    def run(self, steps):
        # One call of partial_fit passes over what it is given once, shuffled, in minibatches. It
        # warns of nothing (fit with max_iter=1 would, of not having converged).
        batch_size = self.workload.batch_size
        per_epoch = len(self.data.images) // batch_size
        for taken in range(0, steps, per_epoch):
            rows = slice(0, min(per_epoch, steps - taken) * batch_size)
            self.classifier.partial_fit(
                self.data.images[rows], self.data.labels[rows], classes=np.arange(10)
            )
        return steps
