"""with_dropout adds a Dropout after the last linear layer: it drops logits."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    new.append(Dropout(p))
    return new
