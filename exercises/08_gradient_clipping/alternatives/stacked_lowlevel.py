"""Takes the norm of the tensors' norms and clamps the factor; the norms stay tensors."""

import torch


def clip_gradient_norm(gradients, max_norm):
    tensors = [gradient for gradient in gradients.values() if gradient is not None]
    if not tensors:
        return torch.tensor(0.0)
    norm = torch.stack([torch.linalg.vector_norm(gradient) for gradient in tensors]).norm()
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for gradient in tensors:
        gradient *= factor
    return norm


def train(model, loss_function, optimizer, minibatches, max_norm):
    norms = []
    for X, targets in minibatches:
        loss = loss_function(model.forward(X), targets)
        model.zero_grad()
        loss.backward()
        gradients = model.gradients()
        norms.append(clip_gradient_norm(gradients, max_norm))
        optimizer.step(gradients)
    return norms
