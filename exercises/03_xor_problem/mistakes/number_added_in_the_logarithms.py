"""The gradients are those of log(p + 1e-3): the number added is too large and changes them."""


class TwoLayerNetwork(TwoLayerNetwork):
    def gradients(self, X, y):
        p = self.forward(X)
        slope = (1 - y) / (1 - p + 1e-3) - y / (p + 1e-3)
        grad_z = (slope * p * (1 - p))[:, None] / len(X)
        grad_Z1 = grad_z @ self.W2 * (1 - self.A**2)
        return {
            "W1": grad_Z1.T @ X,
            "b1": grad_Z1.sum(axis=0),
            "W2": grad_z.T @ self.A,
            "b2": grad_z.sum(axis=0),
        }
