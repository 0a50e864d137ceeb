"""Gates: the nodes of a computational graph, each with its forward and backward by hand.

A gate computes one value from its inputs (forward). In the backward pass it receives the gradient
of the loss L with respect to that value, the *upstream gradient*, and multiplies it by its own
derivative, the *local gradient*:

    c = f(a, b)        ∂L/∂a = ∂c/∂a · ∂L/∂c        ∂L/∂b = ∂c/∂b · ∂L/∂c

Backpropagation is this chain rule, applied gate by gate from the loss to the inputs (Rumelhart,
Hinton and Williams, "Learning representations by back-propagating errors", Nature 323, 1986). No
gate knows the network it stands in.

Gone from tier 1's computational graph: the order of the backward pass and the collecting of
gradients. Autograd records each gate as it runs, walks back over that record, and adds up what
arrives at a tensor. What is left is a `torch.autograd.Function` with three parts:

    forward         the formula of the value
    setup_context   what backward needs to remember of it
    backward        local gradient times upstream gradient, one for each input

Each backward is itself made of differentiable operations, so that gradients of gradients work.
`grad_Z` stands for ∂L/∂Z. Every input is a tensor, a constant too: `torch.tensor(1.0)`.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd import Function


class Add(Function):
    """c = a + b; the shapes may differ as far as they broadcast."""

    @staticmethod
    def forward(a: Float[Tensor, "*#c"], b: Float[Tensor, "*#c"]) -> Float[Tensor, "..."]:
        return a + b

    @staticmethod
    def setup_context(ctx, inputs, output):
        a, b = inputs
        ctx.a_shape, ctx.b_shape = a.shape, b.shape

    @staticmethod
    def backward(ctx, grad_c):
        # Both local gradients are 1. The sum: broadcasting uses one value many times (a bias once
        # for each example), and a value that is used many times collects the sum of its gradients.
        return grad_c.sum_to_size(ctx.a_shape), grad_c.sum_to_size(ctx.b_shape)


class Multiply(Function):
    """c = a · b, element by element; the shapes may differ as far as they broadcast."""

    @staticmethod
    def forward(a: Float[Tensor, "*#c"], b: Float[Tensor, "*#c"]) -> Float[Tensor, "..."]:
        return a * b

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_c):
        a, b = ctx.saved_tensors
        # Each input's local gradient is the other input. The sum is the one of Add: a value that
        # broadcasting used many times collects the sum of its gradients.
        return (b * grad_c).sum_to_size(a.shape), (a * grad_c).sum_to_size(b.shape)


class Exp(Function):
    """A = exp(Z), element by element."""

    @staticmethod
    def forward(Z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return torch.exp(Z)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_A):
        (A,) = ctx.saved_tensors
        return A * grad_A  # exp is its own derivative


class Reciprocal(Function):
    """A = 1 / Z, element by element."""

    @staticmethod
    def forward(Z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return 1 / Z

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_A):
        (A,) = ctx.saved_tensors
        return -A * A * grad_A  # -1/Z², written with the output


class Sigmoid(Function):
    """A = 1 / (1 + exp(-Z)), element by element, in (0, 1)."""

    @staticmethod
    def forward(Z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        # For Z < 0 the formula is multiplied by exp(Z) above and below, so that exp only ever sees
        # numbers ≤ 0 and cannot overflow.
        exp_minus_abs = torch.exp(-torch.abs(Z))
        return torch.where(Z >= 0, 1.0, exp_minus_abs) / (1 + exp_minus_abs)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_A):
        (A,) = ctx.saved_tensors
        return A * (1 - A) * grad_A


class Tanh(Function):
    """A = tanh(Z), element by element, in (-1, 1)."""

    @staticmethod
    def forward(Z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return torch.tanh(Z)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_A):
        (A,) = ctx.saved_tensors
        return (1 - A * A) * grad_A


class ReLU(Function):
    """A = max(0, Z), element by element."""

    @staticmethod
    def forward(Z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return torch.clamp(Z, min=0)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_A):
        (A,) = ctx.saved_tensors
        # A gate that lets through or blocks. At Z = 0 there is no derivative; 0 is the convention,
        # PyTorch's too.
        return (A > 0) * grad_A


class Linear(Function):
    """Z = X Wᵀ + b, with W stored (out, in) as `torch.nn.Linear` stores it."""

    @staticmethod
    def forward(
        X: Float[Tensor, "n d_in"], W: Float[Tensor, "d_out d_in"], b: Float[Tensor, " d_out"]
    ) -> Float[Tensor, "n d_out"]:
        return X @ W.T + b

    @staticmethod
    def setup_context(ctx, inputs, output):
        X, W, _ = inputs
        ctx.save_for_backward(X, W)

    @staticmethod
    def backward(ctx, grad_Z):
        X, W = ctx.saved_tensors
        # The first layer's X is data: nobody asks for its gradient, and this product would be a
        # third of the layer's work.
        grad_X = grad_Z @ W if ctx.needs_input_grad[0] else None
        grad_W = grad_Z.T @ X  # (d_out, n) @ (n, d_in): the product sums over the examples
        grad_b = grad_Z.sum(dim=0)  # one b serves all n examples, so it collects their sum
        return grad_X, grad_W, grad_b


def log_softmax(logits: Float[Tensor, "n k"]) -> Float[Tensor, "n k"]:
    """Log-probabilities of k classes, log(exp(logits) / Σ exp(logits)) along each row."""
    # Softmax does not change when a row is shifted; with its largest logit at 0, exp cannot
    # overflow, and the sum is at least 1, so its logarithm is finite.
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


class SoftmaxCrossEntropy(Function):
    """L = -1/n Σᵢ log softmax(logitsᵢ)[labelᵢ], a mean over the minibatch.

    Softmax and cross-entropy are one gate because together they are simpler than apart: the local
    gradient is (probabilities - one-hot labels) / n, with no division by a probability near 0.

    Raises:
        ValueError: the labels are not one integer for each row of the logits.
        RuntimeError: a label is not in 0 … k-1 (raised by torch).
    """

    @staticmethod
    def forward(logits: Float[Tensor, "n k"], labels: Int[Tensor, " n"]) -> Float[Tensor, ""]:
        if labels.shape != logits.shape[:1]:
            raise ValueError(
                f"labels must have shape ({logits.shape[0]},) to go with logits of shape "
                f"{tuple(logits.shape)}, not {tuple(labels.shape)}"
            )
        return -log_softmax(logits).gather(1, labels.unsqueeze(1)).mean()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_loss):
        logits, labels = ctx.saved_tensors
        probabilities = log_softmax(logits).exp()
        one_hot = torch.zeros_like(logits).scatter(1, labels.unsqueeze(1), 1.0)
        # The loss is a mean over n examples; its 1/n enters the backward pass here, once.
        return (probabilities - one_hot) / len(logits) * grad_loss, None


# A Function is called through its `apply`; under these names a graph reads as a formula.
add = Add.apply
multiply = Multiply.apply
exp = Exp.apply
reciprocal = Reciprocal.apply
sigmoid = Sigmoid.apply
tanh = Tanh.apply
relu = ReLU.apply
linear = Linear.apply
softmax_cross_entropy = SoftmaxCrossEntropy.apply
