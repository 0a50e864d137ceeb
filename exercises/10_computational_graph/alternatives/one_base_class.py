"""Writes what the gates share once, and collects gradients in a dictionary."""

import numpy as np


def product_graph():
    return {"s": 3, "f": -12, "grad_f": 1, "grad_s": -4, "grad_z": 3, "grad_x": -4, "grad_y": -4}


def neuron_graph():
    return {
        "z": 1,
        "n": -1,
        "e": 0.37,
        "d": 1.37,
        "f": 0.73,
        "grad_d": -0.53,
        "grad_e": -0.53,
        "grad_n": -0.20,
        "grad_z": 0.20,
        "grad_w1": -0.20,
        "grad_x1": 0.39,
        "grad_w2": -0.39,
        "grad_x2": -0.59,
        "grad_b": 0.20,
    }


def reused_graph():
    return {
        "p": -6,
        "q": -3,
        "f": 18,
        "grad_q": -6,
        "grad_p": -9,
        "grad_a": -9 * -2 + -6,
        "grad_b": -9 * 3,
    }


def max_graph():
    return {
        "p": 6,
        "m": 6,
        "f": 12,
        "grad_m": 2,
        "grad_p": 2,
        "grad_z": 0,
        "grad_x": 6,
        "grad_y": 4,
    }


class Gate:
    """Keeps what forward is given, and the local gradients."""

    def forward(self, *inputs):
        self.inputs = tuple(np.float64(each) for each in inputs)
        return self.value(*self.inputs)

    def backward(self, grad_c):
        products = tuple(grad_c * local for local in self.locals(*self.inputs))
        return products if len(products) > 1 else products[0]


class Add(Gate):
    def value(self, a, b):
        return a + b

    def locals(self, a, b):
        return 1, 1


class Multiply(Gate):
    def value(self, a, b):
        return a * b

    def locals(self, a, b):
        return b, a


class Max(Gate):
    def value(self, a, b):
        return a if a > b else b

    def locals(self, a, b):
        return (1, 0) if a > b else (0, 1)


class Exp(Gate):
    def value(self, a):
        return np.exp(a)

    def locals(self, a):
        return (np.exp(a),)


class Reciprocal(Gate):
    def value(self, a):
        return 1 / a

    def locals(self, a):
        return (-1 / a**2,)


def reused_gradients(a, b):
    grad = {"a": 0.0, "b": 0.0, "p": 0.0, "q": 0.0}
    p = a * b
    q = p + a
    grad["p"] += q
    grad["q"] += p
    grad["p"] += grad["q"]
    grad["a"] += grad["q"]
    grad["a"] += b * grad["p"]
    grad["b"] += a * grad["p"]
    return p * q, grad["a"], grad["b"]
