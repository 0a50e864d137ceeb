"""The value of Max is cut off at 0: that is ReLU."""


class Max(Max):
    def forward(self, a, b):
        self.a_is_larger = a >= b
        return max(a, b, 0.0)
