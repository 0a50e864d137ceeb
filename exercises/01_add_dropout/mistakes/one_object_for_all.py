"""with_dropout puts one and the same Dropout object in every place."""


def with_dropout(layers, p):
    new = []
    dropout = Dropout(p)
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(dropout)
    return new
