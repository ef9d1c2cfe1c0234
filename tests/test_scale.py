import pytest
import torch

from c2a import scale
from c2a.errors import C2AError


@pytest.fixture(autouse=True)
def restore_scale():
    yield
    scale.set_scale("cpu")


@pytest.mark.parametrize(("name", "value"), [("smoke", 1), ("cpu", 2)])
def test_pick_follows_the_scale_in_force(name, value):
    scale.set_scale(name)
    assert scale.pick(smoke=1, cpu=2, gpu=3) == value
    assert scale.current_scale() == name
    assert scale.device() == "cpu"


def test_gpu_scale_picks_the_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    scale.set_scale("gpu")
    assert scale.pick(smoke=1, cpu=2, gpu=3) == 3
    assert scale.device() == "cuda"


def test_gpu_scale_without_a_gpu_says_what_to_do(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(C2AError, match='run with SCALE = "cpu"'):
        scale.set_scale("gpu")
    assert scale.current_scale() == "cpu"


def test_unknown_scale_names_the_known_ones():
    with pytest.raises(C2AError, match="smoke, cpu, gpu"):
        scale.set_scale("huge")
