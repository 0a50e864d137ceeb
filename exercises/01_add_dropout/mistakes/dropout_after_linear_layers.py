"""with_dropout adds a Dropout after each linear layer instead of after each activation."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2 == 0:  # linear layers stand in the even places, activations between them
            new.append(Dropout(p))
    return new
