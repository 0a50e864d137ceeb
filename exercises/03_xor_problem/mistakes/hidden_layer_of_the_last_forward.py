"""gradients uses what the last forward kept, of another X or of older parameters."""


class TwoLayerNetwork(TwoLayerNetwork):
    A = ()

    def gradients(self, X, y):
        kept = self.A
        p = self.forward(X)
        if len(kept) == len(X):
            self.A = kept
        grad_z = (p - y)[:, None] / len(X)
        grad_Z1 = grad_z @ self.W2 * (1 - self.A**2)
        return {
            "W1": grad_Z1.T @ X,
            "b1": grad_Z1.sum(axis=0),
            "W2": grad_z.T @ self.A,
            "b2": grad_z.sum(axis=0),
        }
