"""The root of the uniform distribution's limit is missing."""


def he_uniform(d_out, d_in, rng):
    limit = 6 / d_in
    return rng.uniform(-limit, limit, (d_out, d_in))
