"""reused_gradients hands p's gradient on before all of it has arrived, and a part of it twice."""


def reused_gradients(a, b):
    first, add, second = Multiply(), Add(), Multiply()
    p = first.forward(a, b)
    q = add.forward(p, a)
    f = second.forward(p, q)
    p_from_f, grad_q = second.backward(1.0)
    p_from_q, a_from_q = add.backward(grad_q)
    early_a, early_b = first.backward(p_from_f)
    a_from_p, grad_b = first.backward(p_from_f + p_from_q)
    return f, early_a + a_from_p + a_from_q, early_b + grad_b
