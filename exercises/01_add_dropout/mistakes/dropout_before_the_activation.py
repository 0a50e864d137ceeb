"""with_dropout puts Dropout before the activations instead of after them."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        if i % 2:
            new.append(Dropout(p))
        new.append(layer)
    return new
