"""A frame: all that the page draws of a training at one step; and what it is sent of a set-up."""

from typing import Any

from data.points import POINT_SETS
from play import pictures
from play.encoding import pack
from play.limits import Setup
from play.plane import command_line
from play.training import PageTraining

EPOCH_FIGURES = (
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "learning_rate",
)
# A loss has grown where the mean of so many steps is so many times the first.
GROWTH_STEPS, GROWTH_FACTOR = 20, 5
DRAWN = ("regions", "units", "weights", "histograms", "dead")


def frame(
    training: PageTraining, shown: str | None = None, steps_from: int = 0, epochs_from: int = 0
) -> dict[str, Any]:
    """Everything about the step that a training has reached.

    Args:
        shown: the tier whose units, weights and gradients are drawn; the first if None.
        steps_from, epochs_from: so many entries of the histories are known already.
    """
    names, shown = list(training.tiers), training.shown(shown)
    drawn: dict[str, Any] = dict.fromkeys(DRAWN)
    if training.state != "diverged":
        each = {name: pictures.draw(training, name, name == shown) for name in names}
        if all(each.values()):
            regions = {name: each[name]["regions"] for name in names}
            drawn |= each[shown] | {"regions": regions}
    return {
        "step": training.step,
        "epoch": training.step // training.steps_per_epoch,
        "steps_per_epoch": training.steps_per_epoch,
        "total_steps": training.total_steps,
        "state": training.state,
        "message": training.message or _warning(training, shown, drawn["dead"]),
        "learning_rate": training.learning_rate,
        "tiers": names,
        "shown": shown,
        "history": _history(training, steps_from, epochs_from),
        "test": _test(training),
        "gradients": pictures.gradient_norms(training, shown) if drawn["regions"] else [],
        **drawn,
    }


def _warning(training: PageTraining, tier: str, dead: list[dict[str, Any]] | None) -> str | None:
    """What goes wrong in a training that does not diverge, and what to do; None if nothing does."""
    losses = training.tiers[tier].history.losses[: training.step]
    recent = losses[-GROWTH_STEPS:]
    sentences = []
    if len(losses) >= GROWTH_STEPS and sum(recent) / len(recent) > GROWTH_FACTOR * losses[0]:
        sentences.append(
            f"The loss has grown from {losses[0]:,.4g} in the first step to {recent[-1]:,.4g} in"
            f" step {training.step:,}."
        )
    gone = [layer["label"] for layer in dead or () if layer["count"] == layer["width"]]
    if gone:
        sentences.append(f"Every unit of {gone[0]} is dead: no gradient passes back through it.")
    if not sentences:
        return None
    rate = training.setup.peak_learning_rate
    remedy = f"Try a learning rate below {rate:g} or clipping at 1, then press Reset."
    if training.setup.initializer == "zeros":
        remedy = "Choose other initial weights than zeros."
    return " ".join([*sentences, remedy])


def _history(training: PageTraining, steps_from: int, epochs_from: int) -> dict[str, Any]:
    histories = {name: tier.history for name, tier in training.tiers.items()}
    # Where one diverges, the others may be a step ahead.
    steps = slice(steps_from, training.step)
    epochs = slice(epochs_from, training.step // training.steps_per_epoch)
    return {
        "steps_from": steps_from,
        "loss": {name: history.losses[steps] for name, history in histories.items()},
        "epochs_from": epochs_from,
        "epochs": {
            name: [
                {figure: getattr(epoch, figure) for figure in EPOCH_FIGURES}
                for epoch in history.epochs[epochs]
            ]
            for name, history in histories.items()
        },
        "drift": {name: drift[steps] for name, drift in training.drift.items()},
    }


def _test(training: PageTraining) -> dict[str, Any] | None:
    if training.state != "finished":
        return None
    histories = {name: tier.history for name, tier in training.tiers.items()}
    return {
        name: {"loss": history.test_loss, "accuracy": history.test_accuracy}
        for name, history in histories.items()
    }


def about_setup(training: PageTraining) -> dict[str, Any]:
    """The answer to a new set-up: what stays the same in all of its frames, and the first one."""
    setup = training.asked
    train, validation = training.dataset.train, training.dataset.validation
    own = setup.dataset == "own"
    return {
        "setup": {name: value for name, value in setup.as_json().items() if name != "device"},
        "points": {
            "train": pack(train.images, "float32"),
            "train_labels": pack(train.labels, "uint8"),
            "validation": pack(validation.images, "float32"),
            "validation_labels": pack(validation.labels, "uint8"),
        },
        "usual": usual_values(training.setup),
        "extent": training.extent,
        "validation_note": OWN_POINTS if own else None,
        "classes": training.dataset.classes,
        "steps_per_epoch": training.steps_per_epoch,
        "total_steps": training.total_steps,
        **about_command(training),
        "frame": frame(training),
    }


def usual_values(setup: Setup) -> dict[str, float]:
    """Of the options that may be left out: the number that then holds."""
    usual = {"learning_rate": setup.peak_learning_rate}
    if setup.dataset in POINT_SETS:
        usual["noise"] = POINT_SETS[setup.dataset].noise
    return usual


OWN_POINTS = "Your own points are few, so the network is validated on its training points."


def about_command(training: PageTraining) -> dict[str, str | None]:
    """The train scripts' command line, and what it trains, or why there is none."""
    try:
        command = command_line(training.setup)
    except ValueError as error:
        return {"command": None, "about_command": str(error)}
    rate, step = training.setup.peak_learning_rate, training.rate_changed_at
    if training.points_changed:
        about = (
            "Points were added or removed while this network trained. The command trains without"
            " them from the first step; so does Reset."
        )
    elif step:
        about = (
            f"The learning rate was changed after step {step:,}. The command trains with {rate:g}"
            " from the first step, and so gives another network; Reset trains that network here."
        )
    elif len(training.tiers) == 1:
        about = "This command trains the same network and keeps its run in a folder."
    else:
        about = "These commands train the same networks and keep their runs in folders."
        if training.setup.dropout:
            about += (
                " Dropout makes an exception of tier 1: there it draws its own masks, here it takes"
                " tier 2's."
            )
    return {"command": command, "about_command": about}
