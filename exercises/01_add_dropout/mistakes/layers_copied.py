"""with_dropout copies the layers: the very same objects have to be in the new list."""

import copy


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(copy.copy(layer))
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
