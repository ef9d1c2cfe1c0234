"""What `c2a check` tells about grading."""

from __future__ import annotations

from c2a.errors import C2AError
from c2a.machine import Finding


def sandbox() -> Finding:
    """What the grader can shut strangers' code in with."""
    try:
        from c2a.grading.sandbox import SandboxPool

        pool = SandboxPool(workers=1)
    except (C2AError, ImportError) as error:
        return Finding("Sandbox", False, f"no grading here: {error}")
    pool.close()
    return Finding("Sandbox", True, pool.protection)


LOOKS = (sandbox,)
