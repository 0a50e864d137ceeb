"""One minibatch taken apart: forward, loss, backward, update, layer by layer.

The tier's own training makes the step; its layers are watched while they compute, which changes
nothing of what they compute.
"""

from contextlib import ExitStack
from typing import Any

import numpy as np

from common.diagnosis import to_array
from play.pictures import layers_of
from play.stages import Step, stages
from play.training import HeldRecorder, Trainee, Training

MAX_SHOWN = 12  # rows and columns of an array


class Watched:
    """What a trainee's layers compute in its next step.

    Args:
        trainee: held before the step.
    """

    def __init__(self, trainee: Trainee) -> None:
        self.trainee = trainee
        self.step = Step()
        self._outputs: dict[str, Any] = {}  # the tensors themselves, whose gradient autograd keeps
        self._layers = {f"layers.{i}": layer for i, layer in enumerate(trainee.model.layers)}

    def __enter__(self) -> "Watched":
        model = self.trainee.model
        self.step.before = _copies(model.state_dict())
        for name, layer in self._layers.items():
            layer.forward = self._watched_forward(name, layer.forward)
            if hasattr(layer, "backward"):
                layer.backward = self._watched_backward(name, layer.backward)
        self.trainee.recorder.before_update = self._gradients_there
        return self

    def __exit__(self, *_: object) -> None:
        self.trainee.recorder.before_update = None
        self._let_go()

    def _let_go(self) -> None:
        for layer in self._layers.values():
            vars(layer).pop("forward", None)
            vars(layer).pop("backward", None)

    def _watched_forward(self, name: str, forward: Any) -> Any:
        def watched(X: Any) -> Any:
            Y = forward(X)
            self.step.inputs[name], self.step.outputs[name] = _copy(X), _copy(Y)
            if hasattr(Y, "retain_grad"):
                Y.retain_grad()
                self._outputs[name] = Y
            return Y

        return watched

    def _watched_backward(self, name: str, backward: Any) -> Any:
        def watched(gradient: Any) -> Any:
            self.step.grad_outputs[name] = _copy(gradient)
            found = backward(gradient)
            if found is not None:
                self.step.grad_inputs[name] = _copy(found)
            return found

        return watched

    def _gradients_there(self, recorder: HeldRecorder) -> None:
        """Between backward and update."""
        self._let_go()  # the validation that may follow is not part of the step
        indices = recorder.indices
        self.step.loss = recorder.loss
        self.step.indices = _copy(indices)
        self.step.targets = _copy(recorder.training.targets[indices])
        self.step.gradients = _copies(recorder.model.gradients())
        before = None
        for name, output in self._outputs.items():
            self.step.grad_outputs[name] = _copy(output.grad)
            if before is not None:
                self.step.grad_inputs[name] = self.step.grad_outputs[before]
            before = name

    def updated(self) -> Step:
        """The step, once it is made."""
        recorder = self.trainee.recorder
        self.step.clipped = _copies(recorder.model.gradients())
        self.step.after = _copies(recorder.model.state_dict())
        self.step.buffers = _copies(recorder.optimizer.state_dict())
        norm = recorder.history.gradient_norms[-1]
        self.step.norm = norm if np.isfinite(norm) else None
        return self.step


def _copy(value: Any) -> np.ndarray:
    return to_array(value).copy()


def _copies(values: Any) -> dict[str, np.ndarray]:
    return {name: _copy(value) for name, value in values.items()}


def trace_step(training: Training) -> dict[str, Any] | None:
    """Train one minibatch, and tell what each tier computed in it.

    Returns:
        Nothing where the step diverged.
    """
    rate = training.learning_rate
    watched = {name: Watched(trainee) for name, trainee in training.trainees.items()}
    with ExitStack() as watching:
        for each in watched.values():
            watching.enter_context(each)
        training.train_minibatch()
    if training.state == "diverged":
        return None
    layers = layers_of(training.setup)
    steps = {name: each.updated() for name, each in watched.items()}
    first = next(iter(steps.values()))
    return {
        "step": training.step,
        "rows": len(first.indices),
        "indices": first.indices,
        "learning_rate": rate,
        "tiers": {
            name: {
                "loss": step.loss,
                "stages": stages(name, step, layers, training.setup, rate, MAX_SHOWN),
            }
            for name, step in steps.items()
        },
    }
