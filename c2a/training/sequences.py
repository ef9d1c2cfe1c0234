"""Batches of sequences that are not equally long: pad, mask, pack."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_sequence


def pad(sequences: Sequence[Tensor], value: float = 0) -> tuple[Tensor, Tensor]:
    """Put sequences into one tensor, short ones filled up at their end.

    Args:
        sequences: B tensors of shape (length, ...), alike but for their length.
        value: what fills; -100 for targets that cross-entropy shall not count.

    Returns:
        The padded tensor, shape (B, T, ...) with T the longest, and the lengths, (B,).
    """
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    padded = pad_sequence(list(sequences), batch_first=True, padding_value=value)
    return padded, lengths


def mask(lengths: Tensor, longest: int | None = None) -> Tensor:
    """True where a sequence has something, False where it was filled up.

    Args:
        lengths: shape (B,).
        longest: T; the largest length, if it is not given.

    Returns:
        Booleans, shape (B, T).
    """
    places = torch.arange(longest or int(lengths.max()), device=lengths.device)
    return places < lengths[:, None]


def pack(padded: Tensor, lengths: Tensor) -> PackedSequence:
    """The padded batch in the form in which a recurrent layer skips the filling.

    Args:
        padded: shape (B, T, ...), in any order of lengths.
        lengths: shape (B,), each at least 1, on any device.
    """
    return pack_padded_sequence(
        padded, lengths.cpu(), batch_first=True, enforce_sorted=False
    )
