"""linear_forward has a ReLU between its layers, where nothing belongs."""


def linear_forward(X, layers):
    return relu_forward(X, layers)
