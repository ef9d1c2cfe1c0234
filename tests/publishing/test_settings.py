"""The book's addresses come from the environment, and absent means none."""

from __future__ import annotations

import pytest

from c2a.errors import C2AError
from c2a.publishing.settings import Settings


def test_nothing_is_known_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("C2A_REPOSITORY", raising=False)
    monkeypatch.delenv("C2A_SITE", raising=False)
    settings = Settings.from_environment()
    assert settings == Settings()
    assert settings.issues == ""
    assert settings.colab("notebooks/book/02-convolution.ipynb") == ""


def test_addresses_lose_their_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C2A_REPOSITORY", "https://github.com/owner/book/")
    monkeypatch.setenv("C2A_SITE", " https://owner.example/book/ ")
    settings = Settings.from_environment()
    assert settings.repository == "https://github.com/owner/book"
    assert settings.site == "https://owner.example/book"
    assert settings.issues == "https://github.com/owner/book/issues/new"


def test_colab_opens_the_published_branch() -> None:
    settings = Settings(repository="https://github.com/owner/book")
    assert settings.colab("notebooks/a.ipynb") == (
        "https://colab.research.google.com/github/owner/book/blob/gh-pages/"
        "notebooks/a.ipynb"
    )


def test_colab_is_not_offered_for_other_hosts() -> None:
    assert Settings(repository="https://git.example/owner/book").colab("a") == ""


def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C2A_SITE", "owner/book")
    with pytest.raises(C2AError, match="C2A_SITE must be a web address"):
        Settings.from_environment()
