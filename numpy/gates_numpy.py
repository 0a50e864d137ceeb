"""Gates: the nodes of a computational graph, each with its forward and backward by hand.

A gate computes one value from its inputs (forward). In the backward pass it receives the gradient
of the output L with respect to that value, the *upstream gradient*, and multiplies it by its own
derivative, the *local gradient*:

    c = f(a, b)        ∂L/∂a = ∂c/∂a · ∂L/∂c        ∂L/∂b = ∂c/∂b · ∂L/∂c

No gate knows the expression it stands in; `computational_graph_numpy.py` joins them.

Ordinary Python builds the expression: the operators and functions of this file make a node from
nodes, numbers and arrays, as in `1 / (1 + exp(-(w @ x + b)))` with `w = Input("w")` and so on.
Values are float64, of any shape that broadcasts as in NumPy. `grad_c` stands for ∂L/∂c, and has
the shape of c; what `backward` returns may have the shape of c, too, where an input was broadcast.
"""

import reprlib
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from data.errors import UserError

Array = Float[np.ndarray, "..."]
Value = Array | np.float64  # what NumPy computes from arrays without axes is no array


class Node:
    """A place in the graph: an input, a fixed number or array, or a gate."""

    inputs: tuple["Node", ...] = ()

    # An array on the left of an operator then leaves the operator to the node, as numbers do.
    __array_ufunc__ = None

    def __add__(self, other: Any) -> "Node":
        return Add(self, other)

    def __radd__(self, other: Any) -> "Node":
        return Add(other, self)

    def __mul__(self, other: Any) -> "Node":
        return Multiply(self, other)

    def __rmul__(self, other: Any) -> "Node":
        return Multiply(other, self)

    def __matmul__(self, other: Any) -> "Node":
        return Matmul(self, other)

    def __rmatmul__(self, other: Any) -> "Node":
        return Matmul(other, self)

    def __neg__(self) -> "Node":
        return Negate(self)

    # A difference and a quotient need no gates of their own.
    def __sub__(self, other: Any) -> "Node":
        return Add(self, Negate(other))

    def __rsub__(self, other: Any) -> "Node":
        return Add(other, Negate(self))

    def __truediv__(self, other: Any) -> "Node":
        return Multiply(self, Reciprocal(other))

    def __rtruediv__(self, other: Any) -> "Node":
        if isinstance(other, int | float) and other == 1:
            return Reciprocal(self)
        return Multiply(other, Reciprocal(self))

    def __pow__(self, other: Any) -> "Node":
        if isinstance(other, Node):
            return Exp(other * Log(self))  # aᵇ = exp(b log a), for a > 0
        return Power(self, other)

    def __rpow__(self, other: Any) -> "Node":
        return as_node(other) ** self


class Input(Node):
    """A value that each forward pass is given by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


class Constant(Node):
    """A number or array that stands in the expression itself."""

    def __init__(self, value: Any) -> None:
        self.value = as_array(value, "a number in the expression")

    def __str__(self) -> str:
        return "constant"


class Gate(Node, ABC):
    """A function of other nodes, with its derivative; numbers and arrays become constants."""

    def __init__(self, *inputs: Any) -> None:
        self.inputs = tuple(as_node(node) for node in inputs)

    def __str__(self) -> str:
        return type(self).__name__

    @abstractmethod
    def forward(self, *inputs: Array) -> Value:
        """The gate's value. Raises ValueError for inputs whose shapes do not go together."""

    @abstractmethod
    def backward(self, gradient: Array, value: Array, *inputs: Array) -> list[Value]:
        """Upstream gradient times local gradient, one product for each input.

        Args:
            gradient: ∂L/∂value, in the shape of the value.
            value: what `forward` computed.
            inputs: what it was computed from.
        """


class Add(Gate):
    """c = a + b."""

    def forward(self, a: Array, b: Array) -> Value:
        return a + b

    def backward(self, grad_c: Array, c: Array, a: Array, b: Array) -> list[Value]:
        return [grad_c, grad_c]  # both local gradients are 1: the gate hands the gradient on


class Multiply(Gate):
    """c = a · b, entry by entry."""

    def forward(self, a: Array, b: Array) -> Value:
        return a * b

    def backward(self, grad_c: Array, c: Array, a: Array, b: Array) -> list[Value]:
        return [b * grad_c, a * grad_c]  # each input's local gradient is the other input


class Matmul(Gate):
    """c = a b, the product of two matrices or vectors."""

    def forward(self, a: Array, b: Array) -> Value:
        if a.ndim > 2 or b.ndim > 2:
            raise ValueError("no stacks of matrices")
        return a @ b

    def backward(self, grad_c: Array, c: Array, a: Array, b: Array) -> list[Value]:
        # As in NumPy, a vector counts as a row on the left and as a column on the right.
        rows, columns = np.atleast_2d(a), b if b.ndim == 2 else b[:, np.newaxis]
        grad = grad_c.reshape(len(rows), columns.shape[1])
        return [(grad @ columns.T).reshape(a.shape), (rows.T @ grad).reshape(b.shape)]


class Max(Gate):
    """c = max(a, b), entry by entry."""

    def forward(self, a: Array, b: Array) -> Value:
        return np.maximum(a, b)

    def backward(self, grad_c: Array, c: Array, a: Array, b: Array) -> list[Value]:
        # The larger input gets the whole gradient. At a tie there is no derivative: we give each
        # half, as PyTorch does, so that max(a, a) has the derivative 1 of a.
        a_share = np.where(a == b, 0.5, a > b)
        return [a_share * grad_c, (1 - a_share) * grad_c]


class Negate(Gate):
    """A = -Z."""

    def forward(self, Z: Array) -> Value:
        return -Z

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        return [-grad_A]


class Power(Gate):
    """A = Zⁿ, entry by entry; n is fixed."""

    def __init__(self, Z: Any, exponent: Any) -> None:
        super().__init__(Z)
        self.exponent = as_array(exponent, "an exponent")

    def forward(self, Z: Array) -> Value:
        return Z**self.exponent

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        n = self.exponent
        # Z⁰ is 1 everywhere; the formula alone would find 0 · ∞ at Z = 0.
        return [np.where(n == 0, 0, n * Z ** (n - 1)) * grad_A]


class Reciprocal(Gate):
    """A = 1 / Z, entry by entry."""

    def forward(self, Z: Array) -> Value:
        return 1 / Z

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        return [-A * A * grad_A]  # -1/Z², written with the value


class Exp(Gate):
    """A = exp(Z), entry by entry."""

    def forward(self, Z: Array) -> Value:
        return np.exp(Z)

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        return [A * grad_A]  # exp is its own derivative


class Log(Gate):
    """A = log(Z), entry by entry, to the base e."""

    def forward(self, Z: Array) -> Value:
        return np.log(Z)

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        return [grad_A / Z]


class Sigmoid(Gate):
    """A = 1 / (1 + exp(-Z)), entry by entry: four gates in one, with a simpler derivative."""

    def forward(self, Z: Array) -> Value:
        exp_minus_abs = np.exp(-np.abs(Z))  # never of a number > 0: exp(1000) would be infinite
        return np.where(Z >= 0, 1, exp_minus_abs) / (1 + exp_minus_abs)

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        return [A * (1 - A) * grad_A]


class Tanh(Gate):
    """A = tanh(Z), entry by entry."""

    def forward(self, Z: Array) -> Value:
        return np.tanh(Z)

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        return [(1 - A * A) * grad_A]


class ReLU(Gate):
    """A = max(0, Z), entry by entry; at Z = 0 its derivative is 0 by convention, PyTorch's too."""

    def forward(self, Z: Array) -> Value:
        return np.maximum(Z, 0)

    def backward(self, grad_A: Array, A: Array, Z: Array) -> list[Value]:
        return [(A > 0) * grad_A]


class Sum(Gate):
    """c = Σ Z, over all entries: makes one number of an array."""

    def forward(self, Z: Array) -> Value:
        return Z.sum()

    def backward(self, grad_c: Array, c: Array, Z: Array) -> list[Value]:
        return [np.broadcast_to(grad_c, Z.shape)]


class Linear(Gate):
    """Z = X Wᵀ + b, a layer of a network: X (n, d_in), W (d_out, d_in), b (d_out,)."""

    def forward(self, X: Array, W: Array, b: Array) -> Value:
        if (X.ndim, W.ndim, b.shape) != (2, 2, W.shape[:1]):
            raise ValueError("not the shapes of a layer")
        return X @ W.T + b

    def backward(self, grad_Z: Array, Z: Array, X: Array, W: Array, b: Array) -> list[Value]:
        # All n examples use W and b: the product and the sum add up over them.
        return [grad_Z @ W, grad_Z.T @ X, grad_Z.sum(axis=0)]


class SoftmaxCrossEntropy(Gate):
    """L = -1/n Σᵢ log softmax(logitsᵢ)[labelᵢ]: logits (n, k), labels (n,), fixed, in 0 … k-1."""

    def __init__(self, logits: Any, labels: Int[np.ndarray, " n"]) -> None:
        super().__init__(logits)
        self.labels = labels

    def forward(self, logits: Array) -> Value:
        n, k = logits.shape
        if len(self.labels) != n or not np.isin(self.labels, range(k)).all():
            raise UserError(
                f"SoftmaxCrossEntropy: logits of shape {logits.shape} need {n} labels from 0 to"
                f" {k - 1}, not {shown(self.labels)}"
            )
        # Softmax stays the same when a row is shifted; with its largest logit at 0, exp cannot
        # overflow.
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_sums = np.log(np.exp(shifted).sum(axis=1))
        return (log_sums - shifted[range(n), self.labels]).mean()

    def backward(self, grad_loss: Array, loss: Array, logits: Array) -> list[Value]:
        probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        one_hot = np.eye(logits.shape[1])[self.labels]
        return [(probabilities - one_hot) / len(logits) * grad_loss]


def as_node(value: Any) -> Node:
    """The node itself, or a constant for a number or array."""
    return value if isinstance(value, Node) else Constant(value)


def as_array(value: Any, name: str) -> Array:
    """A float64 copy. Raises UserError for anything but finite real numbers."""
    try:
        array = np.asarray(value).astype(np.float64, casting="same_kind")
    except (TypeError, ValueError):
        given = " ".join(reprlib.repr(value).split())
        raise UserError(f"{name} is {given}: give a number or an array of numbers") from None
    if not np.isfinite(array).all():
        raise UserError(f"{name} is {shown(array)}, but must be finite; give another number")
    return array


def shown(value: np.ndarray) -> str:
    """A value for a message of one line."""
    return str(value.tolist()) if value.size <= 6 else f"an array of shape {value.shape}"


# Under these names a graph reads as a formula.
add, multiply, matmul, negate, reciprocal = Add, Multiply, Matmul, Negate, Reciprocal
exp, log, sigmoid, tanh, relu = Exp, Log, Sigmoid, Tanh, ReLU
power, maximum, sum = Power, Max, Sum
linear, softmax_cross_entropy = Linear, SoftmaxCrossEntropy
