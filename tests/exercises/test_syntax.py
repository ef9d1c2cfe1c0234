"""Forbidden uses are found however they are written, and only where they count."""

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
         "scipy.signal.*"),
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
