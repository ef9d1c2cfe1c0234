"""The chapter's own code against torch and SciPy, over many more cases."""

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from c2a.chapters import c02_convolution as chapter

sizes = st.integers(1, 9)
kernels = st.integers(1, 5)
settings = st.fixed_dictionaries(
    {
        "stride": st.integers(1, 4),
        "padding": st.integers(0, 3),
        "dilation": st.integers(1, 3),
    }
)


def normal(*shape):
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


@given(sizes, sizes, kernels, kernels)
def test_correlate2d_is_scipys(height, width, k, m):
    assume(k <= height and m <= width)
    x, kernel = normal(height, width), normal(k, m)
    expected = scipy.signal.correlate2d(x, kernel, mode="valid")
    np.testing.assert_allclose(chapter.correlate2d(x, kernel), expected, atol=1e-12)


@given(st.integers(1, 60), st.integers(1, 9), settings)
def test_output_size_is_torchs(i, k, setting):
    s, p, d = setting["stride"], setting["padding"], setting["dilation"]
    size = chapter.output_size(i, k, s, p, d)
    x, weight = torch.zeros(1, 1, i), torch.zeros(1, 1, k)
    if size > 0:
        assert F.conv1d(x, weight, None, s, p, d).shape[-1] == size
    else:
        with pytest.raises(RuntimeError):
            F.conv1d(x, weight, None, s, p, d)


@given(sizes, sizes, st.integers(1, 4), settings)
def test_conv2d_is_torchs(height, width, k, setting):
    span = setting["dilation"] * (k - 1) + 1
    assume(span <= min(height, width) + 2 * setting["padding"])
    x, weight, bias = normal(2, 3, height, width), normal(4, 3, k, k), normal(4)
    expected = F.conv2d(x, weight, bias, **setting)
    torch.testing.assert_close(chapter.conv2d(x, weight, bias, **setting), expected)


@given(sizes, sizes, st.integers(1, 4), settings)
def test_im2col_is_torchs_unfold(height, width, k, setting):
    span = setting["dilation"] * (k - 1) + 1
    assume(span <= min(height, width) + 2 * setting["padding"])
    x = normal(2, 3, height, width)
    expected = F.unfold(x, k, **setting).movedim(1, -1)
    assert torch.equal(chapter.im2col(x, k, **setting), expected)


def test_patches_are_a_view_of_one_padded_copy():
    windows = chapter.patches(normal(1, 1, 6, 6), 3, padding=1)
    assert windows.numel() == 6 * 6 * 9
    assert windows.untyped_storage().nbytes() == 8 * 8 * 8


@given(sizes, sizes, kernels, kernels)
def test_matrix_and_fourier_forms_agree_with_the_definition(height, width, k, m):
    assume(k <= height and m <= width)
    x, kernel = normal(height, width), normal(k, m)
    expected = chapter.correlate2d(x, kernel)
    matrix = chapter.convolution_matrix(kernel, height, width)
    torch.testing.assert_close(matrix @ x.flatten(), expected.flatten())
    torch.testing.assert_close(chapter.fft_conv2d(x, kernel), expected)


@given(sizes, sizes, kernels, kernels)
def test_gradients_are_autograds(height, width, k, m):
    assume(k <= height and m <= width)
    x, kernel = normal(height, width), normal(k, m)
    x.requires_grad_()
    kernel.requires_grad_()
    y = F.conv2d(x[None, None], kernel[None, None])[0, 0]
    g = normal(*y.shape)
    y.backward(g)
    torch.testing.assert_close(chapter.kernel_gradient(x.detach(), g), kernel.grad)
    torch.testing.assert_close(chapter.input_gradient(kernel.detach(), g), x.grad)
