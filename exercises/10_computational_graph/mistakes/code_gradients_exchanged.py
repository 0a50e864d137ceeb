"""reused_gradients returns the gradients of a and b in the wrong order."""


def reused_gradients(a, b):
    first, add, second = Multiply(), Add(), Multiply()
    p = first.forward(a, b)
    q = add.forward(p, a)
    f = second.forward(p, q)
    p_from_f, grad_q = second.backward(1.0)
    p_from_q, a_from_q = add.backward(grad_q)
    a_from_p, grad_b = first.backward(p_from_f + p_from_q)
    return f, grad_b, a_from_p + a_from_q
