"""The sandbox in which strangers' code runs: it answers calls and can do nothing else.

`SandboxPool` starts it, `SandboxPool.session` gives one submission's `Session`. What it
defends against, and how, is in each module and tested in tests/grading/sandbox.
"""

from c2a.grading.sandbox.limits import Limits, SandboxError
from c2a.grading.sandbox.pool import SandboxPool
from c2a.grading.sandbox.session import CellReport, SandboxSession

__all__ = ["CellReport", "Limits", "SandboxError", "SandboxPool", "SandboxSession"]
