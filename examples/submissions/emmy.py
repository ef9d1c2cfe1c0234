# %% [markdown]
# # Convolution: exercises

# %%
import numpy as np

# %%
# exercise: output_size
def output_size(size, kernel_size, stride, padding, dilation):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError("impossible setting")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError("the kernel does not fit")
    return room // stride + 1

# %%
# exercise: same_padding
def same_padding(kernel_size, dilation):
    total = dilation * (kernel_size - 1)
    before = total // 2
    return before, total - before

# %%
# exercise: conv2d
def conv2d(x, w, stride, padding):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    out_channels, _, rows, columns = w.shape
    height = (x.shape[1] - rows) // stride + 1
    width = (x.shape[2] - columns) // stride + 1
    y = np.zeros((out_channels, height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            window = x[:, top : top + rows, left : left + columns]
            for o in range(out_channels):
                y[o, i, j] = (window * w[o]).sum()
    return y

# %%
# exercise: im2col
def im2col(x, kernel_size, stride):
    rows, columns = kernel_size
    windows = []
    for i in range(0, x.shape[1] - rows + 1, stride):
        for j in range(0, x.shape[2] - columns + 1, stride):
            windows.append(x[:, i : i + rows, j : j + columns].reshape(-1))
    return np.array(windows).T
