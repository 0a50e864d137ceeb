"""The checkpoint: all that a resumed run needs to go on as if it had never stopped.

Weights, the optimizer's state and what every step measured are tensors; epoch, seconds, history
and the state of tier 3's scheduler are JSON in the same file's header. One file is replaced at once
or not at all, so its parts always belong together. Nothing is pickled: no code runs on loading.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from common.keeping import run_folder
from common.keeping.diagnosis import to_array
from common.keeping.recorder import Epoch, History
from data.errors import UserError


@runtime_checkable
class Stateful(Protocol):
    """A model or an optimizer: something whose state can be saved and loaded."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> Any: ...


def save_checkpoint(
    path: Path,
    history: History,
    epoch: int,
    seconds: float,
    model: Stateful,
    optimizer: Stateful,
    scheduler: Stateful | None,
) -> None:
    """Write the checkpoint.

    Args:
        history: of the run so far.
        epoch: the one that runs, from 1; `seconds` is what its steps took.
        model, optimizer: their states are arrays or tensors by name.
        scheduler: tier 3's, whose state is numbers.

    Raises:
        UserError: as `run_folder.write_file`.
    """
    tensors = {
        "steps.loss": np.array(history.losses, dtype=np.float64),
        "steps.gradient_norm": np.array(history.gradient_norms, dtype=np.float64),
        "steps.right": np.array(history.right, dtype=np.int64),
    }
    for owner, stateful in (("model", model), ("optimizer", optimizer)):
        for name, array in to_arrays(stateful.state_dict()).items():
            tensors[f"{owner}.{name}"] = array
    epochs = [asdict(row) for row in history.epochs]
    metadata: dict[str, Any] = {"epoch": epoch, "seconds": seconds, "epochs": epochs}
    if scheduler is not None:
        metadata["scheduler"] = scheduler.state_dict()
    run_folder.write_tensors(path, tensors, metadata)


def load_checkpoint(
    path: Path, model: Stateful, optimizer: Stateful, scheduler: Stateful | None
) -> tuple[History, int, float]:
    """Load the states into model, optimizer and scheduler.

    Returns:
        The history, the epoch that runs, and the seconds that its steps took.

    Raises:
        UserError: where the file is damaged, or of another network, optimizer or dtype.
    """
    tensors, metadata = run_folder.read_tensors(path)
    states: dict[str, dict[str, np.ndarray]] = {"model": {}, "optimizer": {}}
    for key, tensor in tensors.items():
        owner, _, name = key.partition(".")
        if owner in states:
            states[owner][name] = tensor
    try:
        history = History(
            epochs=[Epoch(**row) for row in metadata["epochs"]],
            losses=tensors["steps.loss"].tolist(),
            gradient_norms=tensors["steps.gradient_norm"].tolist(),
            right=tensors["steps.right"].tolist(),
        )
        epoch, seconds = metadata["epoch"], metadata["seconds"]
        if scheduler is not None:
            scheduler.load_state_dict(metadata["scheduler"])
    except KeyError as error:
        raise UserError(
            f"{path} is no checkpoint of a run (it lacks {error}); delete it and train again"
        ) from None
    for owner, stateful in (("model", model), ("optimizer", optimizer)):
        expected = stateful.state_dict()
        run_folder.check_state(path, states[owner], to_arrays(expected))
        stateful.load_state_dict(
            {name: _like(tensor, states[owner][name]) for name, tensor in expected.items()}
        )
    return history, epoch, seconds


def to_arrays(state: dict[str, Any]) -> dict[str, np.ndarray]:
    """A state dictionary as NumPy arrays, wherever its tensors lie."""
    return {name: to_array(tensor) for name, tensor in state.items()}


def _like(tensor: Any, array: np.ndarray) -> Any:
    """The array as what the tensor is: itself, or a torch tensor on the same device."""
    return tensor.new_tensor(array) if hasattr(tensor, "new_tensor") else array
