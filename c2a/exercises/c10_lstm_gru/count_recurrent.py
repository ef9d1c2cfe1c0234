"""Exercise: the parameters of any recurrent stack."""

from collections.abc import Callable

from torch import nn

from c2a.exercises.c10_lstm_gru.inputs import LIBRARIES
from c2a.exercises.kit import Draw, Group, declare


def reference(kind: str, inputs: int, hidden: int, layers: int, both: bool) -> int:
    """Counted on torch's own layers."""
    stack = getattr(nn, kind)(
        inputs, hidden, num_layers=layers, bidirectional=both, device="meta"
    )
    return sum(weights.numel() for weights in stack.parameters())


def counter(
    blocks: dict[str, int] | None = None,
    biases: int = 2,
    second: Callable[[int, int], int] = lambda hidden, ways: hidden * ways,
    deeper: Callable[[int, int, int], int] = lambda layers, rest, first: layers - 1,
    ways_of: Callable[[bool], int] = lambda both: 1 + both,
) -> Callable[[str, int, int, int, bool], int]:
    """A counter, right by default; the settings make its slips."""
    own = blocks or {"RNN": 1, "GRU": 3, "LSTM": 4}

    def count(kind: str, inputs: int, hidden: int, layers: int, both: bool) -> int:
        ways = ways_of(both)

        def layer(width: int) -> int:
            return ways * own[kind] * hidden * (width + hidden + biases)

        first, rest = layer(inputs), layer(second(hidden, ways))
        return first + deeper(layers, rest, first) * rest

    return count


def by_tensors(kind: str, inputs: int, hidden: int, layers: int, both: bool) -> int:
    """Right: tensor by tensor, as torch lists them."""
    rows = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind] * hidden
    total = 0
    for layer in range(layers):
        width = inputs if layer == 0 else hidden * (2 if both else 1)
        for _ in range(2 if both else 1):
            for shape in ((rows, width), (rows, hidden), (rows, 1), (rows, 1)):
                total += shape[0] * shape[1]
    return total


def first_layer_always(
    kind: str, inputs: int, hidden: int, layers: int, both: bool
) -> int:
    """Wrong: every layer reads the input's width."""
    return layers * counter()(kind, inputs, hidden, 1, both)


def one_pair_of_biases(
    kind: str, inputs: int, hidden: int, layers: int, both: bool
) -> int:
    """Wrong: two biases for a whole layer, however many its blocks."""
    blocks = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    spare = 2 * hidden * (blocks - 1) * layers * (1 + both)
    return counter()(kind, inputs, hidden, layers, both) - spare


def stack(d: Draw, layers: int = 1, both: bool = False) -> tuple:
    # No width equals another, so that no slip is right by luck.
    hidden = d.int(2, 9)
    return d.choose("RNN", "GRU", "LSTM"), hidden + d.int(1, 9), hidden, layers, both


EXERCISE = declare(
    "count_recurrent",
    "Count any recurrent stack",
    reference,
    difficulty=2,
    minutes=12,
    example=("GRU", 3, 2, 1, False),
    groups={
        "one layer": Group(
            2,
            lambda d: ("RNN", *stack(d)[1:]),
            lambda d: ("GRU", *stack(d)[1:]),
            lambda d: ("LSTM", *stack(d)[1:]),
        ),
        "layers": Group(1, lambda d: stack(d, d.int(2, 4))),
        "both directions": Group(
            1, lambda d: stack(d, 1, True), lambda d: stack(d, d.int(2, 4), True)
        ),
    },
    mistakes={
        "Torch has two biases a block, one beside each matrix. You counted one.": (
            counter(biases=1)
        ),
        "Each block has two biases of its own. You counted one pair for all blocks.": (
            one_pair_of_biases
        ),
        "No bias is counted. Torch has two a block.": counter(biases=0),
        "An LSTM has four blocks: three gates and the candidate.": counter(
            {"RNN": 1, "GRU": 3, "LSTM": 3}
        ),
        "A GRU has three blocks: two gates and the candidate.": counter(
            {"RNN": 1, "GRU": 2, "LSTM": 4}
        ),
        "From the second layer on, a layer reads the states of the one below, not the "
        "input.": first_layer_always,
        "With both directions, the second layer reads the states of both: twice the "
        "width.": counter(second=lambda hidden, ways: hidden),
        "Both directions have weights of their own.": counter(
            ways_of=lambda both: 1, second=lambda hidden, ways: hidden
        ),
    },
    alternatives=(counter(), by_tensors),
    hints=(
        "How many blocks has each kind? Each has a matrix for the input, one for the "
        "state, and two biases.",
        "One layer: blocks * hidden * (width of its input + hidden + 2).",
        "What is the width of the second layer's input, with one direction and with "
        "two?",
    ),
    section="gru-cell",
    forbidden=LIBRARIES,
    instead="Count with arithmetic.",
)
