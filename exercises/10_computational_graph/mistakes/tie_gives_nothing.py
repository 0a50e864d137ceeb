"""Where a = b, Max gives nothing to either input: grad_c is lost there."""


class Max:
    def forward(self, a, b):
        self.a, self.b = a, b
        return max(a, b)

    def backward(self, grad_c):
        return grad_c * (self.a > self.b), grad_c * (self.b > self.a)
