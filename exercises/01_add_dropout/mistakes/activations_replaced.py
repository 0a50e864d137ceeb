"""with_dropout puts Dropout in place of the activations instead of after them."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(Dropout(p) if i % 2 else layer)
    return new
