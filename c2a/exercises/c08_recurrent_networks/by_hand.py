"""Exercise: states, gradients and surprises, by hand."""

import math
from typing import Any

import torch
from torch import nn

from c2a.exercises.kit import Ask, questions


def by_library(question: str) -> Any:
    """The answers from torch's cell and autograd."""
    cell = nn.RNN(1, 1, bias=False).requires_grad_(False)
    cell.get_parameter("weight_ih_l0").fill_(1.0)
    cell.get_parameter("weight_hh_l0").fill_(2.0)
    code = {"b": 1.0, "a": -0.5, "n": 0.2}

    def state(word: str) -> float:
        letters = torch.tensor([[code[letter]] for letter in word])
        return cell(letters)[1].item()

    w, x = torch.tensor(2.0, requires_grad=True), torch.tensor([1.0, 0.0, 3.0])
    x.requires_grad_()
    h, h_2 = torch.tensor(0.0), torch.tensor(0.0)
    for t, x_t in enumerate(x):
        h_2 = h if t == 2 else h_2
        h = w * h + x_t
    to_w, to_x = torch.autograd.grad(h, (w, x), retain_graph=True)
    cut = torch.autograd.grad(w * h_2.detach() + x[2].detach(), w)[0]
    answers = {
        "aab": state("aab"),
        "different": len({round(state(word), 3) for word in ("ban", "nab", "abn")}),
        "to w": to_w.item(),
        "to x_1": to_x[0].item(),
        "cut": cut.item(),
        "nn.RNN": sum(p.numel() for p in nn.RNN(30, 50).parameters()),
        "bits": -math.log2(1 / 8),
        "targets": "text"[1:],
    }
    return answers[question]


EXERCISE = questions(
    "by_hand",
    "Three steps by hand",
    points={"forward": 2, "backward": 3},
    ask={
        "aab": Ask(
            "forward",
            math.tanh(2 * math.tanh(2 * math.tanh(-0.5) - 0.5) + 1),
            {
                "The old state is multiplied by w_h = 2.": math.tanh(
                    math.tanh(math.tanh(-0.5) - 0.5) + 1
                ),
                "The tanh is missing: this is the sum alone.": -2,
                "This is the state after the second letter.": math.tanh(
                    2 * math.tanh(-0.5) - 0.5
                ),
                "This is the sum inside the last tanh.": (
                    2 * math.tanh(2 * math.tanh(-0.5) - 0.5) + 1
                ),
                "The letters are read from left to right: b comes last.": math.tanh(
                    2 * math.tanh(2 * math.tanh(1) - 0.5) - 0.5
                ),
            },
        ),
        "different": Ask(
            "forward",
            3,
            {
                "The words have the same letters, but the state also depends on "
                "their order.": 1,
                "Work out all three, to two decimals, before you compare them.": 2,
            },
        ),
        "nn.RNN": Ask(
            "forward",
            4100,
            {
                "Torch keeps two biases for each unit.": 4050,
                "The biases are missing.": 4000,
                "The weights do not grow with the length: they are used again at "
                "each step.": 410_000,
                "The matrix from state to state is missing.": 1600,
            },
        ),
        "bits": Ask(
            "forward",
            3,
            {
                "This is in nats. Take the logarithm to the base 2.": math.log(8),
                "Surprise is not negative: it is -log2 p.": -3,
                "Take the logarithm of the probability.": 8,
                "This is the probability. Surprise is -log2 of it.": 1 / 8,
            },
        ),
        "targets": Ask(
            "forward",
            "ext",
            {
                "These are the inputs. A network that is asked for its input learns "
                "to copy.": "tex",
                "Three inputs, three targets: each target is the letter behind its "
                "input.": "text",
            },
        ),
        "to w": Ask(
            "backward",
            4,
            {
                "This is the share of the last use alone. The weight was used before, "
                "too.": 2,
                "This is the value of L.": 7,
                "The earlier share passes through one more step, which multiplies "
                "it by w.": 3,
            },
        ),
        "to x_1": Ask(
            "backward",
            4,
            {
                "From step 1 to step 3 there are two steps, each multiplies by w.": 2,
                "This is without the way from step 1 to step 3.": 1,
                "Three inputs, but only two steps lie between the first and the "
                "third.": 8,
            },
        ),
        "cut": Ask(
            "backward",
            2,
            {
                "This is the whole gradient. Detached, h_2 is a constant.": 4,
                "Detaching keeps the value of h_2: it is not 0.": 0,
                "This is h_3 itself.": 7,
            },
        ),
    },
    computed=by_library,
    hints=(
        "Write the three states in a row before you answer anything. The unit of the "
        "chapter: h_t = tanh(2 h_{t-1} + x_t).",
        "In h_t = w h_{t-1} + x_t the weight is used three times: once with h_0, once "
        "with h_1, once with h_2.",
        "dL/dw = h_2 + w h_1 + w * w * h_0. Detached after step 2, only the first "
        "term is left.",
    ),
    section="state-carried-along",
    sections={"backward": "unroll-and-walk-back"},
    difficulty=1,
    minutes=15,
)
