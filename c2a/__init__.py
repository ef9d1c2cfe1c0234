"""The package behind the book Convolution to Attention.

Importing it is instant: torch and matplotlib load only in the modules that use them.
"""

__version__ = "0.1.0"
