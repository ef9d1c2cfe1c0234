"""A figure beside a kernel: what it answers when its JavaScript asks."""

from __future__ import annotations

import pytest

from c2a import weights
from c2a.weights import WeightsError
from c2a.widgets import ChannelStepper


@pytest.fixture
def figure(monkeypatch):
    """A figure that notes what it sends."""
    made = ChannelStepper()
    made.sent = []
    note = lambda content, buffers=None: made.sent.append((content, buffers))  # noqa: E731
    monkeypatch.setattr(made, "send", note)
    yield made
    made.close()


def test_weights_are_sent_when_asked_for(figure, monkeypatch):
    monkeypatch.setattr(weights, "browser_file", lambda name: name.encode())
    figure._handle_custom_msg({"weights": "small-net"}, [])
    assert figure.sent == [({"weights": "small-net"}, [b"small-net"])]
    figure._handle_custom_msg({"other": 1}, [])
    assert len(figure.sent) == 1


def test_missing_weights_are_told(figure, monkeypatch):
    def missing(name):
        raise WeightsError(f"There are no weights {name!r}.")

    monkeypatch.setattr(weights, "browser_file", missing)
    figure._handle_custom_msg({"weights": "none"}, [])
    ((content, buffers),) = figure.sent
    assert content["missing"] == "There are no weights 'none'."
    assert buffers is None
