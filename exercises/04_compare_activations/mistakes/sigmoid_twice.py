"""sigmoid_derivative puts Z through the sigmoid twice."""


def sigmoid_derivative(Z):
    A = sigmoid(Z)
    return sigmoid(A) * (1 - sigmoid(A))
