"""Load and exercise once, in the zygote, what student code will use.

A fork inherits all of it. What is imported or set up on first use (an Adam step, the
list of fonts) would otherwise cost every submission up to a second. What few will use
stays out: each megabyte makes every fork slower.
"""

import importlib
import os
import random
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import numpy as np

from . import kernel

#: What notebooks import besides.
COMMON = """
collections copy dataclasses functools heapq itertools json math operator pathlib pprint
random re statistics string textwrap time timeit typing unittest tqdm tqdm.auto
IPython.core.inputtransformer2 IPython.display
"""
PARTS_OF_C2A = "scale data claims figures training"
MOST_BLOCKS = 4_000  # of one size; other allocators may never give them in a row


def warm(training: bool) -> None:
    """Import and use the libraries, on one thread; for `training`, optimizers too.

    Raises ImportError.
    """
    _warm_torch()
    if training:
        _warm_training()
    _warm_plots()
    for name in COMMON.split():
        importlib.import_module(name)
    for part in PARTS_OF_C2A.split():
        with suppress(ModuleNotFoundError):
            importlib.import_module(f"c2a.{part}")
    # The same random numbers for every submission, unless it asks for its own.
    random.seed(0)
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
    query = torch.zeros(1, 2, 4)
    torch.nn.functional.scaled_dot_product_attention(query, query, query)
    torch.nn.LSTM(2, 2)(torch.zeros(1, 1, 2))
    torch.zeros(2, 2) @ torch.zeros(2, 2)


def _warm_training() -> None:
    import torch

    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Flatten()
    )
    # The first step imports torch's compiler, a second's work, compiled or not.
    optimizer = torch.optim.Adam(model.parameters())
    scores = model(torch.zeros(2, 1, 5, 5))
    torch.nn.functional.cross_entropy(
        scores, torch.zeros(2, dtype=torch.int64)
    ).backward()
    optimizer.step()


def _warm_plots() -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import font_manager
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(1, 1))
    axes.set_title("warm")
    figure.canvas.draw()
    plt.close(figure)
    # Matplotlib forgets its open fonts in every fork; once, here, is cheaper.
    font_manager._get_font.cache_clear()  # type: ignore[attr-defined]


def fill_holes() -> list[bytes]:
    """Fill the holes in this process's memory, for a fork would fill them first.

    They lie on hundreds of pages, each of which it would have to copy; what follows on
    the last block is new and needs no copy. Keep what is returned: it is the filling.
    """
    filling: list[bytes] = []
    empty = b"".__sizeof__()

    def block(size: int) -> int:
        filling.append(bytes(size - empty))
        return id(filling[-1])

    for size in range(48, 513, 16):  # of Python's allocator, from pools of 16 KiB
        _until_in_a_row(partial(block, size), size, (1 << 14) // size - 2)
    for size in (1 << 15, 1 << 14, 1 << 13, 1 << 12, 1 << 11, *range(1528, 23, -16)):
        _until_in_a_row(partial(kernel.malloc, size), size + 24, 10)
    return filling


def _until_in_a_row(allocate: Callable[[], int], step: int, enough: int) -> None:
    """Allocate until so many blocks lie at most `step` bytes above one another."""
    before = run = 0
    for _ in range(MOST_BLOCKS):
        address = allocate()
        run = run + 1 if 0 < address - before <= step else 0
        before = address
        if run >= enough:
            return


def gather_memory() -> None:
    """Put the memory of the libraries into huge pages.

    A fork copies the table of pages, and the end of a process takes it apart: most of
    what a submission costs. A huge page is one entry instead of 512. Kernels before
    6.1 cannot do it, and do without.
    """
    with open("/proc/self/maps") as maps:
        regions = [line.split() for line in maps]
    for addresses, rights, *_, name in (r for r in regions if len(r) in (5, 6)):
        anonymous = name in ("0", "[heap]")  # without a name, the inode comes last
        if anonymous and rights == "rw-p":
            start, end = (int(number, 16) for number in addresses.split("-"))
            with suppress(OSError):
                kernel.collapse(start, end)
