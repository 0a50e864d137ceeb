"""with_dropout hands 1 - p to its layers instead of p."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(1 - p))
    return new
