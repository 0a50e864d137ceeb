"""backward divides by 1 - p once more, which the mask has done already."""


class Dropout(Dropout):
    def backward(self, grad_Y):
        return grad_Y if self.mask is None else grad_Y * self.mask / (1 - self.p)
