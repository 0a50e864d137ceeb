# %% [markdown]
# # Your own data
#
# `train_steps` takes any arrays: inputs of shape (n, d), one example in each row, and labels of
# shape (n,). Here you train on a table that is in memory, on a CSV file, on a regression with one
# number as its output, and you let a network read a digit that you have drawn.

# %%
import csv
from importlib.resources import files
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from common.configuration import Configuration
from data.datasets import Dataset, Split, load_dataset
from train_numpy import predict, probabilities, train

# %% [markdown]
# ## Arrays
#
# A `Dataset` has three splits, and `classes`: the number of classes, or 0 where the labels are real
# numbers. Three things are yours to do: shuffle before you split, scale the columns, and keep the
# test set out of both.


# %%
def make_dataset(name, X, labels, classes, seed=0):
    """Of the rows, 60 % for training, 20 % for validation and 20 % for the test, scaled."""
    order = np.random.default_rng(seed).permutation(len(X))
    rows = np.split(order, [len(X) * 6 // 10, len(X) * 8 // 10])
    mean, deviation = X[rows[0]].mean(axis=0), X[rows[0]].std(axis=0)  # of the training rows alone
    X = ((X - mean) / np.where(deviation > 0, deviation, 1)).astype("float32")
    labels = labels.astype("int64" if classes else "float32")
    return Dataset(name, *(Split(X[part], labels[part]) for part in rows), classes)


def report(dataset, history):
    last = history.epochs[-1]
    print(
        f"{dataset.name}: {len(dataset.train)} examples of {dataset.train.images.shape[1]} numbers;"
        f" loss {last.train_loss:.3f}, validation {last.validation_loss:.3f},"
        f" test {history.test_loss:.3f}, accuracy {history.test_accuracy:.1%}"
    )


import sklearn.datasets

wine = sklearn.datasets.load_wine()  # 13 measurements of wines from 3 growers
print("columns from", wine.data.min(axis=0).round(1), "to", wine.data.max(axis=0).round(1))
small = {"hidden": (16,), "epochs": 60, "batch_size": 16}
for seed in range(3):
    dataset = make_dataset(f"wine, split {seed}", wine.data, wine.target, classes=3, seed=seed)
    model, history = train(Configuration(**small), dataset)
    report(dataset, history)

# %% [markdown]
# Three splits of the same table, three accuracies: a test set of 36 wines says little, since one
# mistake is 3 %.
#
# **Question:** the columns' sizes differ by a factor of 1,000. What happens without the scaling?
# (Let `mean` be 0 and `deviation` 1.)
#
# What does not fit is refused, with what it should be:

# %%
from data.errors import UserError

try:
    train(Configuration(), Dataset("wrong", *[Split(wine.data, wine.target)] * 3, classes=3))
except UserError as error:
    print(error)

# %% [markdown]
# ## A CSV file
#
# Nothing special: read the rows, take the column that you want to predict, and number its classes.
# This file comes with scikit-learn; put the path of yours in its place. Its first row says how many
# examples and measurements there are, and then the names of the classes, 0 and 1.

# %%
with (files("sklearn.datasets.data") / "breast_cancer.csv").open() as file:
    header, *rows = csv.reader(file)
print(header)
table = np.array(rows, dtype="float64")
assert np.isfinite(table).all(), "a cell is empty or no number"
dataset = make_dataset("breast cancer", table[:, :-1], table[:, -1], classes=2)
print("of each class", np.bincount(dataset.train.labels))
model, history = train(Configuration(**small), dataset)
report(dataset, history)

# %% [markdown]
# Compare the accuracy with the share of the larger class: a network that always says "benign" is
# right in 63 % of the cases. Which mistakes does yours make?

# %%
predicted = predict(model.forward(dataset.test.images))
for truth, name in enumerate(header[2:]):
    counts = np.bincount(predicted[dataset.test.labels == truth], minlength=2)
    print(f"{name:10} taken for malignant {counts[0]:3}, for benign {counts[1]:3}")

# %% [markdown]
# ## Regression: one number as the output
#
# With `classes=0` the labels are real numbers and the network has one output; the loss is the
# squared error. **Predict first:** the data are 442 patients, 10 measurements each, and how far
# their diabetes had progressed after a year. Will hidden units help?

# %%
diabetes = sklearn.datasets.load_diabetes()
target = (diabetes.target - diabetes.target.mean()) / diabetes.target.std()
dataset = make_dataset("diabetes", diabetes.data, target, classes=0)
figure, panels = plt.subplots(1, 3, figsize=(12, 4), layout="constrained", sharey=True)
for panel, hidden in zip(panels, ((), (16,), (128, 128)), strict=True):
    configuration = Configuration(
        hidden=hidden, loss="mean-squared-error", epochs=100, learning_rate=0.01, batch_size=32
    )
    model, history = train(configuration, dataset)
    last = history.epochs[-1]
    panel.plot(dataset.test.labels, model.forward(dataset.test.images)[:, 0], ".")
    panel.axline((0, 0), slope=1, color="black", linewidth=0.8)
    panel.set(
        xlabel="truth",
        title=f"hidden {hidden or 'none'}: training {last.train_loss:.2f},"
        f" test {history.test_loss:.2f}",
    )
    panel.grid(alpha=0.3)
panels[0].set(ylabel="prediction")
print(f"always the mean: {(dataset.test.labels**2).mean():.2f}")

# %% [markdown]
# The linear model is the best: 265 noisy examples are few, and the large network memorizes them.
# Regularize it (`weight_decay`, `dropout`, fewer epochs), and compare on the validation set, not on
# the test set.
#
# ## A digit of your own
#
# A picture is an array, too. The network is trained on MNIST: white ink on black, 28 x 28, centred
# by its mass. Your picture has to be made the same, and `centre_drawing` does that with an array in
# which 0 is paper and 255 is ink. In place of the strokes below, read a photograph, turn it to grey
# levels, and make it `255 - grey` if its paper is white.

# %%
from data.mnist import SOURCES
from play.drawing import centre_drawing

mnist = load_dataset("mnist")
model, history = train(Configuration(hidden=(64,), epochs=2), mnist)
print(f"test accuracy {history.test_accuracy:.1%}")


def draw(*strokes):
    """Ink along lines between points (x, y) from 0 to 1, as your pen would leave it."""
    ink = np.zeros((140, 140), "uint8")
    y, x = np.mgrid[0:140, 0:140] / 140
    for stroke in strokes:
        for (x0, y0), (x1, y1) in pairwise(stroke):
            for share in np.linspace(0, 1, 100):
                near = np.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0)) < 0.035
                ink[near] = 255
    return ink


angle = np.linspace(0, 2 * np.pi, 30)
drawings = [
    draw([(0.2, 0.2), (0.6, 0.2), (0.35, 0.8)]),
    draw([(0.3, 0.2), (0.25, 0.5), (0.65, 0.5)], [(0.6, 0.15), (0.58, 0.9)]),
    draw([*zip(0.5 + 0.2 * np.cos(angle), 0.45 + 0.3 * np.sin(angle), strict=True)]),
    draw([(0.25, 0.3), (0.4, 0.15), (0.6, 0.25), (0.5, 0.5), (0.2, 0.8), (0.7, 0.8)]),
]
grey = np.stack([centre_drawing(ink) for ink in drawings]).reshape(4, -1) / 255
scale = SOURCES["mnist"].scale  # of the training images
images = ((grey - scale.mean) / scale.std).astype("float32")
P = probabilities(model.forward(images), "softmax-cross-entropy")
figure, panels = plt.subplots(2, 4, figsize=(9, 4.8), layout="constrained")
for i in range(4):
    panels[0, i].imshow(drawings[i], cmap="gray_r")
    panels[1, i].imshow(grey[i].reshape(28, 28), cmap="gray")
    panels[0, i].set_title(f"{P[i].argmax()} ({P[i].max():.0%})")
    for panel, label in zip(panels[:, i], ("drawn", "what the network sees"), strict=True):
        panel.set(xticks=[], yticks=[], ylabel=label if i == 0 else "")

# %% [markdown]
# **Question:** feed it `drawings` without `centre_drawing` (take every fifth pixel of each row and
# column), or with ink and paper exchanged. How certain is it then, and is that of any use?
#
# ## Your turn
#
# 1. Find a CSV file of your own. Which of its columns is no number, and how would you make it one?
# 2. Which of the 13 measurements of the wines does the network use? (Shuffle one column of the test
#    set and look.)
# 3. Draw your digit in the browser: `python -m play`.
#
# Exercise [07](../exercises/07_mnist_98.md) is a whole training, from raw pixels to an honest test.
