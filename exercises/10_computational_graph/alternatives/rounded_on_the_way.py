"""Rounds on the way, and shares out the gradient of Max at a tie."""

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
        "grad_n": -0.2,
        "grad_z": 0.20,
        "grad_w1": -0.20,
        "grad_x1": 0.4,
        "grad_w2": -0.4,
        "grad_x2": -0.6,
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


class Add:
    def forward(self, a, b):
        return a + b

    def backward(self, grad_c):
        return grad_c, grad_c


class Multiply:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, grad_c):
        return self.b * grad_c, self.a * grad_c


class Max:
    def forward(self, a, b):
        self.share = 0.5 if a == b else float(a > b)
        return np.maximum(a, b)

    def backward(self, grad_c):
        return self.share * grad_c, (1 - self.share) * grad_c


class Exp:
    def forward(self, a):
        self.c = np.exp(a)
        return self.c

    def backward(self, grad_c):
        return self.c * grad_c


class Reciprocal:
    def forward(self, a):
        self.c = 1 / a
        return self.c

    def backward(self, grad_c):
        return -self.c * self.c * grad_c


def reused_gradients(a, b):
    first, add, second = Multiply(), Add(), Multiply()
    p = first.forward(a, b)
    q = add.forward(p, a)
    f = second.forward(p, q)
    p_from_f, grad_q = second.backward(1.0)
    p_from_q, a_from_q = add.backward(grad_q)
    a_from_p, grad_b = first.backward(p_from_f + p_from_q)
    return f, a_from_p + a_from_q, grad_b
