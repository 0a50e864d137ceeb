"""Add shares grad_c out between its inputs: each of them gets the whole."""


class Add:
    def forward(self, a, b):
        return a + b

    def backward(self, grad_c):
        return grad_c / 2, grad_c / 2
