"""The figure's moves are those of torch's optimizer."""

import numpy as np
import pytest
import torch

from c2a.widgets import TwoNumbers


@pytest.mark.parametrize("rule", ["both", "turns", "ahead"])
def test_the_duel_is_torchs(javascript, rule):
    """SGD with momentum on x y, in torch; looking ahead without momentum only."""
    rate, momentum = 0.2, 0.0 if rule == "ahead" else 0.5
    x, y = (torch.tensor(v, requires_grad=True) for v in (1.0, 0.0))
    down = torch.optim.SGD([x], lr=rate, momentum=momentum)
    up = torch.optim.SGD([y], lr=rate, momentum=momentum, maximize=True)
    for _ in range(20):
        at_x, at_y = x.item(), y.item()
        if rule == "ahead":
            x.grad, y.grad = torch.tensor(at_y + rate * at_x), None
            y.grad = torch.tensor(at_x - rate * at_y)
        else:
            x.grad, y.grad = torch.tensor(at_y), torch.tensor(at_x)
        down.step()
        if rule == "turns":
            y.grad = torch.tensor(x.item())
        up.step()
    expected = x.item(), y.item()
    way = javascript("two_numbers")("duel", rule, rate, momentum, 20)
    np.testing.assert_allclose(way[-1], expected, atol=1e-5)
    figure = TwoNumbers(rule=rule, rate=rate, momentum=momentum, step=20)
    np.testing.assert_allclose(figure.way, way)


@pytest.mark.browser
def test_the_numbers_move_apart(open_figure):
    page = open_figure(TwoNumbers(rate=0.2, step=59))
    page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_text("Step 60: 3.24 from the middle.").first.wait_for()
