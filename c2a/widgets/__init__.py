"""Figures that compute in JavaScript: live in a notebook and on the static page.

Importing this package needs neither torch nor matplotlib.
"""

from c2a.widgets.convolution_stepper import ConvolutionStepper
from c2a.widgets.figure import InteractiveFigure, static_html
from c2a.widgets.kernel_playground import KernelPlayground

FIGURES: dict[str, type[InteractiveFigure]] = {
    "kernel-playground": KernelPlayground,
    "convolution-stepper": ConvolutionStepper,
}

__all__ = [
    "FIGURES",
    "ConvolutionStepper",
    "InteractiveFigure",
    "KernelPlayground",
    "static_html",
]
