"""Sliding windows as the figures' JavaScript computes them, for still pictures."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# PyTorch's names of padding modes, and NumPy's.
PAD_MODES: dict[str, Literal["constant", "reflect", "edge"]] = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
}


def output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """floor((n + 2p - d (k - 1) - 1) / s) + 1; zero or less where nothing fits.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning,
    arXiv:1603.07285, relationship 15.
    """
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


def correlate2d(
    image: np.ndarray,
    kernel: np.ndarray,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    mode: str = "zeros",
) -> np.ndarray:
    """Cross-correlate an image (H, W) with a kernel (M, N), float64.

    `mode` is "zeros", "reflect" or "replicate", as in PyTorch's convolution layers.

    Raises:
        ValueError: the kernel is larger than the padded input.
    """
    padded = np.pad(np.asarray(image, dtype=np.float64), padding, PAD_MODES[mode])
    span = [dilation * (size - 1) + 1 for size in kernel.shape]
    if any(s > p for s, p in zip(span, padded.shape, strict=True)):
        raise ValueError("The kernel is larger than the padded input.")
    windows = sliding_window_view(padded, span)[::stride, ::stride]
    return np.einsum("rcmn,mn->rc", windows[..., ::dilation, ::dilation], kernel)
