"""reused_gradients keeps the gradient of one use only, where those of both add up."""


def reused_gradients(a, b):
    first, add, second = Multiply(), Add(), Multiply()
    p = first.forward(a, b)
    q = add.forward(p, a)
    f = second.forward(p, q)
    p_from_f, grad_q = second.backward(1.0)
    p_from_q, a_from_q = add.backward(grad_q)
    a_from_p, grad_b = first.backward(p_from_f)
    return f, a_from_p + a_from_q, grad_b
