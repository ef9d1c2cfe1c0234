"""Chapter 2: the graded exercises, and what the notebook calls to work on them."""

from c2a.exercises.convolution import (
    by_hand,
    conv2d,
    depthwise_conv2d,
    fit,
    im2col,
    kernel_gradient,
    layer_cost,
    output_size,
    read_plot,
    same_padding,
)
from c2a.exercises.core import Chapter
from c2a.exercises.notebook import Workbook

__all__ = ["CHAPTER", "check", "grade", "hint", "progress"]

CHAPTER = Chapter(
    slug="02-convolution",
    title="Convolution",
    exercises=tuple(
        module.EXERCISE
        for module in (
            by_hand,
            output_size,
            read_plot,
            same_padding,
            layer_cost,
            conv2d,
            im2col,
            depthwise_conv2d,
            kernel_gradient,
            fit,
        )
    ),
)

_workbook = Workbook(CHAPTER)
check = _workbook.check
hint = _workbook.hint
progress = _workbook.progress
grade = _workbook.grade
