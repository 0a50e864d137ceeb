"""The checkpoint: all that a resumed run needs to go on as if it had never stopped.

Weights, the optimizer's state and what every step measured are tensors; epoch, seconds, history
and the state of tier 3's scheduler are JSON in the same file's header. One file is replaced at once
or not at all, so its parts always belong together. Nothing is pickled: no code runs on loading.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from common import run_folder
from common.diagnosis import to_array
from common.errors import UserError


@runtime_checkable
class Stateful(Protocol):
    """A model or an optimizer: something whose state can be saved and loaded."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> Any: ...


@dataclass
class Record:
    """What a run has measured so far, and where it stands.

    `losses`, `gradient_norms` and `correct` have one entry for every step of the run: the mean
    loss, the norm of the gradient before clipping (NaN where it isn't computed), the number of
    right predictions. `epoch` is the one that runs, from 1; `seconds` is what its steps took.
    """

    epoch: int = 1
    seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    losses: list[Any] = field(default_factory=list)
    gradient_norms: list[Any] = field(default_factory=list)
    correct: list[Any] = field(default_factory=list)


def save_checkpoint(
    path: Path, record: Record, model: Stateful, optimizer: Stateful, scheduler: Stateful | None
) -> None:
    """Write the checkpoint. Raises UserError as `run_folder.write_file`."""
    tensors = {
        "steps.loss": np.array(record.losses, dtype=np.float64),
        "steps.gradient_norm": np.array(record.gradient_norms, dtype=np.float64),
        "steps.correct": np.array(record.correct, dtype=np.int64),
    }
    for owner, stateful in (("model", model), ("optimizer", optimizer)):
        for name, tensor in to_arrays(stateful.state_dict()).items():
            tensors[f"{owner}.{name}"] = tensor
    metadata = {"epoch": record.epoch, "seconds": record.seconds, "history": record.history}
    if scheduler is not None:
        metadata["scheduler"] = scheduler.state_dict()
    run_folder.write_tensors(path, tensors, metadata)


def load_checkpoint(
    path: Path, model: Stateful, optimizer: Stateful, scheduler: Stateful | None
) -> Record:
    """Load the states into model, optimizer and scheduler, and return the record.

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
        record = Record(
            epoch=metadata["epoch"],
            seconds=metadata["seconds"],
            history=metadata["history"],
            losses=tensors["steps.loss"].tolist(),
            gradient_norms=tensors["steps.gradient_norm"].tolist(),
            correct=tensors["steps.correct"].tolist(),
        )
        if scheduler is not None:
            scheduler.load_state_dict(metadata["scheduler"])
    except KeyError as error:
        raise UserError(
            f"{path} is no checkpoint of a run (it lacks {error}); delete it and train again"
        ) from None
    for owner, stateful in (("model", model), ("optimizer", optimizer)):
        run_folder.check_state(path, states[owner], to_arrays(stateful.state_dict()))
        stateful.load_state_dict(states[owner])
    return record


def to_arrays(state: dict[str, Any]) -> dict[str, np.ndarray]:
    """A state dictionary as NumPy arrays, wherever its tensors lie."""
    return {name: to_array(tensor) for name, tensor in state.items()}
