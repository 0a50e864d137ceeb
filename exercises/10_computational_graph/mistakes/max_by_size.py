"""Max compares the sizes of its inputs without their signs."""


class Max:
    def forward(self, a, b):
        self.a_is_larger = abs(a) >= abs(b)
        return max(a, b)

    def backward(self, grad_c):
        return (grad_c, 0.0) if self.a_is_larger else (0.0, grad_c)
