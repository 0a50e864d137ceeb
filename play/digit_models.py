"""The models of finished runs, which classify digits: each tier's own, from its run folder."""

import shlex
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from common.diagnosis import to_array
from common.runs.options import REPOSITORY
from common.runs.run_folder import CHECKPOINT, CONFIG, TEST, FinishedRun
from data.errors import UserError
from data.mnist import MNIST
from play.limits import page_words
from play.pictures import classify, hidden_layers, layer_outputs, layers_of
from play.training import TORCH_REMEDY, TORCH_RNG_LOCK
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
    """A tier's model, with the weights of a finished run on MNIST.

    Args:
        tier: its name.
        folder: of the run.

    Raises:
        UserError: where the folder holds no such run, or a damaged one.
    """

    def __init__(self, tier: str, folder: Path) -> None:
        self.tier = tier
        run = FinishedRun(folder)
        self.options = run.options
        if (run.tier, self.options.dataset) != (tier, "mnist"):
            raise UserError(f"{shown(folder)} holds a run of {run.tier} on {self.options.dataset}")
        if self.options.loss == "mean-squared-error":
            raise UserError(
                f"{shown(folder)} was trained with the squared error, which gives no probabilities"
            )
        self.accuracy = run.test.test_accuracy
        make_model = TIERS[tier].module("train").make_model
        on_cpu = self.options.replace(device="cpu")
        with TORCH_RNG_LOCK:  # which draws weights, and replaces them
            self.model = make_model(on_cpu, MNIST.inputs, MNIST.classes)
        own = self.model.state_dict()
        self.model.load_state_dict(
            run.weights
            if tier == "numpy"
            else {name: own[name].new_tensor(array) for name, array in run.weights.items()}
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


class DigitModels:
    """The models of a folder of runs, reread when a run is written.

    Args:
        runs: the folder. A tier's run is in the folder of its name, as its train script leaves
            it, or where compare.py leaves its own.
    """

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self._read: dict[str, tuple[Any, DigitModel]] = {}

    def find(self, tier: str) -> DigitModel:
        """This tier's model. Raises ModelUnavailable."""
        reasons = []
        compared = sorted((self.runs / "compare").glob(f"{tier}-float32-seed*"))
        for folder in (self.runs / tier, *compared):
            try:
                return self._find_in(tier, folder)
            except ModelUnavailable as missing:
                reasons.append(missing)
        raise reasons[0]

    def _find_in(self, tier: str, folder: Path) -> DigitModel:
        if tier != "numpy" and find_spec("torch") is None:
            raise ModelUnavailable(
                TORCH_REMEDY, '.venv/bin/python -m pip install --editable ".[torch]"'
            )
        if not (folder / TEST).is_file():
            raise self._no_run(tier, folder)
        key = folder, (folder / TEST).stat().st_mtime_ns
        if tier not in self._read or self._read[tier][0] != key:
            try:
                self._read[tier] = key, DigitModel(tier, folder)
            except UserError as error:
                raise ModelUnavailable(
                    page_words(error), self._command(tier, "--overwrite")
                ) from None
        return self._read[tier][1]

    def _no_run(self, tier: str, folder: Path) -> ModelUnavailable:
        if (folder / CHECKPOINT).is_file():
            reason = f"The run in {shown(folder)} isn't finished."
            return ModelUnavailable(reason, self._command(tier, "--resume"))
        again = ["--overwrite"] if (folder / CONFIG).is_file() else []
        return ModelUnavailable(f"{shown(folder)} holds no run yet.", self._command(tier, *again))

    def _command(self, tier: str, *options: str) -> str:
        script = TIERS[tier].script.relative_to(REPOSITORY)
        elsewhere = self.runs != REPOSITORY / "runs"
        place = ["--run-dir", shown(self.runs / tier)] if elsewhere else []
        return shlex.join(["python", str(script), *place, *options])


def shown(folder: Path) -> str:
    """A folder as the page names it: within the repository, from there."""
    inside = folder.is_relative_to(REPOSITORY)
    return str(folder.relative_to(REPOSITORY) if inside else folder)
