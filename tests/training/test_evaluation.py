import pytest
import torch
from torch import nn

from c2a.training import accuracy, count_parameters, predict
from c2a.training.evaluation import on_device


def test_predict_leaves_the_mode_as_it_was_and_is_deterministic():
    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).train()
    inputs = torch.randn(7, 2)
    first = predict(net, inputs, batch_size=3)
    assert first.shape == (7, 2)
    torch.testing.assert_close(first, net[0](inputs).detach())
    assert net.training
    assert not predict(net.eval(), inputs).requires_grad
    assert not net.training


def test_predict_takes_several_inputs():
    net = nn.Bilinear(2, 3, 1)
    a, b = torch.randn(5, 2), torch.randn(5, 3)
    expected = net(a, b).detach()
    torch.testing.assert_close(predict(net, a, b, batch_size=2), expected)


def test_accuracy_is_the_share_of_right_answers():
    scores = torch.tensor([[2.0, 1.0], [0.0, 1.0], [3.0, 0.0], [1.0, 0.0]])
    assert accuracy(nn.Identity(), scores, torch.tensor([0, 1, 0, 1])) == 0.75


def test_count_parameters_counts_what_is_trained():
    net = nn.Linear(3, 4)
    assert count_parameters(net) == 16
    net.bias.requires_grad_(False)
    assert count_parameters(net) == 12


class Traveler(nn.Linear):
    """A layer that notes where it is sent."""

    def to(self, where):
        self.route = [*getattr(self, "route", []), str(where)]
        return self


def test_a_model_comes_back_from_the_device_even_when_interrupted(monkeypatch):
    monkeypatch.setattr("c2a.training.evaluation.device", lambda: "cuda")
    net = Traveler(2, 2)
    with pytest.raises(KeyboardInterrupt), on_device(net):
        raise KeyboardInterrupt
    assert net.route == ["cuda", "cpu"]


def test_a_model_without_parameters_can_be_moved():
    with on_device(nn.Identity()):
        pass
