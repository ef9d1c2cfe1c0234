"""One way to parse Python, safe in threads."""

import ast
from threading import Lock

# Before 3.11.8, CPython counts how deep a tree is in one place for all threads: a
# switch while nodes are made, as garbage collection allows, ends in "SystemError: AST
# constructor recursion depth mismatch" (https://github.com/python/cpython/pull/113035).
_one_at_a_time = Lock()


def parse(source: str) -> ast.Module:
    """The syntax tree of a source.

    Raises SyntaxError, ValueError for null bytes, and RecursionError or MemoryError for
    what is nested too deeply.
    """
    with _one_at_a_time:
        return ast.parse(source)
