"""Forbidden uses are found however they are written, and only where they count."""

import contextlib
import time
from dataclasses import dataclass

import pytest

from c2a.exercises.kit.syntax import forbidden_uses


@dataclass(frozen=True)
class Rules:
    functions: tuple[str, ...] = ("f",)
    forbidden: tuple[str, ...] = ("torch", "scipy.signal")


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("import torch\ndef f(x): return torch.conv2d(x)", "torch.conv2d"),
        ("import torch as t\ndef f(x): return t.conv2d(x)", "torch.conv2d"),
        ("import torch.nn.functional as F\ndef f(x): return F.fold(x)",
         "torch.nn.functional.fold"),
        ("from torch.nn import functional\ndef f(x): return functional.fold(x)",
         "torch.nn.functional.fold"),
        ("from torch import conv2d as c\ndef f(x): return c(x)", "torch.conv2d"),
        ("from scipy.signal import *\ndef f(x): return correlate(x)",
         "scipy.signal.correlate"),
        ("import torch\ng = torch.conv2d\ndef f(x): return g(x)", "torch.conv2d"),
        ("import torch\nf = torch.conv2d", "torch.conv2d"),
        ("from torch import conv2d as f", "torch.conv2d"),
        ("import torch\ndef f(x): return getattr(torch, 'conv2d')(x)", "torch.conv2d"),
        ("def f(x):\n  import torch\n  return torch.conv2d(x)", "torch.conv2d"),
        ("def f(x): return __import__('torch').conv2d(x)", "torch.conv2d"),
        ("import importlib\ndef f(x):\n  t = importlib.import_module('torch')\n"
         "  return t.conv2d(x)", "torch.conv2d"),
        ("import torch\ndef g(x): return torch.conv2d(x)\ndef f(x): return g(x)",
         "torch.conv2d"),
        ("%matplotlib inline\nimport torch\ndef f(x): return torch.relu(x)",
         "torch.relu"),
        ("import torch\nif True:\n  def f(x): return torch.relu(x)", "torch.relu"),
        ("import torch\nclass G:\n  def run(self, x): return torch.relu(x)\n"
         "def f(x): return G().run(x)", "torch.relu"),
        ("import torch\ndef f(x): return torch.relu(x)\nf = f", "torch.relu"),
        ("import torch\ndef f(x): return torch.relu(x)\nf = 3", "torch.relu"),
        ("import scipy\ndef f(x): return scipy.signal.correlate(x)",
         "scipy.signal.correlate"),
        ("import torch\ndef g(x): return x\ng = torch.relu\ndef f(x): return g(x)",
         "torch.relu"),
        ("import torch\ndef f(x): return g(x)\nif True:\n  g = torch.relu",
         "torch.relu"),
        ("from torch import relu\ndef f(x): return [relu(x) for relu2 in x]",
         "torch.relu"),
        ("import torch\ng = {}\ng['a'] = torch.relu\ndef f(x): return g['a'](x)",
         "torch.relu"),
        ("import torch\ng = torch.relu\nh = g\ng = 3\ndef f(x): return h(x)",
         "torch.relu"),
        ("import torch\ndef f(x):\n  def g(y): return torch.relu(y)\n  return g(x)",
         "torch.relu"),
        ("import torch\nclass f:\n  relu = torch.relu", "torch.relu"),
        ("import torch\ndef f(x, g=torch.relu): return g(x)", "torch.relu"),
        ("import torch\n@torch.no_grad()\ndef f(x): return x", "torch.no_grad"),
        ("def f(x):\n  from torch import relu as r\n  return (lambda: r(x))()",
         "torch.relu"),
        ("def g(x): return x\nfrom scipy.signal import *\n"
         "def f(x): return convolve(g(x))", "scipy.signal.convolve"),
        ("def f(x): return torch.relu(x)\ntry:\n  import torch\n"
         "except ImportError:\n  torch = None", "torch.relu"),
    ],
)  # fmt: skip
def test_found(source, used):
    assert forbidden_uses(source, Rules()) == [used]


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ndef f(x): return x",
        "import torch\ndef other(x): return torch.relu(x)\ndef f(x): return x",
        "import torch as F\ndef f(x):\n  F = x\n  return F.shape",
        "def f(torch): return torch.shape",
        "import scipy\ndef f(x): return scipy.ndimage.zoom(x)",
        "def f(x): return 'torch.conv2d'  # torch.conv2d",
        "import torch\ndef f(x): return torch.relu(x)\ndef f(x): return x",
        "def f(x: int) -> int: return x +",
        # Experiments, above and below, and names that are the answer's own.
        "def f(x): return x\nfrom torch import *\nprint(relu(f(1)))",
        "from scipy.signal import *\ndef f(x): return len(x)",
        "from torch import relu\ndef f(x):\n  relu = x * (x > 0)\n  return relu",
        "from torch import relu\ndef f(x): return [relu for relu in x]",
        "from torch import relu\ndef f(x): return (lambda relu: relu + 1)(x)",
        "from torch import relu\ndef f(x):\n  for relu in x: pass\n  return relu",
        "from torch import relu\ndef relu(x): return x\ndef f(x): return relu(x)",
        "import torch\ndef f(x): return x\nf.expected = 3\nassert torch.relu(f(1))",
        "import torch\ndef f(x: torch.Tensor) -> torch.Tensor: return x",
        "import torch\nw = torch.ones(3)\ndef f(x, w): return x * w",
        "import torch\ndef g(x): return x\ndef f(x): return g(x)\n"
        "def g_check(g): return torch.relu(g)",
        "import torch\nclass f:\n  def __init__(self, torch): self.torch = torch",
    ],
)
def test_not_found(source):
    assert forbidden_uses(source, Rules()) == []


def test_cells_are_read_together_and_broken_ones_left_out():
    cells = ["import torch", "this is no Python", "def f(x): return torch.relu(x)"]
    assert forbidden_uses(cells, Rules()) == ["torch.relu"]


def test_names_known_from_elsewhere():
    source = "def f(x): return F.conv2d(x)"
    assert forbidden_uses(source, Rules()) == []
    aliases = {"F": "torch.nn.functional"}
    found = forbidden_uses(source, Rules(), aliases)
    assert found == ["torch.nn.functional.conv2d"]
    assert aliases == {"F": "torch.nn.functional"}


@pytest.mark.parametrize(
    "line",
    [
        "if a{0}:\n  a{1} = a{0}\nelse:\n  a{1} = a{0}\n",
        "a{1} = a{0}.x\n",
        "def a{1}(x): return a{0}(a{0})\n",
        "a{1} = [a{0} for a{0} in a{0}]\n",
    ],
)
def test_the_search_takes_time_in_proportion_to_the_code(line, in_proportion):
    def seconds(count):
        body = "".join(line.format(i, i + 1) for i in range(count))
        source = f"import torch as a0\n{body}def f(x): return a{count}"
        started = time.process_time()
        with contextlib.suppress(RecursionError):
            forbidden_uses(source, Rules())
        return time.process_time() - started

    assert in_proportion(lambda: seconds(200), lambda: seconds(2000))
