"""Models that classify digits: each tier's own, with the weights of a training on MNIST."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from common.configuration import Configuration
from common.diagnosis import to_array
from data.mnist import MNIST
from play.pictures import classify, hidden_layers, layer_outputs, layers_of
from play.training import TORCH_RNG_LOCK
from tiers import TIERS


class ModelUnavailable(Exception):  # noqa: N818 - names what it is to the page
    """There is no model of this tier: why not, and the command that makes one."""

    def __init__(self, reason: str, command: str) -> None:
        super().__init__(reason)
        self.command = command


@dataclass(frozen=True)
class Prediction:
    """What one model computes for an image.

    Attributes:
        digit: the one that it predicts.
        probabilities: (10,), of each digit.
        hidden: the activations of each hidden layer, by its label.
        saliency: (784,), ∂ logit of the digit / ∂ pixel.
    """

    digit: int
    probabilities: Float[np.ndarray, " 10"]
    hidden: dict[str, np.ndarray]
    saliency: Float[np.ndarray, " 784"]


class DigitModel:
    """A tier's model with the weights of a training on MNIST.

    Args:
        tier: its name.
        options: of the training; its loss gives probabilities.
        weights: by name, as every tier names them.
        accuracy: of the test.

    Raises:
        UserError: where the weights do not fit the options.
    """

    def __init__(
        self, tier: str, options: Configuration, weights: dict[str, np.ndarray], accuracy: float
    ) -> None:
        self.tier, self.options, self.accuracy = tier, options, accuracy
        make_model = TIERS[tier].module("train").make_model
        with TORCH_RNG_LOCK:  # which draws weights, and replaces them
            self.model = make_model(options, MNIST.inputs, MNIST.classes)
        own = self.model.state_dict()
        self.model.load_state_dict(
            weights
            if tier == "numpy"
            else {name: own[name].new_tensor(array) for name, array in weights.items()}
        )
        self.model.eval()

    @property
    def trained(self) -> str:
        """The network in a few words."""
        sizes = self.options.layer_sizes(MNIST.inputs, MNIST.classes)
        parts = ["-".join(map(str, sizes)), self.options.activation]
        parts += ["batch normalization"] * self.options.batch_norm
        parts += [f"dropout {self.options.dropout:g}"] * bool(self.options.dropout)
        return ", ".join([*parts, f"test accuracy {self.accuracy:.2%}"])

    def logits(self, images: Float[np.ndarray, "n 784"]) -> Float[np.ndarray, "n 10"]:
        """What the model computes for these images, a thousand at a time."""
        last = layers_of(self.model)[-1][0]
        parts = np.array_split(images, max(1, len(images) // 1_000))
        return np.concatenate([layer_outputs(self.model, part)[last] for part in parts])

    def predictions(self, images: Float[np.ndarray, "n 784"]) -> Int[np.ndarray, " n"]:
        """The digit that the model predicts for each image."""
        return classify(self.tier, self.options.loss, self.logits(images))[0]

    def classify(self, image: Float[np.ndarray, " 784"]) -> Prediction:
        """The model's prediction for one image."""
        outputs = layer_outputs(self.model, image[None])
        logits = outputs[layers_of(self.model)[-1][0]]
        (digit,), (probabilities,) = classify(self.tier, self.options.loss, logits)
        return Prediction(
            int(digit),
            probabilities,
            {label: outputs[name][0] for name, label in hidden_layers(self.model)},
            self._saliency(image[None], digit),
        )

    def _saliency(self, X: np.ndarray, digit: int) -> np.ndarray:
        """∂ logit of the digit / ∂ X, by the tier's own backward pass."""
        if self.tier == "numpy":
            self.model.layers[0].needs_input_gradient = True
            gradient = np.zeros_like(self.model.forward(X.astype(self.options.dtype)))
            gradient[0, digit] = 1
            for layer in reversed(self.model.layers):
                gradient = layer.backward(gradient)
            return gradient[0]
        import torch

        leaf = torch.tensor(X, dtype=getattr(torch, self.options.dtype), requires_grad=True)
        (gradient,) = torch.autograd.grad(self.model.forward(leaf)[0, digit], leaf)
        return to_array(gradient)[0]


class Models(Protocol):
    """Where the digit view takes its models from.

    Attributes:
        place: in words, as the page names it.
    """

    place: str

    def find(self, tier: str) -> DigitModel:
        """This tier's model. Raises ModelUnavailable."""
        ...
