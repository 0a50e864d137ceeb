"""with_dropout adds a Dropout after linear layers, too: only activations are followed by one."""


def with_dropout(layers, p):
    new = []
    for layer in layers:
        new.append(layer)
        new.append(Dropout(p))
    return new
