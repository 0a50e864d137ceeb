"""with_dropout adds a single Dropout instead of one after each activation."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i == len(layers) - 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
