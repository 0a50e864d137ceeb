"""Reciprocal keeps c = 1/a and divides by its square: -1/a² is -c²."""


class Reciprocal:
    def forward(self, a):
        self.c = 1 / a
        return self.c

    def backward(self, grad_c):
        return -grad_c / self.c**2
