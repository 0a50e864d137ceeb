"""A computational graph by hand: one rule differentiates every expression, gate by gate.

    x, y, z = Input("x"), Input("y"), Input("z")
    graph = ComputationalGraph((x + y) * z)
    graph.forward({"x": -2, "y": 5, "z": -4})     -12
    graph.backward()                              {"x": -4, "y": -4, "z": 3}

Inputs and constants flow into gates, gates into gates, the last one gives the output L. The
backward pass begins with ∂L/∂L = 1 and walks the gates in reverse: each multiplies the gradient
that arrives by its own derivative and hands the products to its inputs, until each input has its
∂L/∂input. This is backpropagation (Rumelhart, Hinton and Williams, "Learning representations by
back-propagating errors", Nature 323, 1986), and what the layers of an MLP do in larger steps.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from data.errors import UserError
from gates_numpy import Array, Constant, Gate, Input, Node, Value, as_array, shown


class ComputationalGraph:
    """An expression with its values and gradients.

    Args:
        output: the node whose value is asked for; the graph is all that it is computed from.

    Attributes:
        values: each node's value in the last forward pass.
        gradients: ∂output/∂node in the last backward pass, in the shape of the value.

    Raises:
        UserError: if two inputs have one name.
    """

    def __init__(self, output: Node) -> None:
        self.output = output
        self.values: dict[Node, Array] = {}
        self.gradients: dict[Node, Array] = {}
        self.nodes = self.nodes_topologically_sorted()
        self.inputs: dict[str, Input] = {}
        for node in self.nodes:
            if isinstance(node, Input):
                if node.name in self.inputs:
                    raise UserError(
                        f"two inputs are named {node.name}: make Input({node.name!r}) once and use"
                        " it in both places, or rename one"
                    )
                self.inputs[node.name] = node

    def nodes_topologically_sorted(self) -> list[Node]:
        """The nodes in an order in which each comes after all of its inputs; the output is last."""
        order: dict[Node, None] = {}  # a set that remembers the order
        # A stack of our own: Python's allows about 1,000 calls inside each other.
        stack = [self.output]
        while stack:
            waiting_for = [node for node in stack[-1].inputs if node not in order]
            if waiting_for:
                stack += reversed(waiting_for)
            else:
                order[stack.pop()] = None
        return list(order)

    def forward(self, inputs: Mapping[str, Any]) -> Array:
        """The value of the output.

        Args:
            inputs: a number or array for each input, by name.

        Raises:
            UserError: for an input that is missing, unknown or no number, shapes that do not go
                together, and a value that is not finite.
        """
        self.values, self.gradients = {}, {}  # a pass that fails leaves nothing for `backward`
        names = ", ".join(self.inputs) or "none"
        for name in sorted(inputs.keys() ^ self.inputs.keys()):
            problem = "missing" if name in self.inputs else "unknown"
            raise UserError(f"input {name} is {problem}; give a value for each input: {names}")
        values: dict[Node, Array] = {}
        for node in self.nodes:
            if isinstance(node, Input):
                values[node] = as_array(inputs[node.name], f"input {node.name}")
            elif isinstance(node, Constant):
                values[node] = node.value
            elif isinstance(node, Gate):
                values[node] = self._value_of(node, values)
        self.values = values
        return values[self.output].copy()

    def _value_of(self, gate: Gate, values: Mapping[Node, Array]) -> Array:
        arguments = [values[node] for node in gate.inputs]
        try:
            with np.errstate(all="ignore"):  # where NumPy would warn, the check below says more
                value = np.asarray(gate.forward(*arguments))
        except ValueError:
            shapes = " and ".join(str(array.shape) for array in arguments)
            raise UserError(
                f"{gate}: inputs of shapes {shapes} do not go together; change one of them"
            ) from None
        if not np.isfinite(value).all():
            raise UserError(
                f"{described(gate, values)} is {shown(value)}, but each value must be finite;"
                " choose other inputs"
            )
        return value

    def backward(self) -> dict[str, Array]:
        """∂output/∂input for each input by name, at the values of the last forward pass.

        Raises:
            UserError: before a forward pass, for an output of more than one number, and for a
                gradient that is not finite.
        """
        if not self.values:
            raise UserError("backward needs the values of a forward pass: call forward(inputs)")
        if self.values[self.output].size != 1:
            raise UserError(
                f"the output has shape {self.values[self.output].shape}, but backward needs one"
                " number; make one of it, by sum(output) for instance"
            )
        # From zero each time, at inner nodes too: what an earlier call left there would be passed
        # on again, and every call would find larger gradients than the one before.
        gradients = {node: np.zeros_like(value) for node, value in self.values.items()}
        gradients[self.output] += 1  # ∂L/∂L
        # Against the topological order, a gate's turn comes once, when every gate that uses its
        # value has had its own: its gradient is complete. Take b = a + a; c = b + b: a recursion
        # from each gate into both of its inputs would come to b twice, pass on b's gradient of 2
        # each time, and find ∂c/∂a = 8 instead of 4.
        for gate in reversed(self.nodes):
            if not isinstance(gate, Gate):
                continue
            arguments = [self.values[node] for node in gate.inputs]
            with np.errstate(all="ignore"):
                products = gate.backward(gradients[gate], self.values[gate], *arguments)
                for node, product in zip(gate.inputs, products, strict=True):
                    # A value moves the output through every gate that uses it, and these effects
                    # add up: += collects them, where = would keep the last.
                    gradients[node] += sum_to_shape(product, gradients[node].shape)
            for node in gate.inputs:
                if not np.isfinite(gradients[node]).all():
                    raise UserError(
                        f"{described(gate, self.values)} passes on the gradient"
                        f" {shown(gradients[node])}, but each must be finite; choose other inputs"
                    )
        self.gradients = gradients
        return {name: gradients[node].copy() for name, node in self.inputs.items()}


def sum_to_shape(gradient: Value, shape: tuple[int, ...]) -> Array:
    """The gradient of a value of this shape from the gradient of what it was broadcast to."""
    # Broadcasting uses one entry many times, and the gradients of its uses add up.
    new_axes = gradient.ndim - len(shape)
    stretched = [new_axes + axis for axis, size in enumerate(shape) if size == 1]
    return np.asarray(gradient.sum(axis=(*range(new_axes), *stretched))).reshape(shape)


def described(gate: Gate, values: Mapping[Node, Array]) -> str:
    """A gate with its inputs, as in Multiply(x = 2.0, Exp = 7.4)."""
    inputs = (f"{node} = {shown(values[node])}" for node in gate.inputs)
    return f"{gate}({', '.join(inputs)})"
