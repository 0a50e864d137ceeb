"""Tier 1's computational graph against the lesson's numbers, tier 2's gates and autograd."""

import json
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

import gates_lowlevel as tier_2
import gates_numpy as gates
from computational_graph_numpy import ComputationalGraph
from data.errors import UserError
from experiments import computational_graph as experiment
from gates_numpy import Input, exp, log, maximum, relu, sigmoid
from losses_numpy import LOSSES
from mlp_numpy import MLP


def gradients_of(output, **inputs):
    graph = ComputationalGraph(output)
    graph.forward(inputs)
    return graph.backward()


# --- the lesson's numbers ------------------------------------------------------------------------


def test_the_lessons_product():
    x, y, z = Input("x"), Input("y"), Input("z")
    graph = ComputationalGraph((x + y) * z)
    assert graph.forward({"x": -2, "y": 5, "z": -4}) == -12
    assert graph.backward() == {"x": -4, "y": -4, "z": 3}


W, X, B = [2.0, -3.0], [-1.0, -2.0], -3.0
GRADIENTS = {"w": [-0.1966, -0.3932], "x": [0.3932, -0.5898], "b": 0.1966}


def neuron_of_this_graph(activation):
    gradients = gradients_of(activation(Input("w") @ Input("x") + Input("b")), w=W, x=X, b=B)
    return gradients["w"], gradients["x"], gradients["b"]


def neuron_of_tensors(formula):
    leaves = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (W, X, B)]
    return torch.autograd.grad(formula(*leaves), leaves)


def sum_in_tier_2(w, x, b):
    products = tier_2.multiply(w, x)
    return tier_2.add(tier_2.add(products[0], products[1]), b)


def primitive_sigmoid_in_tier_2(z):
    one, minus_one = torch.tensor(1.0), torch.tensor(-1.0)
    return tier_2.reciprocal(tier_2.add(one, tier_2.exp(tier_2.multiply(minus_one, z))))


NEURONS = {
    "this graph, primitive gates": lambda: neuron_of_this_graph(lambda z: 1 / (1 + exp(-z))),
    "this graph, one sigmoid gate": lambda: neuron_of_this_graph(sigmoid),
    "tier 2, primitive gates": lambda: neuron_of_tensors(
        lambda *leaves: primitive_sigmoid_in_tier_2(sum_in_tier_2(*leaves))
    ),
    "tier 2, one sigmoid gate": lambda: neuron_of_tensors(
        lambda *leaves: tier_2.sigmoid(sum_in_tier_2(*leaves))
    ),
}


@pytest.mark.parametrize("neuron", NEURONS.values(), ids=NEURONS)
def test_the_lessons_sigmoid_neuron(neuron):
    for gradient, (name, expected) in zip(neuron(), GRADIENTS.items(), strict=True):
        assert np.round(np.asarray(gradient), 4).tolist() == expected, name


def test_a_network_of_gates_has_the_gradients_of_the_layers():
    model = MLP((5, 4, 3), activation="tanh", dtype=np.float64)
    generator = np.random.default_rng(0)
    images, labels = generator.standard_normal((6, 5)), generator.integers(3, size=6)
    for array in model.parameters().values():  # biases too
        array[...] = generator.standard_normal(array.shape)
    loss, grad_logits = LOSSES["softmax-cross-entropy"](model.forward(images), labels)
    model.backward(grad_logits)

    inputs = {name: Input(name) for name in model.parameters()}
    (W1, b1), (W2, b2) = list(pairwise(inputs.values()))[::2]
    hidden = gates.tanh(gates.linear(images, W1, b1))
    graph = ComputationalGraph(gates.softmax_cross_entropy(gates.linear(hidden, W2, b2), labels))
    assert abs(graph.forward(model.parameters()) - loss) < 1e-14
    gradients = graph.backward()
    for name, gradient in model.gradients().items():
        assert abs(gradient).max() > 1e-3, f"{name}: no gradient to compare"
        np.testing.assert_allclose(gradients[name], gradient, rtol=0, atol=1e-14, err_msg=name)


# --- random expressions against autograd ---------------------------------------------------------

# function of this graph, of torch, and where both may be used: finite, and away from kinks
FUNCTIONS = {
    "negate": (lambda z: -z, lambda z: -z, lambda z: True),
    "exp": (exp, torch.exp, lambda z: z.max() < 3),
    "log": (log, torch.log, lambda z: z.min() > 0.1),
    "reciprocal": (lambda z: 1 / z, lambda z: 1 / z, lambda z: abs(z).min() > 0.1),
    "power 2": (lambda z: z**2, lambda z: z**2, lambda z: abs(z).max() < 30),
    "power -1.5": (lambda z: z**-1.5, lambda z: z**-1.5, lambda z: z.min() > 0.1),
    "power 0": (lambda z: z**0, lambda z: z**0, lambda z: True),
    "base 2": (lambda z: 2**z, lambda z: 2**z, lambda z: z.max() < 4),
    "sigmoid": (sigmoid, torch.sigmoid, lambda z: True),
    "tanh": (gates.tanh, torch.tanh, lambda z: True),
    "relu": (relu, torch.relu, lambda z: abs(z).min() > 1e-6),
    "sum": (gates.sum, torch.sum, lambda z: True),
    "number - z": (lambda z: 0.5 - z, lambda z: 0.5 - z, lambda z: True),
    "z ** array": (
        lambda z: z ** np.array([2.0, 0.0, 3.0]),
        lambda z: z ** torch.tensor([2.0, 0.0, 3.0], dtype=torch.float64),
        lambda z: z.shape == () or z.shape[-1] in (1, 3),
    ),
    "array * z": (
        lambda z: np.array([[0.5], [-1.5]]) * z,
        lambda z: torch.tensor([[0.5], [-1.5]], dtype=torch.float64) * z,
        lambda z: z.ndim == 0 or z.ndim == 1 or len(z) in (1, 2),
    ),
}
BINARY = {
    "add": (lambda a, b: a + b, torch.add, lambda a, b: True),
    "subtract": (lambda a, b: a - b, torch.sub, lambda a, b: True),
    "multiply": (lambda a, b: a * b, torch.mul, lambda a, b: abs(a * b).max() < 100),
    "divide": (lambda a, b: a / b, torch.div, lambda a, b: abs(b).min() > 0.1),
    "power": (lambda a, b: a**b, torch.pow, lambda a, b: a.min() > 0.1 and (a**b).max() < 100),
    "maximum": (maximum, torch.maximum, lambda a, b: abs(a - b).min() > 1e-6),
    "matmul": (lambda a, b: a @ b, torch.matmul, lambda a, b: a.ndim * b.ndim > 0),
}
SHAPES = [(), (), (1,), (3,), (2,), (2, 3), (3, 2), (2, 1), (1, 3)]


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_random_expressions_have_the_gradients_of_autograd(data):
    """A pool of nodes grows by functions of its members, any of which may be used again."""
    generator = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    shapes = data.draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4))
    inputs = {f"x{i}": generator.uniform(-2, 2, shape) for i, shape in enumerate(shapes)}
    leaves = [torch.tensor(array, requires_grad=True) for array in inputs.values()]
    pool = list(zip(map(Input, inputs), leaves, strict=True))
    for _ in range(data.draw(st.integers(1, 12))):
        name = data.draw(st.sampled_from([*FUNCTIONS, *BINARY]))
        ours, theirs, usable = (FUNCTIONS | BINARY)[name]
        chosen = [data.draw(st.sampled_from(pool)) for _ in range(2 if name in BINARY else 1)]
        nodes, tensors = zip(*chosen, strict=True)
        try:
            allowed = usable(*(tensor.detach() for tensor in tensors))
            value = theirs(*tensors)
        except RuntimeError:  # shapes that do not go together
            continue
        if allowed and abs(value).max() < 1e3:
            pool.append((ours(*nodes), value))
    # All that was made counts, so that no expression is drawn in vain.
    output, tensor = gates.sum(pool[-1][0]), pool[-1][1].sum()
    for node, value in pool[:-1]:
        output, tensor = output + gates.sum(gates.sigmoid(node)), tensor + value.sigmoid().sum()

    graph = ComputationalGraph(output)
    np.testing.assert_allclose(graph.forward(inputs), tensor.detach(), rtol=1e-10, atol=1e-10)
    expected = torch.autograd.grad(tensor, leaves)
    assume(max(abs(gradient).max() for gradient in expected) < 1e6)
    gradients = graph.backward()
    for name, autograd in zip(inputs, expected, strict=True):
        gradient = gradients[name]
        scale = max(1.0, abs(autograd).max().item())
        assert gradient.shape == autograd.shape, name
        assert abs(gradient - autograd.numpy()).max() < 1e-10 * scale, name


# --- the order, the sum, the zero ----------------------------------------------------------------


def reused():
    a = Input("a")
    b = a + a
    return a, b, b + b


def recursive_gradients(graph):
    """Backward without an order: from each gate on into both of its inputs."""
    gradients = {node: np.zeros_like(value) for node, value in graph.values.items()}
    gradients[graph.output] += 1

    def go_on_from(gate):
        values = [graph.values[node] for node in gate.inputs]
        if values:
            products = gate.backward(gradients[gate], graph.values[gate], *values)
            for node, product in zip(gate.inputs, products, strict=True):
                gradients[node] += product
            for node in gate.inputs:
                go_on_from(node)

    go_on_from(graph.output)
    return gradients


def test_the_topological_order_finds_4_where_a_recursion_finds_8():
    a, b, c = reused()
    graph = ComputationalGraph(c)
    assert graph.forward({"a": 3}) == 12
    assert graph.backward() == {"a": 4}
    assert recursive_gradients(graph)[a] == 8
    assert graph.nodes_topologically_sorted() == [a, b, c]


def test_a_second_backward_gives_the_same_at_every_node():
    graph = ComputationalGraph(reused()[2] * 3)
    graph.forward({"a": 1})
    first = graph.backward(), graph.gradients
    assert (graph.backward(), graph.gradients) == first
    a, b, c, three, output = graph.nodes
    assert first[1] == {a: 12, b: 6, c: 3, three: 4, output: 1}


def test_graphs_that_share_nodes_do_not_disturb_each_other():
    _, b, c = reused()
    one, other = ComputationalGraph(c), ComputationalGraph(b * b)
    one.forward({"a": 1})
    other.forward({"a": 10})
    assert (one.backward(), other.backward()) == ({"a": 4}, {"a": 80})


def test_what_a_caller_changes_afterwards_changes_nothing():
    a, x = Input("a"), np.array([1.0, 2.0])
    graph = ComputationalGraph(exp(gates.sum(a * a)))
    output = graph.forward({"a": x})
    expected = 2 * x * np.exp(5)
    x[:], output[...] = 0, 0
    first = graph.backward()
    first["a"][:] = 0
    np.testing.assert_allclose(graph.backward()["a"], expected, rtol=1e-14)
    np.testing.assert_allclose(graph.gradients[a], expected, rtol=1e-14)


def test_a_graph_of_5000_gates_in_a_row():
    node = Input("x")
    for _ in range(5000):
        node = node + 0.001
    graph = ComputationalGraph(node)
    assert abs(graph.forward({"x": 1}) - 6) < 1e-9
    assert graph.backward() == {"x": 1}


# --- the experiment ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", experiment.EXPRESSIONS)
def test_the_experiment_draws_and_answers(name):
    numbers = json.loads(json.dumps(experiment.run(experiment.Options(expression=name))))
    figure = experiment.draw(numbers)
    figure.draw_without_rendering()
    for panel, with_gradients in zip(figure.axes, (False, True), strict=True):
        texts = [text.get_text() for text in panel.texts]
        assert any(text.startswith("output = ") for text in texts)
        for node in numbers["nodes"]:
            if node["kind"] == "Input":
                assert {node["name"], experiment.shown(node["value"])} <= {*texts}
                assert not with_gradients or experiment.shown(node["gradient"]) in texts
    plt.close(figure)
    for input_name, gradient in numbers["gradients"].items():
        assert f"{gradient:.4g} for {input_name}" in experiment.answer(numbers)


@pytest.mark.parametrize(
    ("expression", "values", "gradients"),
    [
        ("product", (), {"x": -4, "y": -4, "z": 3}),
        ("product", (1, 2, 3), {"x": 3, "y": 3, "z": 3}),
        ("reused", (), {"a": 4}),
        ("max", (2, 3, 7), {"x": 0, "y": 0, "z": 2}),
        ("b = a * a; b + log(b)", (2,), {"a": 5}),
        ("-(x - 2)**2 / 4 + 2**-1", (4,), {"x": -1}),
        ("unused = u; x = x + 1; x * x", (2,), {"x": 6}),
        ("2**x * relu(y) + 3**2", (1, 5), {"x": 2 * np.log(2) * 5, "y": 2}),
    ],
)
def test_the_experiment_reads_any_formula(expression, values, gradients):
    numbers = experiment.run(experiment.Options(expression=expression, values=values))
    assert numbers["gradients"] == pytest.approx(gradients, rel=1e-12)


def test_no_two_nodes_are_drawn_in_one_place():
    formula = "b = a * x; c = exp(b) + b; c * c + x"
    numbers = experiment.run(experiment.Options(expression=formula, values=(1, 2)))
    positions, ways = experiment.laid_out(numbers)
    places = np.array(list(positions.values()))
    apart = np.linalg.norm(places[:, None] - places, axis=2) + np.eye(len(places))
    assert apart.min() > 0.99
    for way in ways:  # from column to column, so that no edge crosses a node
        assert np.allclose(np.diff([positions[place][0] for place in way]), 1)


@pytest.mark.parametrize(
    ("expression", "values", "message"),
    [
        (
            "product",
            (1, 2),
            r"--values 1 2: '\(x \+ y\) \* z' takes one .*; give x, y, z",
        ),
        ("x", (), r"--values \(none\): 'x' takes one number for each of its inputs; give x"),
        ("x +", (1,), r"--expression x \+: is no formula; use names, numbers"),
        ("", (), "--expression : has no input; use"),
        ("b = x; 1 + 2", (1,), "has no input; use"),
        ("__import__('os')", (), r"\"__import__\('os'\)\" cannot be drawn; use"),
        ("x.real", (1,), "'x.real' cannot be drawn; use"),
        ("exp(x, x)", (1,), r"'exp\(x, x\)' cannot be drawn; use"),
        ("x; y", (1, 2), "'x' cannot be drawn; use"),
        ("x / (1 - 1)", (1,), r"--expression x / \(1 - 1\): Reciprocal\(Add = 0.0\) is inf"),
        ("log(x)", (-1,), r"--expression log\(x\): Log\(x = -1.0\) is nan"),
        ("product", (1, 2, np.inf), "--values inf: must be"),
    ],
)
def test_the_experiment_refuses_in_one_line(expression, values, message):
    with pytest.raises(UserError, match=message) as error:
        experiment.Options(expression=expression, values=values)
    assert "\n" not in str(error.value)
