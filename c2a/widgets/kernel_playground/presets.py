"""The kernels that the playground offers."""

from __future__ import annotations

from typing import Any

_PRESETS: list[tuple[str, str, float, list[list[float]]]] = [
    ("identity", "Identity", 1, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    ("box-blur", "Box blur", 9, [[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
    ("gaussian", "Gaussian", 16, [[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
    (
        "gaussian-5",
        "Gaussian 5 \u00d7 5",
        256,
        [
            [1, 4, 6, 4, 1],
            [4, 16, 24, 16, 4],
            [6, 24, 36, 24, 6],
            [4, 16, 24, 16, 4],
            [1, 4, 6, 4, 1],
        ],
    ),
    (
        "motion-blur",
        "Motion blur",
        5,
        [
            [0, 0, 0, 0, 1],
            [0, 0, 0, 1, 0],
            [0, 0, 1, 0, 0],
            [0, 1, 0, 0, 0],
            [1, 0, 0, 0, 0],
        ],
    ),
    ("sharpen", "Sharpen", 1, [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    ("emboss", "Emboss", 1, [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    ("sobel-x", "Sobel x", 1, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    ("sobel-y", "Sobel y", 1, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    ("laplacian", "Laplacian", 1, [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    (
        "shift",
        "Shift",
        1,
        [
            [0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0],
            [0, 0, 0, 0, 1],
            [0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0],
        ],
    ),
]

PRESETS: list[dict[str, Any]] = [
    {"name": name, "title": title, "divisor": float(divisor), "kernel": kernel}
    for name, title, divisor, kernel in _PRESETS
]
