"""What a model answers, and how often it is right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from c2a.scale import device


def count_parameters(model: nn.Module) -> int:
    """The number of trainable parameters of a model."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@contextmanager
def on_device(model: nn.Module) -> Iterator[None]:
    """Move a model to ``c2a.scale.device()``, and afterwards back to where it was.

    So a cell that goes on with a trained model finds it beside its own tensors.
    """
    home = next((p.device for p in model.parameters()), torch.device("cpu"))
    model.to(device())
    try:
        yield
    finally:
        model.to(home)


@torch.no_grad()
def predict(model: nn.Module, *inputs: Tensor, batch_size: int = 1000) -> Tensor:
    """The model's outputs in evaluation mode, batch by batch, on the CPU.

    Args:
        model: any module; each batch of ``inputs`` is what it is called with.
        inputs: shape (N, ...) each.
        batch_size: examples in one forward pass.

    Returns:
        The outputs, shape (N, ...).
    """
    was_training = model.training
    model.eval()
    outputs = []
    with on_device(model):
        for batch in zip(*(part.split(batch_size) for part in inputs), strict=True):
            outputs.append(model(*(part.to(device()) for part in batch)).cpu())
    model.train(was_training)
    return torch.cat(outputs)


def accuracy(model: nn.Module, *tensors: Tensor) -> float:
    """The share of examples whose largest output is at their label, from 0 to 1.

    Args:
        model: gives one output a class, shape (N, classes).
        tensors: the model's inputs, and last the labels, shape (N,).
    """
    *inputs, labels = tensors
    return (predict(model, *inputs).argmax(1) == labels).float().mean().item()
