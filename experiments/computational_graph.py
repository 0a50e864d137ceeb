"""Claim: one rule, applied gate by gate from the output back, finds every gradient of a graph.

Predict first: x = 1, y = 2 and z = 0 go into (x + y) * max(y, z). If one of them grows by a little
and the others stay as they are, by what factor does the output change more than that input? Answer
it for each of the three; y is used twice.

What to change: --expression (shared, product, neuron, neuron-one-gate, reused, max, or a formula
such as "b = a * a; b + log(b)"), and --values, in the order in which the names first appear.
Paper: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors",
Nature 323, 1986. Exercise: 10_computational_graph. And why are all three equal for z = 3?
"""

import ast
import math
from itertools import pairwise
from operator import add, mul, sub, truediv
from textwrap import fill
from typing import Any

import numpy as np

import gates_numpy as gates
from common.options import option
from computational_graph_numpy import ComputationalGraph
from data.errors import UserError
from experiments.experiment import COLORS, ExperimentOptions, Numbers, main, plt

# name: expression, values of its inputs
EXPRESSIONS: dict[str, tuple[str, tuple[float, ...]]] = {
    "shared": ("(x + y) * max(y, z)", (1, 2, 0)),
    "product": ("(x + y) * z", (-2, 5, -4)),
    "neuron": ("1 / (1 + exp(-(w1 * x1 + w2 * x2 + b)))", (2, -1, -3, -2, -3)),
    "neuron-one-gate": ("sigmoid(w1 * x1 + w2 * x2 + b)", (2, -1, -3, -2, -3)),
    "reused": ("b = a + a; c = b + b", (3,)),
    "max": ("max(x * y, z) * 2", (2, 3, 5)),
}
OPERATORS = {ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv, ast.Pow: pow}
# name: function, number of its inputs
FUNCTIONS = {name: (getattr(gates, name), 1) for name in ("exp", "log", "sigmoid", "tanh", "relu")}
FUNCTIONS["max"] = (gates.maximum, 2)
# What stands on a gate, if not its name; the dot is what comes in.
SYMBOLS = {"Add": "+", "Multiply": "×", "Negate": "−·", "Reciprocal": "1/·"}
VALUE, GRADIENT, GATE = *COLORS[:2], "#e8e8e8"
INPUT = {"boxstyle": "circle,pad=0.35", "facecolor": "white", "edgecolor": "black"}
PAPER = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}


class Options(ExperimentOptions):
    """What is drawn, and where it is evaluated."""

    expression: str = option("shared", max_length=200)
    """a name, or a formula"""
    values: tuple[float, ...] = option((), max_length=20, lt=math.inf)
    """of the inputs (the example's own if there are none)"""

    def __attrs_post_init__(self) -> None:
        evaluated(self)


def built(expression: str) -> tuple[gates.Node, dict[gates.Node, str]]:
    """The output of an expression, and the names of its inputs and of what it assigns.

    Nothing is executed: Python parses the text, and only names, numbers, operators and the
    functions above become nodes. A name is an input where nothing was assigned to it before.

    Raises:
        UserError: for anything else in the text.
    """
    known: dict[str, gates.Node] = {}
    names: dict[gates.Node, str] = {}

    def refusal(problem: str) -> UserError:
        return UserError(
            f"--expression {expression}: {problem}; use names, numbers, + - * / **,"
            f" {', '.join(FUNCTIONS)}, or one of {', '.join(EXPRESSIONS)}"
        )

    def node_of(tree: ast.AST) -> Any:
        match tree:
            case ast.Name(id=name):
                if name not in known:
                    known[name] = gates.Input(name)
                    names[known[name]] = name
                return known[name]
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -node_of(operand)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
                a, b = node_of(left), node_of(right)
                if isinstance(b, float):
                    a = gates.as_node(a)  # two numbers meet in a gate, too, which refuses 1 / 0
                return OPERATORS[type(operator)](a, b)
            case ast.Call(func=ast.Name(id=name), args=inputs, keywords=[]) if (
                name in FUNCTIONS and len(inputs) == FUNCTIONS[name][1]
            ):
                return FUNCTIONS[name][0](*map(node_of, inputs))
        raise refusal(f"{ast.unparse(tree)!r} cannot be drawn")

    try:
        statements = ast.parse(expression.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise refusal("is no formula") from None
    output: gates.Node | None = None
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=tree):
                output = known[name] = gates.as_node(node_of(tree))
                names.setdefault(output, name)
            case ast.Expr(value=tree) if statement is statements[-1]:
                output = gates.as_node(node_of(tree))
            case _:
                raise refusal(f"{ast.unparse(statement)!r} cannot be drawn")
    if output is None or not ComputationalGraph(output).inputs:
        raise refusal("has no input")
    return output, names


def evaluated(options: Options) -> tuple[ComputationalGraph, dict[gates.Node, str]]:
    """The graph after forward and backward, and its names.

    Raises:
        UserError: for a formula that is not understood, too many or few values, and a value that
            is not finite.
    """
    expression, values = EXPRESSIONS.get(options.expression, (options.expression, ()))
    values = options.values or values
    output, names = built(expression)
    graph = ComputationalGraph(output)
    names = {node: name for node, name in names.items() if node in graph.nodes}
    inputs = [name for node, name in names.items() if isinstance(node, gates.Input)]
    if len(values) != len(inputs):
        given = " ".join(f"{value:g}" for value in values) or "(none)"
        raise UserError(
            f"--values {given}: {expression!r} takes one number for each of its inputs; give"
            f" {', '.join(inputs)}"
        )
    try:
        graph.forward(dict(zip(inputs, values, strict=True)))
        graph.backward()
    except UserError as error:
        raise UserError(f"--expression {options.expression}: {error}") from None
    return graph, names


def run(options: Options) -> Numbers:
    """Evaluate the graph, forward and backward, and describe each node and edge."""
    graph, names = evaluated(options)
    place = {node: i for i, node in enumerate(graph.nodes)}
    numbers: Numbers = {
        "expression": EXPRESSIONS.get(options.expression, (options.expression, ()))[0],
        "gradients": {  # by input, in the order of --values
            name: float(graph.gradients[node])
            for node, name in names.items()
            if isinstance(node, gates.Input)
        },
        "nodes": [],
        "edges": [],
    }
    for node, i in place.items():
        value = graph.values[node]
        numbers["nodes"].append(
            {
                "kind": type(node).__name__,
                "name": names.get(node),
                "exponent": float(node.exponent) if isinstance(node, gates.Power) else None,
                "value": float(value),
                "gradient": float(graph.gradients[node]),
            }
        )
        if isinstance(node, gates.Gate):
            arguments = [graph.values[before] for before in node.inputs]
            local_gradients = node.backward(np.ones(()), value, *arguments)
            for before, local in zip(node.inputs, local_gradients, strict=True):
                edge = {"from": place[before], "to": i, "local_gradient": float(local)}
                numbers["edges"].append(edge)
    return numbers


Place = Any  # a node's number, or (edge, column) where an edge passes a column


def laid_out(numbers: Numbers) -> tuple[dict[Place, np.ndarray], list[list[Place]]]:
    """A position for each place, in steps of 1, and the places that each edge connects.

    Each node stands in a column as near to the output as the gates that use it allow. An edge
    that skips columns gets a place of its own in each of them, so that it crosses no node.
    networkx finds the columns and the positions.
    """
    import networkx  # here, as nothing but the picture needs it

    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(range(len(numbers["nodes"])))
    graph.add_edges_from((edge["from"], edge["to"]) for edge in numbers["edges"])
    columns = list(networkx.topological_generations(graph.reverse()))  # the output's is first
    column_of = {node: i for i, column in enumerate(columns) for node in column}
    ways: list[list[Place]] = []
    for i, edge in enumerate(numbers["edges"]):
        skipped = range(column_of[edge["from"]] - 1, column_of[edge["to"]], -1)
        ways.append([edge["from"], *((i, column) for column in skipped), edge["to"]])
        for column in skipped:
            columns[column].append((i, column))
    # A column is in the order of what its places lead to, so that few edges cross.
    rank: dict[Place, float] = {}
    leads_to: dict[Place, list[float]] = {place: [] for way in ways for place in way}
    for column in columns:
        column.sort(key=lambda place: np.mean(leads_to.get(place) or 0))
        rank |= {place: i - (len(column) - 1) / 2 for i, place in enumerate(column)}
        for i, way in enumerate(ways):
            for before, after in pairwise(way):
                if after in column:  # a gate's second input below its first
                    leads_to[before].append(rank[after] + 1e-3 * i)
    graph.add_nodes_from(rank)
    by_column = {-i: column for i, column in enumerate(columns)}
    positions = networkx.multipartite_layout(graph, subset_key=by_column)
    step = 1.0
    if len(columns) > 1:
        step = positions[columns[0][0]][0] - positions[columns[1][0]][0]
    return {place: position / step for place, position in positions.items()}, ways


def draw(numbers: Numbers) -> plt.Figure:
    """The graph after forward, with values, and after backward, with gradients below them."""
    positions, ways = laid_out(numbers)
    places = np.array(list(positions.values()))
    (left, low), (right, high) = places.min(axis=0), places.max(axis=0)
    width = max(8.8, 1.6 * (right - left) + 1.9)  # of the figure, 1.6 inches to a column
    height = max(1.3, high - low + 1.1)  # of a panel
    figure, panels = plt.subplots(2, 1, figsize=(width, 2 * height + 1.8), layout="constrained")
    panels[0].set_title("after forward: the value of each node")
    panels[1].set_title(
        "after backward: gradient × local gradient along each arrow; arrows that meet add up"
    )
    for panel, with_gradients in zip(panels, (False, True), strict=True):
        panel.set_axis_off()
        panel.set_xlim((left + right) / 2 + np.array([-width, width]) / 3.2)
        panel.set_ylim((low + high) / 2 + np.array([height, -height]) / 2)
        draw_edges(panel, numbers, positions, ways, with_gradients)
        draw_nodes(panel, numbers, positions, with_gradients)
    symbol = {"linestyle": "none", "markersize": 11, "markeredgecolor": "black"}
    text = {"linestyle": "none", "markersize": 9, "marker": "$3$"}
    handles = [
        plt.Line2D([], [], marker="o", color="white", label="input", **symbol),
        plt.Line2D([], [], marker="s", color=GATE, label="gate (· is what comes in)", **symbol),
        plt.Line2D([], [], color=VALUE, label="value (above)", **text),
        plt.Line2D([], [], color=GRADIENT, label="∂output/∂node (below, boxed)", **text),
        plt.Line2D([], [], color="0.3", label="forward"),
        plt.Line2D([], [], color=GRADIENT, linestyle="--", label="back, × local gradient"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    figure.suptitle(fill(numbers["expression"], int(9 * width)), family="monospace")
    return figure


def draw_edges(
    panel: plt.Axes,
    numbers: Numbers,
    positions: dict[Place, np.ndarray],
    ways: list[list[Place]],
    with_gradients: bool,
) -> None:
    """Arrows forward, or with the gradients back, with local gradients on them."""
    for i, (edge, way) in enumerate(zip(numbers["edges"], ways, strict=True)):
        # A gate may use one node twice: the two lines bend apart.
        bend = 0.0 if ways.count(way) == 1 else 0.25 if way in ways[:i] else -0.25
        # Nobody asks for the gradient of a number.
        back = with_gradients and numbers["nodes"][edge["from"]]["kind"] != "Constant"
        for before, after in pairwise(way):
            passes = isinstance(before, tuple), isinstance(after, tuple)
            arrow = {
                "arrowstyle": "-" if passes[not back] else "<-" if back else "->",
                "connectionstyle": f"arc3,rad={bend}",
                "color": GRADIENT if back else "0.3",
                "linestyle": "--" if back else "-",
                "shrinkA": 0 if passes[0] else radius(numbers["nodes"][before]),
                "shrinkB": 0 if passes[1] else radius(numbers["nodes"][after]),
            }
            panel.annotate("", positions[after], positions[before], arrowprops=arrow)
        if back:
            start, end = positions[way[-2]], positions[way[-1]]
            # Where two lines cross half-way, their labels stand apart, each nearer to its gate.
            share = 0.5 if start[1] == end[1] else 0.56
            middle = (1 - share) * start + share * end
            text = f"×{shown(edge['local_gradient'])}"
            write(panel, text, middle, -58 * bend, fontsize=8, color="0.25", bbox=PAPER)


def draw_nodes(
    panel: plt.Axes, numbers: Numbers, positions: dict[Place, np.ndarray], with_gradients: bool
) -> None:
    """Inputs, numbers and gates, with their values and, where asked for, their gradients."""
    for i, node in enumerate(numbers["nodes"]):
        if node["kind"] == "Constant":
            write(panel, symbol(node), positions[i], fontsize=12)
            continue
        box, name = INPUT, None
        if node["kind"] != "Input":
            box = INPUT | {"boxstyle": "round,pad=0.4", "facecolor": GATE}
            name = "output" if i == len(numbers["nodes"]) - 1 else node["name"]
        elif len(node["name"]) > 2:
            box = INPUT | {"boxstyle": "round,pad=0.4,rounding_size=0.8"}
        write(panel, symbol(node), positions[i], fontsize=12, bbox=box)
        value = shown(node["value"])
        text = f"{name} = {value}" if name else value
        write(panel, text, positions[i], 24, color=VALUE, weight="bold", bbox=PAPER)
        if with_gradients:
            box = PAPER | {"edgecolor": GRADIENT}
            write(panel, shown(node["gradient"]), positions[i], -25, color=GRADIENT, bbox=box)


def write(
    panel: plt.Axes, text: str, place: np.ndarray, points_above: float = 0, **look: Any
) -> None:
    """A text centred on a place, or some points above it."""
    offset = {"xytext": (0, points_above), "textcoords": "offset points"}
    panel.annotate(text, place, ha="center", va="center", **offset, **look)


def symbol(node: dict[str, Any]) -> str:
    """What stands in a node."""
    if node["kind"] == "Input":
        return node["name"]
    if node["kind"] == "Constant":
        return shown(node["value"])
    if node["kind"] == "Power":
        return rf"$(\cdot)^{{{shown(node['exponent'])}}}$"
    return SYMBOLS.get(node["kind"], node["kind"].lower())


def radius(node: dict[str, Any]) -> float:
    """How far from a node's centre its arrows end, in points."""
    return max(17.0, 5.0 * len(symbol(node)) + 9) if node["kind"] != "Power" else 24.0


def shown(number: float) -> str:
    """Four digits, and a minus sign as long as the plus."""
    return f"{number:.4g}".replace("-", "−")


def answer(numbers: Numbers) -> str:
    """The output, and how much it changes with each input."""
    gradients = numbers["gradients"].items()
    changes = ", ".join(f"{gradient:.4g} for {name}" for name, gradient in gradients)
    return (
        f"{numbers['expression']} is {numbers['nodes'][-1]['value']:.4g}. When one input grows by a"
        f" little, the output changes by this factor: {changes}."
    )


if __name__ == "__main__":
    main(Options, run, draw, answer)
