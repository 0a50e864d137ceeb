"""The test is turned round: what has two axes is decayed, and all else is not."""


def is_weight(parameter):
    return parameter.ndim != 2
