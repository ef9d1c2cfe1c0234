"""What `c2a check` tells about building the site and testing it."""

from __future__ import annotations

from c2a.environment import chromium, output_of
from c2a.errors import C2AError
from c2a.machine import Finding
from c2a.publishing.node import find_node


def browser() -> Finding:
    """A browser for the tests of the site."""
    found = chromium()
    advice = "none: the browser tests do not run; install Chromium or set C2A_CHROMIUM"
    return Finding("Chromium", found is not None, found or advice)


def node() -> Finding:
    """The program that renders mathematics when the site is built."""
    try:
        program = find_node()
    except C2AError as error:
        return Finding("Node", False, str(error))
    return Finding("Node", True, f"{program}, {output_of([program, '-v']).strip()}")


LOOKS = (browser, node)
