"""with_dropout leaves out the last activation: only the first ones are followed by a Dropout."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if (
            i % 2 and i < len(layers) - 2
        ):  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
