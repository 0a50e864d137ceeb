"""The value of Max is the smaller input."""


class Max(Max):
    def forward(self, a, b):
        self.a_is_larger = a >= b
        return min(a, b)
