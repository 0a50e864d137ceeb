# %% [markdown]
# # Train and watch
#
# A training is a loop, and you stand in it. `train_steps` yields after every update, and between
# two steps you may look at everything: the loss, the gradients, the weights. Here you watch a
# network of two hidden layers learn to tell two half moons apart; then you give it ten and a
# hundred times the learning rate.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display

from common.configuration import Configuration
from common.training import DivergenceError
from data.datasets import load_dataset
from experiments.learning_curves import count_units
from experiments.plane import TICKS, draw_decision, grid, limits_of, margin
from train_numpy import train_steps  # or train_lowlevel, or train_paper

dataset = load_dataset("moons")
configuration = Configuration(hidden=(8, 8), epochs=40, schedule="constant", learning_rate=0.05)
limits = limits_of(dataset.train.images)
points = grid(limits).astype("float32")
print(len(dataset.train), "points for training, in minibatches of", configuration.batch_size)

# %% [markdown]
# **Predict first.** The network begins with random weights. What will its first boundary look like,
# how many straight pieces can it have, and after how many of the 320 steps will the two classes be
# apart?

# %%
figure, (curve, plane) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
shown = display(figure, display_id=True)
for training in train_steps(configuration, dataset):
    if training.step in (1, 2, 4, 8, 16) or training.step % 32 == 0:
        history, model = training.history, training.model
        curve.clear()
        curve.plot(range(1, training.step + 1), history.losses, alpha=0.5, label="minibatch")
        epochs = np.arange(1, len(history.epochs) + 1) * training.steps_per_epoch
        curve.plot(epochs, [e.validation_loss for e in history.epochs], "k-", label="validation")
        curve.set(xlabel="step", ylabel="loss", ylim=(0, 1.2), title=f"step {training.step}")
        curve.legend()
        curve.grid(alpha=0.3)
        model.eval()
        plane.clear()
        draw_decision(
            plane,
            limits,
            margin(model.forward(points)),
            dataset.train.images[:300],
            dataset.train.labels[:300],
        )
        shown.update(figure)
plt.close(figure)
print(f"test accuracy {training.history.test_accuracy:.1%}")

# %% [markdown]
# After the last step the history also holds the test set's figures. Nothing was written to disk.
#
# ## What the hidden units have learned
#
# Each unit of the first layer folds the plane along a straight line: 0 on one side (white), rising
# on the other. The second layer adds these up and folds again. The last layer, which draws a
# straight line, works with its units.

# %%
outputs = dict(model.outputs(points))
figure, panels = plt.subplots(2, 8, figsize=(12, 3.4), layout="constrained")
for row, name in zip(panels, ("layers.1", "layers.3"), strict=True):
    for unit, panel in enumerate(row):
        image = outputs[name][:, unit].reshape(TICKS, TICKS)
        panel.imshow(image, origin="lower", extent=limits, cmap="Blues", aspect="auto")
        panel.set(xticks=[], yticks=[], title=f"unit {unit}" if name == "layers.1" else "")
    row[0].set_ylabel(name)

# %% [markdown]
# A panel that is all white belongs to a dead unit, off for every point. **Question:** which units
# could you remove without changing a single prediction?
#
# ## The gradients on the way
#
# The same loop, with another thing to look at: the norm of each weight's gradient.

# %%
norms = {name: [] for name in training.gradients if name.endswith("weight")}
for training in train_steps(configuration, dataset):
    for name, values in norms.items():
        values.append(np.linalg.norm(training.gradients[name]))
figure, panel = plt.subplots(figsize=(8, 3.5), layout="constrained")
for name, values in norms.items():
    panel.semilogy(values, label=name, alpha=0.8)
panel.set(xlabel="step", ylabel="norm of the gradient")
panel.legend()
panel.grid(alpha=0.3)

# %% [markdown]
# ## Ten times the rate
#
# **Predict first.** The rate was 0.05. What will 0.5 do, and what 5? Faster, jumpy, or nothing at
# all?

# %%
figure, panels = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained", sharey=True)
for panel, learning_rate in zip(panels, (0.05, 0.5, 5), strict=True):
    configuration = Configuration(
        hidden=(8, 8), epochs=40, schedule="constant", learning_rate=learning_rate
    )
    try:
        for training in train_steps(configuration, dataset):
            losses = training.history.losses
        accuracy = f"test accuracy {training.history.test_accuracy:.1%}"
    except DivergenceError as error:
        accuracy = error.cause
    units = count_units(training.model, "relu", dataset.train.images)
    panel.semilogy(losses)
    panel.axhline(np.log(2), color="black", linestyle=":", label="log 2, a guess")
    panel.set(xlabel="step", title=f"rate {learning_rate:g}\n{accuracy}")
    panel.grid(alpha=0.3)
    if learning_rate == 0.05:
        panel.set(ylabel="loss")
        panel.legend()
    print(f"rate {learning_rate:4g}: {units['dead']} of {units['units']} hidden units are dead")

# %% [markdown]
# Ten times the rate still learns, restlessly, and with fewer units. A hundred times does not, and
# look at its first ten steps: this is no training that is slow. The loss leaves the place where it
# began, upwards, and comes back to a guess, because the units that the long steps turned off are
# off for good. [It does not learn](../docs/it_does_not_learn.md) measures this and 18 other
# failures.
#
# ## Your turn
#
# 1. Give the highest rate `clip_norm=1` or `batch_norm=True`. Does it learn?
# 2. `dataset = load_dataset("spiral")` is harder. How many units does it need?
# 3. Replace `train_numpy` by `train_paper`. What changes in the curves?
# 4. Stop when you like: `if training.loss < 0.1: break`.
#
# Exercises [06](../exercises/06_learning_rate_schedule.md) and
# [08](../exercises/08_gradient_clipping.md) go on here.
