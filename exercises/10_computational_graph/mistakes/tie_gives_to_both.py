"""Where a = b, Max gives the whole of grad_c to both inputs, which together is twice too much."""


class Max:
    def forward(self, a, b):
        self.a, self.b = a, b
        return max(a, b)

    def backward(self, grad_c):
        return grad_c * (self.a >= self.b), grad_c * (self.b >= self.a)
