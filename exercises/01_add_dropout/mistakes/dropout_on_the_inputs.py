"""with_dropout adds a Dropout before the first layer: it drops inputs."""


def with_dropout(layers, p):
    new = [Dropout(p)]
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
