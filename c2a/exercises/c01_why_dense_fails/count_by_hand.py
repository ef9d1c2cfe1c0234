"""Exercise: the weights of four layers, with a pencil."""

from torch import nn

from c2a.exercises.kit import Ask, questions

FORGOT_BIASES = "You left out the biases: one for each output."
ONE_BIAS = "Each output has a bias of its own. You counted one for the whole layer."
ONE_FOR_ALL = "A local layer has a bias at each place. You counted one for all places."


def by_torch(question):
    """Counted on real layers; the local ones by their shapes."""

    def size(layer):
        return sum(p.numel() for p in layer.parameters())

    counts = {
        "neuron": size(nn.Linear(8, 1)),
        "dense": size(nn.Linear(8, 6)),
        "local": 6 * size(nn.Conv1d(1, 1, 3)),
        "shared": size(nn.Conv1d(1, 1, 3)),
        "dense, twice as long": size(nn.Linear(16, 14)),
        "local, twice as long": 14 * size(nn.Conv1d(1, 1, 3)),
        "shared, twice as long": size(nn.Conv1d(1, 1, 3)),
    }
    return counts[question]


EXERCISE = questions(
    "count_by_hand",
    "Four layers with a pencil",
    difficulty=1,
    minutes=8,
    section="three-layers",
    points={"short": 1, "long": 1},
    ask={
        "neuron": Ask("short", 9, {FORGOT_BIASES: 8, "These are all six outputs.": 54}),
        "dense": Ask(
            "short",
            54,
            {
                FORGOT_BIASES: 48,
                ONE_BIAS: 49,
                "A bias belongs to an output, not to an input.": 56,
            },
        ),
        "local": Ask(
            "short",
            24,
            {
                FORGOT_BIASES: 18,
                ONE_FOR_ALL: 19,
                "That is the shared layer: here each output has weights of its own.": 4,
                "A window of 3 fits at 6 places, not at 8.": 32,
            },
        ),
        "shared": Ask(
            "short",
            4,
            {
                "You left out the bias. It is shared, too.": 3,
                "One bias is shared by all places, as the weights are.": 9,
            },
        ),
        "dense, twice as long": Ask(
            "long",
            238,
            {
                FORGOT_BIASES: 224,
                "Twice as many inputs AND more outputs: their product counts.": 108,
            },
        ),
        "local, twice as long": Ask(
            "long",
            56,
            {
                FORGOT_BIASES: 42,
                ONE_FOR_ALL: 43,
                "A window of 3 fits at 14 places in a row of 16, not at 12.": 48,
            },
        ),
        "shared, twice as long": Ask(
            "long",
            4,
            {
                "A longer row means more places, and they all share.": 8,
                "You left out the bias. It is shared, too.": 3,
            },
        ),
    },
    computed=by_torch,
    hints=(
        "A dense layer has a weight for each pair of an input and an output, and a "
        "bias for each output.",
        "A window of 3 fits at 8 - 3 + 1 = 6 places. A local layer has 3 weights and a "
        "bias at each of them.",
        "A shared layer has the weights and the bias of one place, however long the "
        "row is.",
    ),
)
