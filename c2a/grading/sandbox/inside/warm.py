"""Load and exercise once, in the zygote, what student code will use.

A fork inherits all of it. What is imported or set up on first use (an Adam step, the
list of fonts) would otherwise cost every submission up to a second.
"""

import importlib
import os
import sys
import warnings
from contextlib import suppress

import numpy as np

#: What notebooks import besides, and what torch loads when first used.
COMMON = """
collections copy dataclasses functools heapq itertools json math operator pathlib pprint
random re statistics string textwrap time timeit typing unittest tqdm tqdm.auto
IPython.core.inputtransformer2 IPython.display scipy.ndimage scipy.signal
"""
PARTS_OF_C2A = "scale data claims figures training"


def warm() -> None:
    """Import and use the libraries, on one thread. Raises ImportError."""
    _warm_torch()
    _warm_plots()
    for name in COMMON.split():
        importlib.import_module(name)
    for part in PARTS_OF_C2A.split():
        with suppress(ModuleNotFoundError):
            importlib.import_module(f"c2a.{part}")
    # The same random numbers for every submission, unless it asks for its own.
    np.random.seed(0)
    sys.modules["torch"].manual_seed(0)
    warnings.filterwarnings("ignore", message=".*non-interactive.*")
    threads = "/proc/self/task"
    if os.path.isdir(threads) and len(os.listdir(threads)) != 1:
        raise RuntimeError("a library has started a thread; a fork would hang")


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
    torch.nn.functional.cross_entropy(
        scores, torch.zeros(2, dtype=torch.int64)
    ).backward()
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
