# %% [markdown]
# # When it does not learn: a game
#
# Six trainings, A to F. All classify the same images of digits with the same kind of network, and
# each has one fault. **H is healthy.** You may not look into them (their code is in
# `notebooks/patients.py`: no peeking), but you may measure whatever you like. Write down one cause
# for each before you open the answers.
#
# The causes are six of these ten:
#
# > labels shuffled apart from their images · all weights start at zero · softmax taken twice ·
# > inputs scaled twice · a learning rate that is far too low · a learning rate that is far too high
# > · gradients that vanish on their way back · the sign of the gradient · gradients that are never
# > set back to zero · a sum over the minibatch in place of a mean

# %%
import matplotlib.pyplot as plt
import numpy as np

from common.diagnosis import to_array
from notebooks.patients import train_patient

LETTERS = "HABCDEF"

# %% [markdown]
# ## What everyone sees: the curves
#
# **First guess.** From these curves alone, which can you tell? Which ones look the same and are
# not?

# %%
trained = {}
for letter in LETTERS:
    *_, trained[letter] = train_patient(letter)

figure, panels = plt.subplots(
    2, 7, figsize=(14, 5), layout="constrained", sharex=True, sharey="row"
)
for (losses, accuracies), (letter, training) in zip(panels.T, trained.items(), strict=True):
    epochs = training.history.epochs
    numbers = [epoch.epoch for epoch in epochs]
    losses.plot(numbers, [epoch.train_loss for epoch in epochs], label="training")
    losses.plot(numbers, [epoch.validation_loss for epoch in epochs], "--", label="validation")
    losses.axhline(np.log(10), color="black", linestyle=":", linewidth=1)
    losses.set(title=letter, ylim=(0, 4))
    accuracies.plot(numbers, [epoch.train_accuracy for epoch in epochs])
    accuracies.plot(numbers, [epoch.validation_accuracy for epoch in epochs], "--")
    accuracies.set(xlabel="epoch", ylim=(0, 1))
    if letter == "H":
        losses.set(ylabel="loss (dotted: log 10)")
        accuracies.set(ylabel="accuracy")
        losses.legend()

# %% [markdown]
# ## Measurement 1: what goes in, what comes out
#
# Mean and deviation of the inputs; then the model's outputs for them: smallest, sum of a row, and
# how much they change from one image to the next.

# %%
print("    inputs: mean, deviation    outputs: smallest, sum of a row, deviation over the images")
for letter, training in trained.items():
    X = training.examples.images
    outputs = to_array(training.model.forward(X))
    print(
        f"{letter}   {X.mean():8.3f} {X.std():10.4f} {outputs.min():15.2f}"
        f" {outputs.sum(axis=1).mean():12.2f} {outputs.std(axis=0).mean():14.4f}"
    )

# %% [markdown]
# ## Measurement 2: the gradient of each layer, in the first step
#
# From the first layer to the last.

# %%
figure, panel = plt.subplots(figsize=(8, 4), layout="constrained")
for letter, marker in zip(LETTERS, "osD^vP*", strict=True):
    training = next(train_patient(letter))
    norms = [
        np.linalg.norm(to_array(gradient))
        for name, gradient in training.gradients.items()
        if name.endswith("weight")
    ]
    panel.semilogy(range(1, len(norms) + 1), norms, marker + "-", label=letter, alpha=0.8)
panel.set(xlabel="layer", ylabel="norm of the weight's gradient, first step")
panel.legend(ncols=2)
panel.grid(alpha=0.3)

# %% [markdown]
# ## Measurement 3: the same thing as training goes on
#
# The norm of the last weight's gradient, and the size of an update beside its weight, step by step.

# %%
figure, panels = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
for letter, style in zip(LETTERS, ("k-", "-", "--", "-.", ":", "-", "--"), strict=True):
    gradients, updates, before = [], [], None
    for training, _ in zip(train_patient(letter), range(60), strict=False):
        *_, name, _ = training.gradients
        weight = to_array(training.model.parameters()[name]).copy()
        gradients.append(np.linalg.norm(to_array(training.gradients[name])))
        if before is not None:
            updates.append(np.linalg.norm(weight - before) / np.linalg.norm(before))
        before = weight
    panels[0].semilogy(gradients, style, label=letter, alpha=0.8)
    panels[1].semilogy(range(1, 60), updates, style, label=letter, alpha=0.8)
panels[0].set(xlabel="step", ylabel="norm of the last weight's gradient")
panels[1].set(xlabel="step", ylabel="update over weight, last layer")
panels[0].legend(ncols=2)
for panel in panels:
    panel.grid(alpha=0.3)

# %% [markdown]
# ## Measurement 4: the hidden units
#
# How many are 0, or stay the same, for every image?

# %%
for letter, training in trained.items():
    *hidden, _ = training.model.outputs(training.examples.images)
    constant = [np.ptp(to_array(A), axis=0) < 1e-6 for _, A in hidden[1::2]]
    print(letter, "constant units in each hidden layer", [int(units.sum()) for units in constant])

# %% [markdown]
# ## Measurement 5: yours
#
# What else would tell two of them apart? Some ideas: does the loss of a minibatch fall by its own
# update? Ten images with their labels, do they match? Are two passes over the same minibatch equal?

# %%
training = trained["C"]
figure, panels = plt.subplots(1, 8, figsize=(10, 1.8), layout="constrained")
for panel, image, label in zip(
    panels, training.examples.images, training.examples.labels, strict=False
):
    panel.imshow(to_array(image).reshape(8, 8), cmap="gray")
    panel.set(xticks=[], yticks=[], title=int(label))

# %% [markdown]
# ## Answers
#
# <details><summary><b>A</b>: open when you have written down your own</summary>
#
# **Inputs scaled twice.** Measurement 1: the inputs' deviation is 0.004 in place of 1, so all
# images are nearly the same image, and so are the outputs. Measurement 2: all gradients are
# hundreds of times smaller than H's, since each weight's is multiplied by what comes into its
# layer.
# </details>
#
# <details><summary><b>B</b></summary>
#
# **Softmax taken twice.** Measurement 1: the outputs are all at least 0, and each row adds up to 1:
# these are probabilities, no logits. The loss is slow and stays high; it can never get below log(1
# + 9/e) = 1.46.
# </details>
#
# <details><summary><b>C</b></summary>
#
# **Labels shuffled apart from their images.** The training accuracy rises, since the network
# memorizes, so its gradients are right; validation stays at a guess or below. Look at the images
# above and at their labels.
# </details>
#
# <details><summary><b>D</b></summary>
#
# **A learning rate that is far too high.** Measurement 3: the first updates are larger than the
# weights themselves. Measurement 4: after that the units are dead, and the gradient of the last
# weight is 0.
# </details>
#
# <details><summary><b>E</b></summary>
#
# **Gradients that vanish on their way back.** Measurement 2: with each layer towards the input, the
# gradient shrinks by a factor. There are eight layers of weights, and the hidden activations are
# sigmoids.
# </details>
#
# <details><summary><b>F</b></summary>
#
# **Gradients that are never set back to zero.** Measurement 3: its first gradient is H's, and then
# H's shrinks and this one grows, as it is the sum of all gradients so far. The loss falls, and
# comes back up.
# </details>
#
# [It does not learn](../docs/it_does_not_learn.md) has these and more, with causes, remedies and
# exercises.
