"""Computes the numbers of two graphs, the neuron's by the sigmoid's derivative."""

import math


def product_graph():
    x, y, z = -2, 5, -4
    s = x + y
    return {
        **{"s": s, "f": s * z, "grad_f": 1, "grad_s": z, "grad_z": s},
        **{"grad_x": z, "grad_y": z},
        "a_note": "more than asked",
    }


def neuron_graph():
    w1, x1, w2, x2, b = 2, -1, -3, -2, -3
    z = w1 * x1 + w2 * x2 + b
    f = 1 / (1 + math.exp(-z))
    grad_z = f * (1 - f)
    e = math.exp(-z)
    numbers = {"z": z, "n": -z, "e": e, "d": 1 + e, "f": f}
    numbers |= {"grad_d": -f * f, "grad_e": -f * f, "grad_n": -grad_z, "grad_z": grad_z}
    numbers |= {"grad_w1": x1 * grad_z, "grad_x1": w1 * grad_z, "grad_b": grad_z}
    return numbers | {"grad_w2": x2 * grad_z, "grad_x2": w2 * grad_z}


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
        self.a_is_larger = a >= b
        return max(a, b)

    def backward(self, grad_c):
        return (grad_c, 0.0) if self.a_is_larger else (0.0, grad_c)


class Exp:
    def forward(self, a):
        self.c = math.exp(a)
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
