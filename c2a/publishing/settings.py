"""Where the book lives, read from the environment; nothing is known by default."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from c2a.errors import C2AError

# Google Colab opens notebooks from a git branch, not from a web page; this is the
# branch that the site is published from.
SITE_BRANCH = "gh-pages"


@dataclass(frozen=True)
class Settings:
    """The public addresses of the book, each empty where there is none.

    Attributes:
        repository: address of the repository, without a slash at the end.
        site: address of the published site, without a slash at the end.
    """

    repository: str = ""
    site: str = ""

    @classmethod
    def from_environment(cls) -> Settings:
        """Read ``C2A_REPOSITORY`` and ``C2A_SITE``.

        Raises:
            C2AError: a value is not a web address.
        """
        values = []
        for name in ("C2A_REPOSITORY", "C2A_SITE"):
            value = os.environ.get(name, "").strip().rstrip("/")
            if value and not re.match(r"https?://[^/\s]+", value):
                raise C2AError(f"{name} must be a web address, not {value!r}.")
            values.append(value)
        return cls(*values)

    @property
    def issues(self) -> str:
        """Address at which a reader reports a mistake, or empty."""
        return f"{self.repository}/issues/new" if self.repository else ""

    def colab(self, path: str) -> str:
        """Address that opens the published file ``path`` in Colab, or empty."""
        match = re.match(r"https://github\.com/([^/]+)/([^/]+)$", self.repository)
        if match is None:
            return ""
        owner, name = match.groups()
        return (
            "https://colab.research.google.com/github/"
            f"{owner}/{name}/blob/{SITE_BRANCH}/{path}"
        )
