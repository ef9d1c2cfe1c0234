"""What the interactive figures are made of; its other half is in JavaScript."""

from c2a.widgets.toolkit.interactive import InteractiveFigure, static_html
from c2a.widgets.toolkit.still import (
    Still,
    format_number,
    gray_image,
    signed_image,
)

__all__ = [
    "InteractiveFigure",
    "Still",
    "format_number",
    "gray_image",
    "signed_image",
    "static_html",
]
