"""Turn what a notebook cell says into Python that a bare interpreter can run."""

import ast
import re
from functools import lru_cache

# Cell magics whose body is not Python to run in the student's namespace.
_FOREIGN_MAGICS = frozenset(
    {"bash", "bigquery", "cmd", "cython", "file", "html", "javascript", "js", "latex"}
    | {"markdown", "perl", "pypy", "R", "ruby", "script", "sh", "shell", "sql", "svg"}
    | {"sx", "system", "writefile"}
)
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*(?:\n|$)")
_TIMED_LINE = re.compile(r"^([ \t]*)%time[ \t]+", re.MULTILINE)
# What can only begin a statement: where a damaged cell may be cut into blocks.
_BLOCK = re.compile(r"(?:def|class|async def|import|from)\b|@")


@lru_cache(maxsize=16)  # one cell is asked about several times in a row
def parse(source: str) -> ast.Module | None:
    """Parse Python source, `None` when it is not Python or absurdly nested."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def without_magics(source: str) -> str:
    """Replace IPython's magics, shell lines and help requests; keep line numbers.

    A cell that is Python already is returned unchanged, so a docstring may hold a line
    that looks like a magic. `%%time` and its kin are dropped and their body stays;
    cells in another language become empty. Other lines become calls of `get_ipython()`,
    which the sandbox answers with nothing.
    """
    if parse(source) is not None:
        return source
    while magic := _CELL_MAGIC.match(source):
        if magic[1] in _FOREIGN_MAGICS:
            return ""
        source = "\n" * magic[0].count("\n") + source[magic.end() :]
        if parse(source) is not None:
            return source
    source = _TIMED_LINE.sub(r"\1", source)
    if parse(source) is not None:
        return source
    return _transformed(source)


def blocks(source: str) -> list[str]:
    """Cut source that does not parse where a definition or an import begins.

    Each block is padded with empty lines, so that its line numbers stay the cell's.
    """
    pieces: list[str] = []
    lines: list[str] = []
    decorated = False
    for number, line in enumerate(source.split("\n")):
        if _BLOCK.match(line) and not decorated:
            pieces.append("\n".join(lines))
            lines = [""] * number
        lines.append(line)
        decorated = line.startswith("@")
    return [*pieces, "\n".join(lines)]


def syntax_error(source: str) -> str:
    """Say what is wrong with source that does not parse, as Python says it."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return f"SyntaxError: {error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}: {error or 'nested too deeply'}"
    return ""


def _transformed(source: str) -> str:
    # IPython comes with ipywidgets; it loads only for cells that need it.
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # tokenizer errors of many kinds: the cell is not Python
        return source
