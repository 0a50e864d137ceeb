"""The local gradient of Reciprocal is -1/a², and nothing is squared."""


class Reciprocal(Reciprocal):
    def backward(self, grad_c):
        return -self.c * grad_c
