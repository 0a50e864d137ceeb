"""with_dropout gives its layers another rate than the p it is given."""


def with_dropout(layers, p):
    new = []
    for i, layer in enumerate(layers):
        new.append(layer)
        if i % 2:  # linear layers stand in the even places, activations between them
            new.append(Dropout(0.5))
    return new
