"""One minibatch traced: forward, loss, backward, update, layer by layer.

The tier's own training makes the step. What its layers have computed in it comes from computing the
step again, on a copy of the model as it was before, with the same minibatch and masks.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from common.diagnosis import to_array
from play.pictures import layers_of
from play.stages import Step, stages
from play.training import TORCH_RNG_LOCK, PageTraining, TierTraining

MAX_SHOWN = 12  # rows and columns of an array


def trace_step(training: PageTraining) -> dict[str, Any] | None:
    """Train one minibatch, and show what each tier computed in it.

    Returns:
        Nothing where the step diverged.
    """
    rate, number = training.learning_rate, training.step
    before = {name: deepcopy(tier.model) for name, tier in training.tiers.items()}
    training.train_minibatch()
    if training.state == "diverged":
        return None
    with TORCH_RNG_LOCK:
        steps = {
            name: compute_again(tier, number, before[name]) for name, tier in training.tiers.items()
        }
    first = next(iter(steps.values()))
    return {
        "step": training.step,
        "rows": len(first.indices),
        "indices": first.indices,
        "learning_rate": rate,
        "tiers": {
            name: {
                "loss": step.loss,
                "stages": stages(
                    name,
                    step,
                    layers_of(training.tiers[name].model),
                    training.setup,
                    rate,
                    MAX_SHOWN,
                ),
            }
            for name, step in steps.items()
        },
    }


def compute_again(tier: TierTraining, number: int, model: Any) -> Step:
    """All that a tier's last step has computed.

    Args:
        number: of the step, from 0.
        model: a copy from before the step.
    """
    made = tier.training
    assert made is not None
    step = Step(before=copies(model.state_dict()), indices=copy(made.indices))
    X, targets = made.examples.images[made.indices], made.examples.targets[made.indices]
    loss_function = tier.tier.module("train").LOSSES[tier.setup.loss]
    model.train()
    tier.seed_dropout(model, number)
    through = _through_numpy if tier.tier.name == "numpy" else _through_autograd
    through(model, loss_function, X, targets, step)
    step.targets = copy(targets)
    step.loss = made.loss
    step.gradients = copies(model.gradients())
    step.clipped = copies(made.gradients)
    step.after = copies(tier.model.state_dict())
    step.buffers = copies(made.optimizer.state_dict())
    norm = made.history.gradient_norms[-1]
    step.norm = norm if np.isfinite(norm) else None
    return step


def _through_numpy(
    model: Any, loss_function: Callable[..., Any], X: np.ndarray, targets: np.ndarray, step: Step
) -> None:
    """Forward and backward of tier 1, layer by layer."""
    Y, names = X, []
    for name, output in model.outputs(X):
        step.inputs[name], step.outputs[name] = copy(Y), copy(output)
        Y = output
        names.append(name)
    _, gradient = loss_function(Y, targets)
    for name, layer in zip(reversed(names), reversed(model.layers), strict=True):
        step.grad_outputs[name] = copy(gradient)
        gradient = layer.backward(gradient)
        if gradient is not None:
            step.grad_inputs[name] = copy(gradient)


def _through_autograd(
    model: Any, loss_function: Callable[..., Any], X: Any, targets: Any, step: Step
) -> None:
    """Forward and backward of tiers 2 and 3; autograd keeps the gradient of each output."""
    model.zero_grad()
    Y, outputs = X, {}
    for name, output in model.outputs(X):
        step.inputs[name], step.outputs[name] = copy(Y), copy(output)
        output.retain_grad()
        outputs[name] = Y = output
    loss_function(Y, targets).backward()
    step.grad_outputs = {name: copy(output.grad) for name, output in outputs.items()}
    before, *after = outputs
    for name in after:
        step.grad_inputs[name] = step.grad_outputs[before]
        before = name


def copy(value: Any) -> np.ndarray:
    """An array of its own of the same numbers."""
    return to_array(value).copy()


def copies(values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Of each value, by the same names."""
    return {name: copy(value) for name, value in values.items()}
