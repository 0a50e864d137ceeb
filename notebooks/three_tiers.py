# %% [markdown]
# # Three tiers
#
# The same multilayer perceptron is written three times: in NumPy with the backward pass by hand
# (tier 1), on raw torch tensors with autograd (tier 2), and as an `nn.Module` with `torch.optim`
# (tier 3). From the same weights and minibatches, all three are the same computation. Here you read
# one layer in the three styles, take one step with each, and watch how far they drift apart in a
# whole training.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

from common.cli.snippets import find_snippet
from common.configuration import Configuration
from common.diagnosis import to_array
from common.runs.options import REPOSITORY
from common.training import to_arrays
from data.datasets import load_dataset
from tiers import TIERS

# %% [markdown]
# ## One layer, three styles
#
# The code below is cut from the tiers' files as they are.


# %%
def show(file, name):
    code = find_snippet(REPOSITORY / file, name).text
    display(Markdown(f"`{name}` in `{file}`:\n```python\n{code}\n```"))


show("numpy/layers_numpy.py", "Linear.forward")
show("numpy/layers_numpy.py", "Linear.backward")
show("pytorch_lowlevel/layers_lowlevel.py", "Linear.forward")
show("paper/mlp_paper.py", "MLP.forward")

# %% [markdown]
# Tier 2 has no `backward`: autograd records what `forward` did. Tier 3 has no layer at all:
# `nn.Linear` is the library's. The update is by hand in tiers 1 and 2:

# %%
show("numpy/optimizers_numpy.py", "SGD")
show("pytorch_lowlevel/optimizers_lowlevel.py", "SGD")

# %% [markdown]
# ## One step with each
#
# `train_steps` of each tier yields after every update. **Predict first:** in float64, how large
# will the largest difference between the tiers' gradients be: exactly 0, about $10^{-16}$, or about
# $10^{-8}$? And in float32?


# %%
def lockstep(configuration, dataset):
    """The three trainings, after each step."""
    return zip(*(tier.train_steps(configuration, dataset) for tier in TIERS.values()), strict=True)


def largest_difference(ours, theirs):
    return max(np.abs(to_array(ours[name]) - to_array(theirs[name])).max() for name in ours)


for dtype in ("float64", "float32"):
    configuration = Configuration(hidden=(16, 16), activation="tanh", epochs=40, dtype=dtype)
    dataset = load_dataset("spiral", dtype=dtype)
    first, *others = next(lockstep(configuration, dataset))
    for name, other in zip(list(TIERS)[1:], others, strict=True):
        print(f"{dtype}, tier numpy and tier {name}: losses {first.loss:.6f}, {other.loss:.6f}")
        for parameter, gradient in first.gradients.items():
            difference = np.abs(gradient - to_array(other.gradients[parameter])).max()
            print(f"    gradient of {parameter:16} differs by {difference:.0e}")

# %% [markdown]
# The mathematics is the same; what differs is the order in which the numbers are added. A sum of
# floating-point numbers depends on it, in the last digit.
#
# ## A whole training: the drift
#
# After each step, the largest difference of any weight between tier 1 and the other two. **Predict
# first:** does it stay, grow evenly, or grow by a factor?

# %%
drift = {}
for dtype in ("float32", "float64"):
    configuration = Configuration(
        hidden=(16, 16),
        activation="tanh",
        epochs=60,
        learning_rate=0.2,
        schedule="constant",
        dtype=dtype,
    )
    for first, *others in lockstep(configuration, load_dataset("spiral", dtype=dtype)):
        own = to_arrays(first.model.state_dict())
        for name, other in zip(list(TIERS)[1:], others, strict=True):
            difference = largest_difference(own, to_arrays(other.model.state_dict()))
            drift.setdefault(f"numpy and {name}, {dtype}", []).append(difference)
    print(dtype, "losses", *(f"{training.loss:.6f}" for training in (first, *others)))

figure, panel = plt.subplots(figsize=(9, 4), layout="constrained")
for label, differences in drift.items():
    panel.semilogy(np.maximum(differences, 1e-17), label=label, alpha=0.8)
panel.set(xlabel="step", ylabel="largest difference of a weight")
panel.legend()
panel.grid(alpha=0.3)

# %% [markdown]
# A difference in the last digit is an ordinary small change of the weights, and a training
# amplifies small changes: where the loss is curved, neighbours part. So float32 runs of two tiers,
# or of two machines, end with different weights and nearly the same loss, and none of them is
# wrong. Parity is shown where it can be: in float64 and step by step.
#
# ## Your turn
#
# 1. Use `activation="relu"`. Does the drift grow faster or more slowly? Why might it jump?
# 2. Lower the rate to 0.02. What happens to the slope of the curves?
# 3. Add `dropout=0.2` to the configuration. Tier 1 draws its masks from NumPy, the others from
#    torch: what do you expect?
#
# [Side by side](../docs/side_by_side.md) shows every part in the three tiers.
