"""Judges exercise 10: the numbers of four drawn graphs, and five gates.

The drawn numbers are judged by moving one node a little, and so is every gate. What is told after a
wrong number is how the output moves, so that the reader still has to find the number.
"""

import math
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from exercises.checker.adapters import Tier
from exercises.checker.catalogue import Metadata
from exercises.checker.checking import Checks, Failed, described

METADATA = Metadata(
    level="basic",
    minutes=50,
    teaches="the chain rule node by node, and gate by gate; where gradients add up",
    names=(
        *("product_graph", "neuron_graph", "reused_graph", "max_graph"),
        *("Add", "Multiply", "Max", "Exp", "Reciprocal", "reused_gradients"),
    ),
    refused=(),
    shown={
        "numpy": (
            ("numpy/gates_numpy.py", "Multiply"),
            ("numpy/gates_numpy.py", "Max"),
            ("numpy/computational_graph_numpy.py", "ComputationalGraph.backward"),
        )
    },
    questions=(
        "In the neuron, four gates lead from z to f. Which single gate has the same derivative,"
        " and which of the four values does it need to compute it?",
        "The backward pass goes through each gate once, the forward pass too. How many passes would"
        " finite differences take for a network with a million weights?",
    ),
    experiment="experiments/computational_graph.py"
    " --expression 'p = a * b; q = p + a; p * q' --values 3 -2",
)
CHECKS = Checks()
TOLERANCE = 0.02  # of the drawn numbers: two decimals do, rounded on the way
MOVED = 0.01
H = 1e-5


@dataclass(frozen=True)
class Graph:
    """A drawn graph.

    Attributes:
        inputs: their values.
        nodes: the rule of each other node, in an order in which they can be computed; f is last.
        asked: which numbers the reader gives.
    """

    inputs: dict[str, float]
    nodes: dict[str, str]
    asked: tuple[str, ...]

    def values(self, **moved: float) -> dict[str, float]:
        """Every node's value, where some are held at another one."""
        values = self.inputs | moved
        known = {"exp": math.exp, "max": max}
        for name, rule in self.nodes.items():
            if name not in moved:
                values[name] = eval(rule, known, values)
        return values

    def right(self, name: str) -> float:
        """The number of this name; a gradient by a centred difference."""
        if not name.startswith("grad_"):
            return self.values()[name]
        node = name.removeprefix("grad_")
        value = self.values()[node]
        above, below = (self.values(**{node: value + h})["f"] for h in (H, -H))
        return (above - below) / (2 * H)

    def following(self, name: str, given: dict[str, float]) -> float:
        """What the number of this name should be, if all others are those that are given."""
        known, values = {"exp": math.exp, "max": max}, dict(self.inputs)
        for node, rule in self.nodes.items():
            computed = eval(rule, known, values)
            if node == name:
                return computed
            values[node] = given.get(node, computed)

        def gradient(node: str) -> float:
            """By the chain rule: what comes back from each gate that the node is used in."""
            if node == "f":
                return 1.0
            total = 0.0
            for user, rule in self.nodes.items():
                if re.search(rf"\b{node}\b", rule):
                    moved = ({**values, node: values[node] + h} for h in (H, -H))
                    above, below = (eval(rule, known, each) for each in moved)
                    incoming = given.get(f"grad_{user}")
                    incoming = gradient(user) if incoming is None else incoming
                    total += incoming * (above - below) / (2 * H)
            return total

        return gradient(name.removeprefix("grad_"))


GRAPHS = {
    "product_graph": Graph(
        {"x": -2, "y": 5, "z": -4},
        {"s": "x + y", "f": "s * z"},
        ("s", "f", "grad_f", "grad_s", "grad_z", "grad_x", "grad_y"),
    ),
    "neuron_graph": Graph(
        {"w1": 2, "x1": -1, "w2": -3, "x2": -2, "b": -3},
        {
            **{"p1": "w1 * x1", "p2": "w2 * x2", "s": "p1 + p2", "z": "s + b"},
            **{"n": "-z", "e": "exp(n)", "d": "1 + e", "f": "1 / d"},
        },
        (
            *("z", "n", "e", "d", "f", "grad_d", "grad_e", "grad_n", "grad_z"),
            *("grad_w1", "grad_x1", "grad_w2", "grad_x2", "grad_b"),
        ),
    ),
    "reused_graph": Graph(
        {"a": 3, "b": -2},
        {"p": "a * b", "q": "p + a", "f": "p * q"},
        ("p", "q", "f", "grad_q", "grad_p", "grad_a", "grad_b"),
    ),
    "max_graph": Graph(
        {"x": 2, "y": 3, "z": 5},
        {"p": "x * y", "m": "max(p, z)", "f": "2 * m"},
        ("p", "m", "f", "grad_m", "grad_p", "grad_z", "grad_x", "grad_y"),
    ),
}
# name: the function, and how many inputs it takes
GATES: dict[str, tuple[Callable[..., float], int]] = {
    "Add": (lambda a, b: a + b, 2),
    "Multiply": (lambda a, b: a * b, 2),
    "Max": (max, 2),
    "Exp": (math.exp, 1),
    "Reciprocal": (lambda a: 1 / a, 1),
}


def number(call: str, value: Any) -> float:
    """What was given, if it is one number."""
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, int | float | np.generic):
        raise Failed(call, "a number", described(value))
    return float(value)


def written_numbers(answer: ModuleType, name: str) -> dict[str, Any]:
    """The numbers of a drawn graph, all of them written."""
    asked = GRAPHS[name].asked
    numbers = getattr(answer, name)()
    if not isinstance(numbers, dict) or not set(asked) <= numbers.keys():
        raise Failed(f"{name}()", f"a dictionary with {', '.join(asked)}", described(numbers))
    for key in asked:
        if numbers[key] is None or numbers[key] is ...:
            raise NotImplementedError(f"{key} in {name}()")
    return numbers


def judge_numbers(answer: ModuleType, name: str) -> None:
    graph, numbers = GRAPHS[name], written_numbers(answer, name)
    for key in graph.asked:
        call = f"{name}()[{key!r}]"
        got = number(call, numbers[key])
        if abs(got - graph.right(key)) <= TOLERANCE:
            continue
        values = graph.values()
        if key in graph.nodes:
            rule = graph.nodes[key]
            known = [f"{n} = {values[n]:.4g}" for n in values if re.search(rf"\b{n}\b", rule)]
            raise Failed(call, f"{key} = {rule}, where {', '.join(known)}", f"{key} = {got:.6g}")
        node = key.removeprefix("grad_")
        moved = graph.values(**{node: values[node] + MOVED})
        way = f"{node} grows from {values[node]:.4g} to {moved[node]:.4g}"
        wanted = f"where {way}, f goes from {values['f']:.6g} to {moved['f']:.6g}"
        found = f"{got:.6g}, by which f would go to {values['f'] + MOVED * got:.6g}"
        raise Failed(call, wanted, found)


def numbers_of(name: str) -> Callable[[ModuleType, Tier, int], None]:
    def check(answer: ModuleType, tier: Tier, seed: int) -> None:
        judge_numbers(answer, name)

    check.__name__ = f"numbers_of_{name}"
    return check


for _name in GRAPHS:
    CHECKS.add("values")(numbers_of(_name))


def inputs(seed: int) -> tuple[list[list[float]], float]:
    """Pairs for a gate, of all signs, their numbers far apart and from 0; an upstream gradient."""
    generator = np.random.default_rng((10, seed))
    small, large = (round(float(generator.uniform(low, low + 0.5)), 2) for low in (0.5, 1.5))
    upstream = round(float(generator.uniform(2, 3)), 2)
    return [[small, large], [large, small], [-large, small], [-small, -large]], upstream


def with_zeros(pairs: list[list[float]], count: int) -> list[list[float]]:
    """What a gate with so many inputs is tried on; 0 only where it is one of two."""
    large = pairs[0][1]
    return [pair[:count] for pair in pairs] + [[0.0, large], [large, 0.0]] * (count == 2)


def shown(numbers: list[float]) -> str:
    text = ", ".join(f"{value:.6g}" for value in numbers)
    return text if len(numbers) == 1 else f"({text})"


def forward(answer: ModuleType, name: str, *arguments: float) -> tuple[Any, str, float]:
    """A new gate, what was called, and its value."""
    gate = getattr(answer, name)()
    call = f"{name}().forward({', '.join(map(str, arguments))})"
    return gate, call, number(call, gate.forward(*arguments))


def backward(gate: Any, call: str, upstream: float, count: int) -> list[float]:
    """What a gate's backward returns, as a list."""
    value = gate.backward(upstream)
    if count == 1 and not isinstance(value, tuple | list):
        value = (value,)
    if not isinstance(value, tuple | list) or len(value) != count:
        raise Failed(call, "the tuple (grad_a, grad_b)" if count == 2 else "grad_a", str(value))
    return [number(call, part) for part in value]


def slopes(function: Callable[..., float], arguments: list[float]) -> list[float]:
    """The derivatives of a function in each of its arguments, by centred differences."""
    found = []
    for place in range(len(arguments)):
        above, below = (
            function(*(a + h * (place == i) for i, a in enumerate(arguments))) for h in (H, -H)
        )
        found.append((above - below) / (2 * H))
    return found


def expect_numbers(call: str, got: list[float], expected: list[float]) -> None:
    if not np.allclose(got, expected, rtol=1e-6, atol=1e-6):
        raise Failed(call, shown(expected), shown(got))


@CHECKS.add("values")
def gate_values(answer: ModuleType, tier: Tier, seed: int) -> None:
    pairs, _ = inputs(seed)
    for name, (function, count) in GATES.items():
        for arguments in (pair[:count] for pair in pairs):
            _, call, value = forward(answer, name, *arguments)
            expect_numbers(call, [value], [function(*arguments)])


@CHECKS.add("gradients")
def gate_gradients(answer: ModuleType, tier: Tier, seed: int) -> None:
    pairs, upstream = inputs(seed)
    for name, (function, count) in GATES.items():
        for arguments in with_zeros(pairs, count):
            gate, call, _ = forward(answer, name, *arguments)
            call += f", then backward({upstream})"
            expected = [upstream * slope for slope in slopes(function, arguments)]
            expect_numbers(call, backward(gate, call, upstream, count), expected)


@CHECKS.add("gradients")
def max_at_a_tie(answer: ModuleType, tier: Tier, seed: int) -> None:
    ((a, _), *_), upstream = inputs(seed)
    gate, call, _ = forward(answer, "Max", a, a)
    parts = backward(gate, call := f"{call}, then backward({upstream})", upstream, 2)
    if abs(sum(parts) - upstream) > 1e-6 or min(parts) < -1e-6:
        raise Failed(call, f"two parts of {upstream:g} that add up to it", shown(parts))


@CHECKS.add("properties")
def gates_of_their_own(answer: ModuleType, tier: Tier, seed: int) -> None:
    (*_, pair), upstream = inputs(seed)
    for name, (_, count) in GATES.items():
        arguments, others = pair[:count], [3 * part for part in pair[:count]]
        first, call, _ = forward(answer, name, *arguments)
        call += f", then backward({upstream})"
        alone = backward(first, call, upstream, count)
        first.forward(*arguments)
        second, *_ = forward(answer, name, *others)
        call = f"two {name}(): one's forward of {shown(arguments)}, the other's of {shown(others)},"
        call += f" then backward({upstream}) of the first"
        expect_numbers(call, backward(first, call, upstream, count), alone)
        fresh = backward(second, call, upstream, count)
        first.forward(*others)
        call = f"{name}(): forward and backward twice, the second time at {shown(others)}"
        expect_numbers(call, backward(first, call, upstream, count), fresh)


def reused(answer: ModuleType, a: float, b: float) -> tuple[str, list[float]]:
    call = f"reused_gradients({a}, {b})"
    value = answer.reused_gradients(a, b)
    if not isinstance(value, tuple | list) or len(value) != 3:
        raise Failed(call, "the tuple (f, grad_a, grad_b)", described(value))
    return call, [number(call, part) for part in value]


def product_and_sum(a: float, b: float) -> float:
    return a * b * (a * b + a)


def by_the_gates(answer: ModuleType, a: float, b: float) -> list[float]:
    """What the answer's own gates make of the third graph."""
    first, add, second = answer.Multiply(), answer.Add(), answer.Multiply()
    p = first.forward(a, b)
    f = second.forward(p, add.forward(p, a))
    p_from_f, grad_q = second.backward(1.0)
    p_from_q, a_from_q = add.backward(grad_q)
    a_from_p, grad_b = first.backward(p_from_f + p_from_q)
    return [f, a_from_p + a_from_q, grad_b]


@CHECKS.add("gradients")
def reused_in_code(answer: ModuleType, tier: Tier, seed: int) -> None:
    for pair in with_zeros(inputs(seed)[0][-1:], 2):
        call, got = reused(answer, *pair)
        expected = [product_and_sum(*pair), *slopes(product_and_sum, pair)]
        for name, one, other in zip(("f", "grad_a", "grad_b"), got, expected, strict=True):
            expect_numbers(f"{name} of {call}", [one], [other])


def probes(answer: ModuleType, tier: Tier, seed: int) -> list[Callable[[], Any]]:
    """Each drawn number; each gate's value, gradient and memory; the function that joins them."""
    pairs, upstream = inputs(seed)
    pair, zeros = pairs[-1], with_zeros(pairs, 2)[-2:]

    def drawn(name: str, key: str) -> float:
        """A wrong number counts where it was made, and not in what was computed from it."""
        graph = GRAPHS[name]
        given = {key: float(value) for key, value in getattr(answer, name)().items()}
        right, got = graph.right(key), given[key]
        if min(abs(got - right), abs(got - graph.following(key, given))) <= TOLERANCE:
            return round(right, 4)
        return round(got, 1)  # one decimal, since the reader may have rounded on the way

    def values(name: str) -> list[float]:
        return [forward(answer, name, *pair[: GATES[name][1]])[2] for pair in pairs]

    def gradients(name: str, pairs: list[list[float]]) -> Any:
        count = GATES[name][1]
        each = (forward(answer, name, *pair[:count])[:2] for pair in pairs)
        try:
            return [backward(gate, call, upstream, count) for gate, call in each]
        except Failed as failure:
            return failure.got

    def in_code(pair: list[float]) -> list[float]:
        """The right numbers also where a gate is wrong that the function is made of."""
        _, got = reused(answer, *pair)
        with suppress(Exception):  # of a gate; what is right is known without it
            if np.allclose(got, by_the_gates(answer, *pair)):
                return [product_and_sum(*pair), *slopes(product_and_sum, pair)]
        return got

    def tie() -> Any:
        """What the two parts add up to; right where Max is wrong elsewhere, which shows there."""
        parts = []
        for arguments in ((2.0, 1.0), (1.0, 2.0), (1.0, 1.0)):
            gate, call, _ = forward(answer, "Max", *arguments)
            parts.append([float(part) for part in backward(gate, call, 1.0, 2)])
        return sum(parts[2]) if parts[:2] == [[1, 0], [0, 1]] else 1.0

    def memory(same: bool) -> list[str]:
        """What some gate's second backward returns, after it or another had other inputs."""
        found = set()
        for name, (_, count) in GATES.items():
            gate, call, _ = forward(answer, name, *pair[:count])
            once = backward(gate, call, upstream, count)
            other = gate if same else getattr(answer, name)()
            gate.forward(*pair[:count])
            other.forward(*(3 * part for part in pair[:count]))
            again = backward(gate, call, upstream, count)
            fresh, call, _ = forward(answer, name, *(3 * part for part in pair[:count]))
            new = backward(fresh, call, upstream, count) if same else once
            words = {"right": new, "first": once, "sum": np.add(once, new)}
            agree = (word for word in words if np.allclose(again, words[word]))
            found.add(next(agree, "other"))
        return sorted(found)

    return [
        *(partial(drawn, name, key) for name, graph in GRAPHS.items() for key in graph.asked),
        *(partial(values, name) for name in GATES),
        *(partial(gradients, name, pairs) for name in GATES),
        *(tie, partial(memory, same=False), partial(memory, same=True)),
        partial(gradients, "Multiply", zeros),
        lambda: [in_code(pair) for pair in zeros],
        *(lambda i=i: in_code(pair)[i] for i in range(3)),
    ]
