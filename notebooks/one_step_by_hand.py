# %% [markdown]
# # One step by hand
#
# A network with 3 inputs, 2 hidden units and 1 output, two examples, one step of training: 11
# parameters, few enough to work it out on paper. You compute every gradient with the chain rule,
# and check it three times: against tier 1's `backward`, against PyTorch's autograd, and against the
# slope of the loss itself.
#
# $$X = \begin{pmatrix}1&2&0\\0&3&2\end{pmatrix},\quad t = \begin{pmatrix}0\\1\end{pmatrix},\quad
# W_1 = \begin{pmatrix}1&0&-1\\2&1&0\end{pmatrix},\quad b_1 = (0,\,-1),\quad
# W_2 = (3,\,-1),\quad b_2 = 1$$

# %%
import matplotlib.pyplot as plt
import numpy as np

from losses_numpy import mean_squared_error
from mlp_numpy import MLP
from optimizers_numpy import SGD

model = MLP((3, 2, 1), activation="relu", dtype="float64")
W1, b1, W2, b2 = model.parameters().values()
W1[:], b1[:], W2[:], b2[:] = [[1, 0, -1], [2, 1, 0]], [0, -1], [[3, -1]], [1]
X, t = np.array([[1.0, 2, 0], [0, 3, 2]]), np.array([[0.0], [1]])

# %% [markdown]
# ## Forward
#
# **Predict first.** Each hidden unit multiplies an example by its row of $W_1$, adds its bias, and
# replaces what is negative by 0. Which of the four hidden activations will be 0?

# %%
outputs = dict(model.outputs(X))
for (name, output), meaning in zip(outputs.items(), ("Z1", "A1 = max(Z1, 0)", "y"), strict=True):
    print(f"{name}, {meaning}:\n{output}")
Z1, A1, y = outputs.values()

# %% [markdown]
# The loss is the mean over the $n = 2$ examples of $(y - t)^2$: here $(1^2 + (-2)^2)/2 = 2.5$. Its
# derivative by each output is $2(y - t)/n$. The $1/n$ of the mean enters here, and nowhere else.

# %%
loss, grad_y = mean_squared_error(y, t)
print("loss", loss)
print("dL/dy", grad_y.ravel())

# %% [markdown]
# ## Backward
#
# Now the chain rule, from the output back to the input. A matrix product $Y = A W^\top + b$ passes
# on
#
# $$\frac{\partial L}{\partial W} = \Big(\frac{\partial L}{\partial Y}\Big)^{\!\top} A,\qquad
# \frac{\partial L}{\partial b} = \sum_\text{rows}\frac{\partial L}{\partial Y},\qquad
# \frac{\partial L}{\partial A} = \frac{\partial L}{\partial Y}\, W$$
#
# and the ReLU multiplies by 1 where $Z_1 > 0$ and by 0 elsewhere. **Predict first:** the first
# hidden unit is off for the second example. What does that say about the first row of $\partial
# L/\partial W_1$?

# %%
by_hand = {}
by_hand["layers.2.weight"] = grad_y.T @ A1
by_hand["layers.2.bias"] = grad_y.sum(axis=0)
grad_A1 = grad_y @ W2
grad_Z1 = grad_A1 * (Z1 > 0)
by_hand["layers.0.weight"] = grad_Z1.T @ X
by_hand["layers.0.bias"] = grad_Z1.sum(axis=0)
for name, gradient in by_hand.items():
    print(f"{name:16} {gradient.tolist()}")

# %% [markdown]
# The first row is `[3, 6, 0]`: 3 times the first example, and nothing of the second.
#
# **Check 1**, tier 1, whose `backward` does the same:

# %%
model.forward(X)
model.backward(grad_y)
for name, gradient in model.gradients().items():
    print(f"{name:16} differs by {np.abs(gradient - by_hand[name]).max()}")

# %% [markdown]
# **Check 2**, tier 3: the same weights in an `nn.Module`, and nobody writes a backward pass.

# %%
import torch

import mlp_paper
import train_paper

torch_model = mlp_paper.MLP((3, 2, 1)).double()
torch_model.load_state_dict(
    {name: torch.from_numpy(array) for name, array in model.state_dict().items()}
)
loss_function = train_paper.LOSSES["mean-squared-error"]
loss_function(torch_model(torch.from_numpy(X)), torch.from_numpy(t)).backward()
for name, gradient in torch_model.gradients().items():
    print(f"{name:16} differs by {np.abs(gradient.numpy() - by_hand[name]).max()}")

# %% [markdown]
# **Check 3**, the loss itself. A gradient is a slope: change one weight, keep all others, and see
# how the loss changes. We take the weight from the second input to the first hidden unit, whose
# gradient is 6.

# %%
widths = np.linspace(-1.2, 1.2, 121)
losses = []
for width in widths:
    W1[0, 1] = width
    losses.append(mean_squared_error(model.forward(X), t)[0])
W1[0, 1] = 0

figure, panel = plt.subplots(figsize=(6, 4), layout="constrained")
panel.plot(widths, losses, label="loss")
panel.plot(widths, loss + 6 * widths, "--", label="slope 6, through the weight's value")
panel.plot(0, loss, "ko")
panel.set(xlabel="weight from input 2 to hidden unit 1", ylabel="loss", ylim=(-4, 20))
panel.legend()
panel.grid(alpha=0.3)

# %% [markdown]
# The dashed line touches the curve: the gradient is right. It is right *there*: at two other values
# the slope jumps. At one of them the first hidden unit turns on for the second example as well; at
# the other it turns off for both, and beyond that the gradient is 0. **Question:** which values are
# these? (For which weight is an entry of $Z_1$ equal to 0?)
#
# ## The same, gate by gate
#
# Layers do in large steps what the chain rule does gate by gate. Here is the first example's loss
# as a graph, with the second hidden unit's share, $-1 \cdot 3$, as a constant. Values are above the
# nodes, gradients below. Follow the 6 back from the loss.

# %%
from experiments.computational_graph import Options, draw, run

expression = "(w2 * relu(w11 * 1 + w12 * 2) - 3 + b2 - 0) ** 2"
figure = draw(run(Options(expression=expression, values=(3, 1, 0, 1))))

# %% [markdown]
# Each gate multiplies what arrives by its own derivative. That is all of backpropagation. (The mean
# over two examples halves it: the graph's gradient for `w11` is 6, and in the minibatch's loss it
# counts 3, as you found above. For `w12` it is 12, which makes 6.)
#
# ## Update
#
# Every parameter moves against its gradient, $W \leftarrow W - \eta\, \partial L/\partial W$.

# %%
optimizer = SGD(model.parameters(), learning_rate=0.01)
losses = [loss]
for _ in range(30):
    optimizer.step(model.gradients())
    loss, grad_y = mean_squared_error(model.forward(X), t)
    model.backward(grad_y)
    losses.append(loss)
print("after one step", round(losses[1], 4), "and after 30", round(losses[-1], 4))

figure, panel = plt.subplots(figsize=(6, 3.5), layout="constrained")
panel.plot(losses, "o-", markersize=3)
panel.set(xlabel="step", ylabel="loss")
panel.grid(alpha=0.3)

# %% [markdown]
# ## Your turn
#
# 1. Set `learning_rate=0.5` for the first step, by hand and then here. Where does the loss go, and
#    why?
# 2. Make the first hidden unit dead for both examples by its bias alone. Which gradients become 0?
# 3. Replace the ReLU by `tanh`. Which line of the backward pass changes?
#
# Exercises [10](../exercises/10_computational_graph.md) and
# [11](../exercises/11_backprop_by_hand.md) let you write the backward pass yourself, and tell you
# what is wrong with it.
