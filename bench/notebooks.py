"""Write the benchmark's assignment and submissions in each grader's own form."""

import json
from pathlib import Path

IMPORTS = (
    "import math\n\nimport numpy as np\nimport torch\nimport torch.nn.functional as F"
)

ANSWERS = {
    "conv2d_valid": """\
def conv2d_valid(x, w, b):
    out, _, rows, columns = w.shape
    height, width = x.shape[1] - rows + 1, x.shape[2] - columns + 1
    y = np.zeros((out, height, width))
    for i in range(height):
        for j in range(width):
            window = x[:, i : i + rows, j : j + columns]
            y[:, i, j] = (w * window).sum(axis=(1, 2, 3)) + b
    return y
""",
    "max_pool2d": """\
def max_pool2d(x, size, stride):
    height = (x.shape[1] - size) // stride + 1
    width = (x.shape[2] - size) // stride + 1
    y = np.zeros((x.shape[0], height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            y[:, i, j] = x[:, top : top + size, left : left + size].max(axis=(1, 2))
    return y
""",
    "lstm_step": """\
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    gates = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = gates.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
""",
    "attention": """\
def attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return F.softmax(scores, dim=-1) @ v
""",
}

# The tests of nbgrader and otter: an example for one point, random input for two.
TESTS = {
    "conv2d_valid": (
        """\
x = np.arange(9.0).reshape(1, 3, 3)
y = conv2d_valid(x, np.ones((1, 1, 2, 2)), np.zeros(1))
assert np.allclose(y, [[[8, 12], [20, 24]]])
""",
        """\
x, w, b = (np.random.normal(size=s) for s in ((3, 9, 8), (4, 3, 3, 2), (4,)))
expected = F.conv2d(torch.tensor(x)[None], torch.tensor(w), torch.tensor(b))[0]
assert np.allclose(conv2d_valid(x, w, b), expected)
""",
    ),
    "max_pool2d": (
        """\
x = np.arange(16.0).reshape(1, 4, 4)
assert np.allclose(max_pool2d(x, 2, 2), [[[5, 7], [13, 15]]])
""",
        """\
x = np.random.normal(size=(3, 11, 9))
assert np.allclose(max_pool2d(x, 3, 2), F.max_pool2d(torch.tensor(x)[None], 3, 2)[0])
""",
    ),
    "lstm_step": (
        """\
one, many, zero = torch.ones(1, 2), torch.ones(8, 2), torch.zeros(8)
h, c = lstm_step(one, one, one, many, many, zero, zero)
assert torch.allclose(c, torch.full((1, 2), 1.963374), atol=1e-5)
""",
        """\
cell = torch.nn.LSTMCell(5, 6)
x, h, c = torch.randn(3, 5), torch.randn(3, 6), torch.randn(3, 6)
with torch.no_grad():
    weights = cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh
    for got, expected in zip(lstm_step(x, h, c, *weights), cell(x, (h, c))):
        assert torch.allclose(got, expected, atol=1e-5)
""",
    ),
    "attention": (
        """\
q, v = torch.zeros(1, 2, 4), torch.arange(6.0).reshape(1, 2, 3)
expected = v.mean(1, keepdim=True).expand(1, 2, 3)
assert torch.allclose(attention(q, q, v), expected)
""",
        """\
q, k, v = (torch.randn(2, 5, 8) for _ in range(3))
mask = torch.ones(5, 5).tril().bool()
expected = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
assert torch.allclose(attention(q, k, v, mask), expected, atol=1e-5)
""",
    ),
}


def write(path: Path, cells: list[dict]) -> None:
    """Write a notebook of these cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1))


def code(source: str, name: str, **nbgrader: object) -> dict:
    """A code cell, with nbgrader's metadata if any are given."""
    metadata = {}
    if nbgrader:
        metadata["nbgrader"] = {"schema_version": 3, "grade_id": name, **nbgrader}
    return {
        "cell_type": "code",
        "id": name.replace("_", "-"),
        "metadata": metadata,
        "source": source.rstrip("\n"),
        "outputs": [],
        "execution_count": None,
    }


def submission(number: int, with_tests: bool = False) -> list[dict]:
    """Return the cells of one right submission; its number makes it unlike others.

    with_tests: add nbgrader's test cells, as its own notebooks have them.
    """
    cells = [code(IMPORTS, "imports")]
    for name, answer in ANSWERS.items():
        flags = {"grade": False, "solution": True, "locked": False}
        source = f"# exercise: {name}\n# student {number}\n{answer}"
        cells.append(code(source, name, **flags))
        if with_tests:
            cells += test_cells(name)
    return cells


def test_cells(name: str) -> list[dict]:
    """Return nbgrader's test cells of a question."""
    flags = {"grade": True, "solution": False, "locked": True}
    return [
        code(test, f"{name}_{kind}", points=points, **flags)
        for kind, points, test in zip(("a", "b"), (1, 2), TESTS[name], strict=True)
    ]


def nbgrader_source() -> list[dict]:
    """Return the instructor's version for nbgrader."""
    cells = [code(IMPORTS, "imports")]
    for name, answer in ANSWERS.items():
        head, _, body = answer.partition("\n")
        source = f"{head}\n    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n"
        flags = {"grade": False, "solution": True, "locked": False}
        cells += [code(source, name, **flags), *test_cells(name)]
    return cells


def otter_test(name: str) -> str:
    """Return otter's test file of a question."""
    lines = ["from otter.test_files import test_case", IMPORTS, ""]
    lines += ["OK_FORMAT = False", f"name = {name!r}", "points = 3", ""]
    for number, (points, test) in enumerate(zip((1, 2), TESTS[name], strict=True)):
        body = "".join(f"    {line}\n" for line in test.splitlines())
        lines += [f"@test_case(points={points}, hidden=True)"]
        lines += [f"def test_{number}({name}):\n{body}"]
    return "\n".join(lines)
