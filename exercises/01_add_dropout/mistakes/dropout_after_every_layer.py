"""with_dropout adds a Dropout after linear layers, too: only activations are followed by one."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i < len(layers) - 1:
            new.append(Dropout(p))
    return new
