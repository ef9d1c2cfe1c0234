"""Exercise: sizes and parameters of LeNet and AlexNet, by hand."""

from typing import Any

from torch import nn

from c2a.exercises.c05_lenet_to_alexnet.inputs import lenet_table, output_size
from c2a.exercises.kit import Ask, questions

NO_BIAS = "The biases are missing: one for each map or unit."


def by_library(question: str) -> Any:
    """The answers from torch's layers, and from the table itself."""

    def count(layer: nn.Module) -> int:
        return sum(p.numel() for p in layer.parameters())

    answers = {
        "C1": count(nn.Conv2d(1, 6, 5)),
        "C3 today": count(nn.Conv2d(6, 16, 5)),
        "C3 of 1998": int(lenet_table().sum()) * 25 + 16,
        "S4 of 1998": 2 * 16,
        "side 227": output_size(227, 11, 4, 0),
        "side 224": output_size(224, 11, 4, 0),
        "grouped": count(nn.Conv2d(96, 256, 5, groups=2)),
        "dense": count(nn.Linear(6 * 6 * 256, 4096, device="meta")),
    }
    return answers[question]


EXERCISE = questions(
    "by_hand",
    "Two networks by hand",
    points={"LeNet": 2, "AlexNet": 2},
    ask={
        "C1": Ask(
            "LeNet",
            156,
            {
                NO_BIAS: 150,
                "You counted every position. The weights are shared: their number does "
                "not depend on the size of the map.": 156 * 784,
                "These are the multiply-adds: each of the 150 weights, at 28 x 28 "
                "places. A weight counts once.": 150 * 784,
                "The kernel has 5 x 5 weights, not 5.": 36,
            },
        ),
        "C3 today": Ask(
            "LeNet",
            2416,
            {
                NO_BIAS: 2400,
                "Each filter has a kernel for each of the six maps below it. You "
                "counted one kernel a filter.": 416,
                "A filter has one bias, not one for each of its kernels.": 16 * 6 * 26,
            },
        ),
        "C3 of 1998": Ask(
            "LeNet",
            1516,
            {
                NO_BIAS: 1500,
                "This is today's full table. In 1998 a filter saw only three, four "
                "or six of the maps.": 2416,
                "A filter has one bias, not one for each of its kernels.": 60 * 26,
            },
        ),
        "S4 of 1998": Ask(
            "LeNet",
            32,
            {
                "This is plain mean pooling. The subsampling of 1998 was trained.": 0,
                "The four pixels of a window are added before they are multiplied, so "
                "they share one coefficient.": 80,
                NO_BIAS: 16,
            },
        ),
        "side 227": Ask(
            "AlexNet",
            55,
            {
                "Count the first place, too: floor((n - k) / s) + 1.": 54,
                "The stride is not used.": 217,
            },
        ),
        "side 224": Ask(
            "AlexNet",
            54,
            {
                "This is the 55 of the paper, but 224 pixels without padding do not "
                "give it: (224 - 11) / 4 is 53.25.": 55,
                "Either the kernel fits or it does not: round down.": 54.25,
                "Count the first place, too: floor((n - k) / s) + 1.": 53,
            },
        ),
        "grouped": Ask(
            "AlexNet",
            307_456,
            {
                NO_BIAS: 307_200,
                "Each GPU's filters see the 48 maps of their own GPU, not all 96.": (
                    614_656
                ),
                "Each half has 128 filters, but there are two halves.": 153_728,
            },
        ),
        "dense": Ask(
            "AlexNet",
            37_752_832,
            {
                NO_BIAS: 37_748_736,
                "The maps are 6 x 6, not 1 x 1, when they are flattened.": 1_052_672,
                "At 54 the maps shrink to 5 x 5. The paper's are 6 x 6.": 26_218_496,
            },
        ),
    },
    computed=by_library,
    hints=(
        "A filter has k x k weights for each map that it sees, and one bias.",
        "The table of 1998 has six filters with three maps, nine with four and one "
        "with six: 60 kernels. Its subsampling has a coefficient and a bias a map.",
        "The kernel of 11 pixels stops at 0, 4, 8, ... while it fits. With two groups, "
        "a filter sees half of the maps.",
    ),
    section="lenet-table",
    sections={"AlexNet": "alexnet-counted"},
    difficulty=1,
    minutes=15,
)
