"""Code shown to the reader in chapter 2, for later ones to build on.

Collected from the cells of book/02-convolution.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import torch
import torch.nn.functional as F


def correlate2d(x, kernel):
    """Slide a kernel (k, m) over an image (H, W); where it fits whole."""
    k, m = kernel.shape
    rows, columns = x.shape[0] - k + 1, x.shape[1] - m + 1
    y = torch.zeros(rows, columns, dtype=x.dtype)
    for i in range(rows):
        for j in range(columns):
            y[i, j] = (kernel * x[i : i + k, j : j + m]).sum()
    return y


def output_size(n, k, s=1, p=0, d=1):
    """Outputs of a line of n pixels; below 1 the kernel does not fit."""
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def patches(x, k, stride=1, padding=0, dilation=1):
    """All patches of x (N, C, H, W) as a view: (N, C, rows, columns, k, k)."""
    x = F.pad(x, (padding,) * 4)
    span = dilation * (k - 1) + 1
    view = x.unfold(2, span, stride).unfold(3, span, stride)
    return view[..., ::dilation, ::dilation]


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    """x (N, C, H, W), weight (O, C, k, k), bias (O,) -> (N, O, rows, columns)."""
    windows = patches(x, weight.shape[-1], stride, padding, dilation)
    y = torch.einsum("ncijuv,ocuv->noij", windows, weight)
    return y if bias is None else y + bias[:, None, None]


def convolution_matrix(kernel, height, width):
    """The matrix T with T @ x.flatten() == correlate2d(x, kernel).flatten()."""
    k, m = kernel.shape
    rows, columns = height - k + 1, width - m + 1
    matrix = torch.zeros(rows * columns, height, width, dtype=kernel.dtype)
    for i in range(rows):
        for j in range(columns):
            matrix[i * columns + j, i : i + k, j : j + m] = kernel
    return matrix.flatten(1)  # (rows * columns, height * width)


def kernel_gradient(x, g):
    """dL/dw from the input x (H, W) and the upstream gradient g."""
    return correlate2d(x, g)


def input_gradient(kernel, g):
    """dL/dx from the kernel (k, m) and the upstream gradient g."""
    k, m = kernel.shape
    framed = F.pad(g, (m - 1, m - 1, k - 1, k - 1))
    return correlate2d(framed, kernel.flip(0, 1))


def im2col(x, k, stride=1, padding=0, dilation=1):
    """x (N, C, H, W) -> (N, rows * columns, C * k * k): one patch a row."""
    windows = patches(x, k, stride, padding, dilation)
    return windows.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)


def fft_conv2d(x, kernel):
    """Equals correlate2d(x, kernel), computed with the convolution theorem."""
    k, m = kernel.shape
    spectrum = torch.fft.rfft2(x) * torch.fft.rfft2(kernel.flip(0, 1), x.shape)
    y = torch.fft.irfft2(spectrum, x.shape)
    return y[k - 1 :, m - 1 :]  # what lies before these wrapped around
