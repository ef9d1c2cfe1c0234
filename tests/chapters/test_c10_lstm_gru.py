"""The cells of chapter 10 are torch's, forward and backward."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from c2a.chapters.c10_lstm_gru import (
    CharacterModel,
    LinearRecurrence,
    gru_step,
    lstm_step,
    lstm_step_backward,
    scan,
)


def inputs(blocks: int, states: int, n: int = 4, width: int = 3) -> list[torch.Tensor]:
    torch.manual_seed(0)
    shapes = [(5, width), *[(5, n)] * states, (blocks * n, width), (blocks * n, n)]
    parts = [torch.randn(*shape, dtype=torch.float64) for shape in shapes]
    return [*parts, torch.randn(blocks * n, dtype=torch.float64)]


def test_lstm_step_is_torchs() -> None:
    x, h, c, w_x, w_h, b = inputs(4, 2)
    cell = nn.LSTMCell(3, 4, dtype=torch.float64)
    cell.load_state_dict(
        {"weight_ih": w_x, "weight_hh": w_h, "bias_ih": b, "bias_hh": 0 * b}
    )
    for ours, theirs in zip(
        lstm_step(x, h, c, w_x, w_h, b), cell(x, (h, c)), strict=True
    ):
        torch.testing.assert_close(ours, theirs)


def test_lstm_step_backward_is_autograds() -> None:
    given = [part.requires_grad_() for part in inputs(4, 2)]
    dh, dc = torch.randn(2, 5, 4, dtype=torch.float64)
    new_h, new_c = lstm_step(*given)
    wanted = torch.autograd.grad((dh * new_h + dc * new_c).sum(), given)
    with torch.no_grad():
        found = lstm_step_backward(dh, dc, *given)
    for ours, theirs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_gru_step_is_torchs() -> None:
    x, h, w_x, w_h, b_x = inputs(3, 1)
    b_h = torch.randn_like(b_x)
    cell = nn.GRUCell(3, 4, dtype=torch.float64)
    cell.load_state_dict(
        {"weight_ih": w_x, "weight_hh": w_h, "bias_ih": b_x, "bias_hh": b_h}
    )
    torch.testing.assert_close(gru_step(x, h, w_x, w_h, b_x, b_h), cell(x, h))


@pytest.mark.parametrize("steps", [1, 2, 5, 16, 33])
def test_the_scan_is_the_loop(steps: int) -> None:
    torch.manual_seed(steps)
    f, added = torch.rand(2, steps, 3), torch.randn(2, steps, 3)
    h, states = torch.zeros(2, 3), []
    for t in range(steps):
        h = f[:, t] * h + added[:, t]
        states.append(h)
    torch.testing.assert_close(scan(f, added), torch.stack(states, 1))


def test_the_linear_recurrence_never_sees_the_future() -> None:
    torch.manual_seed(0)
    layer, x = LinearRecurrence(3, 4), torch.randn(2, 9, 3)
    changed = x.clone()
    changed[:, 6:] = 0
    torch.testing.assert_close(layer(x)[0][:, :6], layer(changed)[0][:, :6])
    assert not torch.allclose(layer(x)[0][:, 6:], layer(changed)[0][:, 6:])


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_the_character_model_scores_each_step(kind: str) -> None:
    tokens = torch.randint(64, (2, 7))
    assert CharacterModel(kind, hidden=8)(tokens).shape == (2, 7, 64)
