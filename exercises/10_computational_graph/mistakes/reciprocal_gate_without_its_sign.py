"""The local gradient of Reciprocal is -1/a², and its minus sign is lost."""


class Reciprocal(Reciprocal):
    def backward(self, grad_c):
        return self.c * self.c * grad_c
