"""What an expression may be made of, kinks and ties, and the line that bad input gets."""

import numpy as np
import pytest
import torch
from test_computational_graph import gradients_of

import gates_lowlevel as tier_2
import gates_numpy as gates
from computational_graph_numpy import ComputationalGraph
from data.errors import UserError
from gates_numpy import Input, SoftmaxCrossEntropy, exp, log, maximum, relu, sigmoid

# --- kinks, constants, ties ----------------------------------------------------------------------


def test_max_shares_the_gradient_at_a_tie_and_relu_has_none_at_zero():
    a, b = Input("a"), Input("b")
    assert gradients_of(maximum(a, b), a=2, b=2) == {"a": 0.5, "b": 0.5}
    assert gradients_of(maximum(a, b), a=2, b=3) == {"a": 0, "b": 1}
    assert gradients_of(maximum(a, a), a=2) == {"a": 1}
    assert gradients_of(relu(a), a=0) == {"a": 0}


def test_power_zero_has_gradient_zero_at_zero():
    assert gradients_of(Input("a") ** 0, a=0) == {"a": 0}


def test_a_sigmoid_far_from_zero_does_not_overflow():
    a = Input("a")
    assert gradients_of(gates.sum(sigmoid(a)), a=[-1000, 0, 1000])["a"].tolist() == [0, 0.25, 0]
    with pytest.raises(UserError, match="Exp"):  # which is why it is a gate of its own
        gradients_of(1 / (1 + exp(-a)), a=-1000)


@pytest.mark.parametrize(
    ("build", "value"),
    [
        (lambda a, row: row + a, [4, 5]),
        (lambda a, row: row - a, [-2, -1]),
        (lambda a, row: row * a, [3, 6]),
        (lambda a, row: row / a, [1 / 3, 2 / 3]),
        (lambda a, row: row**a, [1, 8]),
        (lambda a, row: row @ (a * row), 15),
        (lambda a, row: a**row, [3, 9]),
        (lambda a, row: np.float64(2) * a, 6),
        (lambda a, row: np.float64(1) / a, 1 / 3),
        (lambda a, row: 2 - a, -1),
    ],
)
def test_numbers_and_arrays_may_stand_on_the_left(build, value):
    output = build(Input("a"), np.array([1.0, 2.0]))
    assert isinstance(output, gates.Node)
    found = ComputationalGraph(output).forward({"a": 3})
    np.testing.assert_allclose(found, np.asarray(value, float), rtol=1e-14, strict=True)


@pytest.mark.parametrize(
    ("left", "right"), [((3,), (3,)), ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 4))]
)
def test_the_gradients_of_each_kind_of_product(left, right):
    generator = np.random.default_rng(0)
    values = {"a": generator.standard_normal(left), "b": generator.standard_normal(right)}
    leaves = [torch.tensor(value, requires_grad=True) for value in values.values()]
    product = leaves[0] @ leaves[1]
    weights = generator.standard_normal(product.shape)  # so that no two entries count the same
    expected = torch.autograd.grad((product * torch.tensor(weights)).sum(), leaves)
    gradients = gradients_of(gates.sum(Input("a") @ Input("b") * weights), **values)
    for name, gradient in zip(values, expected, strict=True):
        np.testing.assert_allclose(gradients[name], gradient, rtol=1e-13, strict=True)


def test_one_over_a_node_is_one_gate():
    assert isinstance(1 / Input("a"), gates.Reciprocal)


def test_tier_1_has_a_gate_for_each_of_tier_2():
    gates_of_tier_2 = tier_2.Function.__subclasses__()
    names = {gate.__name__ for gate in gates_of_tier_2 if gate.__module__ == tier_2.__name__}
    assert {"Linear", "Add"} < names
    assert all(issubclass(getattr(gates, name), gates.Gate) for name in names)


# --- bad input: one line that names value, range and fix -----------------------------------------

a, b = Input("a"), Input("b")
one_more = SoftmaxCrossEntropy(a, np.array([0, 3]))
BAD = {
    "missing": (a + b, {"a": 1}, "input b is missing; give a value for each input: a, b"),
    "unknown": (
        -a,
        {"a": 1, "q": 2},
        "input q is unknown; give a value for each input: a",
    ),
    "no number": (-a, {"a": "one"}, "input a is 'one': give a number or an array of numbers"),
    "words": (-a, {"a": np.full((9, 2), "one")}, "input a is array([['one'..."),
    "complex": (-a, {"a": 1j}, "input a is 1j: give a number or an array of numbers"),
    "ragged": (-a, {"a": [[1], [1, 2]]}, "input a is [[1], [1, 2]]: give a number or an array"),
    "nan": (-a, {"a": [1, np.nan]}, "input a is [1.0, nan], but must be finite"),
    "shapes": (
        a + b,
        {"a": [1, 2], "b": [1, 2, 3]},
        "Add: inputs of shapes (2,) and (3,) do not go together; change one of them",
    ),
    "matmul of numbers": (a @ b, {"a": 1, "b": 2}, "Matmul: inputs of shapes () and () do not"),
    "stacks": (a @ a, {"a": np.ones((2, 2, 2))}, "Matmul: inputs of shapes (2, 2, 2) and"),
    "layer": (
        gates.linear(a, b, b),
        {"a": [[1]], "b": [[1]]},
        "Linear: inputs of shapes (1, 1) and (1, 1) and (1, 1) do not go together",
    ),
    "label": (
        one_more,
        {"a": [[1, 2, 3], [4, 5, 6]]},
        "SoftmaxCrossEntropy: logits of shape (2, 3) need 2 labels from 0 to 2, not [0, 3]",
    ),
    "log": (
        log(a - 3),
        {"a": 1},
        "Log(Add = -2.0) is nan, but each value must be finite; choose other inputs",
    ),
    "reciprocal": (b * (2 / a), {"a": 0, "b": 1}, "Reciprocal(a = 0.0) is inf, but each value"),
    "overflow": (
        exp(a),
        {"a": np.full(9, 1e3)},
        "Exp(a = an array of shape (9,)) is an array of shape (9,), but each value",
    ),
    "gradient": (
        a**0.5,
        {"a": 0},
        "Power(a = 0.0) passes on the gradient inf, but each must be finite",
    ),
    "output": (
        a * 2,
        {"a": [1, 2]},
        "the output has shape (2,), but backward needs one number; make one of it, by sum(output)",
    ),
}


@pytest.mark.parametrize(("output", "inputs", "message"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_line(output, inputs, message):
    with pytest.raises(UserError) as error:
        gradients_of(output, **inputs)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_two_inputs_of_one_name():
    with pytest.raises(UserError, match=r"two inputs are named a: make Input\('a'\) once"):
        ComputationalGraph(a + Input("a"))


@pytest.mark.parametrize("failed_forward", [False, True])
def test_backward_needs_a_forward_that_came_to_its_end(failed_forward):
    graph = ComputationalGraph(log(a))
    if failed_forward:
        graph.forward({"a": 1})
        with pytest.raises(UserError, match="Log"):
            graph.forward({"a": -1})
    with pytest.raises(UserError, match=r"call forward\(inputs\)"):
        graph.backward()


def test_what_is_no_number_in_an_expression():
    with pytest.raises(UserError, match="a number in the expression is 'three': give a number"):
        a + "three"
    with pytest.raises(UserError, match="an exponent is 'two': give a number"):
        a ** "two"
