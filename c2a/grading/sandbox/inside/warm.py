"""Load and exercise once, in the zygote, what student code will use.

A fork inherits all of it. What is imported or set up on first use (an Adam step, the
list of fonts) would otherwise cost every submission up to a second.
"""

import importlib
import os
import random
import sys
from contextlib import suppress

import numpy as np

#: Standard library modules that notebooks import, and that torch loads when first used.
COMMON = (
    "collections copy dataclasses functools heapq itertools json math operator "
    "pathlib pprint random re statistics string textwrap time timeit typing unittest "
    "tqdm tqdm.auto"
).split()
PARTS_OF_C2A = "scale data claims figures training".split()  # noqa: SIM905


def warm() -> None:
    """Import and use the libraries, on one thread. Raises ImportError."""
    for name in COMMON:
        importlib.import_module(name)
    _warm_torch()
    _warm_plots()
    import IPython.core.inputtransformer2
    import IPython.display
    import scipy.ndimage
    import scipy.signal  # noqa: F401

    for part in PARTS_OF_C2A:
        with suppress(ModuleNotFoundError):
            importlib.import_module(f"c2a.{part}")
    seed()
    threads = "/proc/self/task"
    if os.path.isdir(threads) and len(os.listdir(threads)) != 1:
        raise RuntimeError("a library has started a thread; a fork would hang")


def seed() -> None:
    """The same random numbers for every submission, unless it asks for its own."""
    random.seed(0)
    np.random.seed(0)
    sys.modules["torch"].manual_seed(0)


def _warm_torch() -> None:
    import torch

    # Before any operation: a fork after one on two threads hangs for ever.
    torch.set_num_threads(1)
    with suppress(RuntimeError):
        torch.set_num_interop_threads(1)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Flatten()
    )
    optimizer = torch.optim.Adam(model.parameters())
    scores = model(torch.zeros(2, 1, 5, 5))
    torch.nn.functional.cross_entropy(scores, torch.zeros(2, dtype=int)).backward()
    optimizer.step()
    query = torch.zeros(1, 2, 4)
    torch.nn.functional.scaled_dot_product_attention(query, query, query)
    torch.nn.LSTM(2, 2)(torch.zeros(1, 1, 2))
    torch.zeros(2, 2) @ torch.zeros(2, 2)


def _warm_plots() -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(1, 1))
    axes.set_title("warm")
    figure.canvas.draw()
    plt.close(figure)
