"""The gates return their local gradients: they have to be multiplied by grad_c."""


class Add(Add):
    def backward(self, grad_c):
        return 1.0, 1.0


class Multiply(Multiply):
    def backward(self, grad_c):
        return self.b, self.a


class Max(Max):
    def backward(self, grad_c):
        return (1.0, 0.0) if self.a_is_larger else (0.0, 1.0)


class Exp(Exp):
    def backward(self, grad_c):
        return self.c


class Reciprocal(Reciprocal):
    def backward(self, grad_c):
        return -self.c * self.c
