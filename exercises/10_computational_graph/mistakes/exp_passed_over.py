"""At exp, the gradient is handed on as it is: the local gradient of exp(n) is exp(n)."""


def neuron_graph():
    return {
        "z": 1,
        "n": -1,
        "e": 0.37,
        "d": 1.37,
        "f": 0.73,
        "grad_d": -0.53,
        "grad_e": -0.53,
        "grad_n": -0.53,
        "grad_z": 0.53,
        "grad_w1": -0.53,
        "grad_x1": 1.07,
        "grad_w2": -1.07,
        "grad_x2": -1.60,
        "grad_b": 0.53,
    }
