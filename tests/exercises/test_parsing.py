"""Python is parsed in many threads at once."""

import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from c2a.exercises.kit.parsing import parse

NESTED = "\n".join(
    f"{'  ' * depth}if x[{depth}](y + [{depth}]):" for depth in range(30)
)


@pytest.fixture
def switching():
    """Let threads change over whenever garbage is collected, and collect often."""

    def change_over(phase, info):
        time.sleep(0)

    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.callbacks.append(change_over)
    gc.set_threshold(20)
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(change_over)


def test_threads_do_not_disturb_one_another(switching):
    sources = [f"{NESTED} pass", "f(g(h([1, (2, {3: x.y.z})])))", "a = b\n" * 50] * 10
    with ThreadPoolExecutor(4) as threads:
        trees = list(threads.map(parse, sources))
    assert [len(tree.body) for tree in trees[:3]] == [1, 1, 50]
