"""Max hands grad_c on to both inputs: the smaller one gets 0."""


class Max(Max):
    def backward(self, grad_c):
        return grad_c, grad_c
