"""Exercise: what learning curves say, read off a plot."""

from c2a import figures
from c2a.exercises.kit import Ask, questions

SIZES = (100, 200, 400, 800, 1600, 3200)
CURVES = {  # accuracy of made-up models, round numbers so that they can be read
    "A": (0.50, 0.60, 0.70, 0.75, 0.80, 0.85),
    "B": (0.70, 0.75, 0.80, 0.85, 0.90, 0.90),
    "C": (0.70, 0.73, 0.75, 0.75, 0.75, 0.75),
}


def show_curves() -> None:
    """Draw the three curves that the questions are about."""
    figure, axes = figures.subplots(1, 1, size=(6, 3.4))
    for name, color in zip(CURVES, ("mlp", "cnn", "data"), strict=True):
        axes.plot(SIZES, CURVES[name], "o-", color=figures.COLORS[color])
        end = CURVES[name][-1]
        figures.label_line(axes, SIZES[-1], end, name, figures.COLORS[color])
    axes.set_xscale("log", base=2)
    axes.set_xticks(SIZES, SIZES)
    axes.set(xlabel="examples to learn from", ylabel="accuracy on new examples")
    axes.grid(alpha=0.3)
    words = "; ".join(
        f"{name}: " + ", ".join(f"{value:.2f}" for value in values)
        for name, values in CURVES.items()
    )
    sizes = ", ".join(map(str, SIZES))
    figures.show(
        figure,
        alt=f"Accuracy of three models after {sizes} examples. {words}.",
        caption="Three models learn the same task from more and more examples.",
    )


def by_reading(question: str) -> object:
    """Computed from the points of the curves."""

    def needed(name: str, target: float) -> int:
        return next(n for n, v in zip(SIZES, CURVES[name], strict=True) if v >= target)

    gain = {name: values[-1] - values[-3] for name, values in CURVES.items()}
    read = {
        "B at 400": CURVES["B"][SIZES.index(400)],
        "examples for 0.80": needed("A", 0.80),
        "ratio at 0.80": needed("A", 0.80) / needed("B", 0.80),
        "ratio at 0.75": needed("A", 0.75) / needed("B", 0.75),
        "more data is wasted on": min(gain, key=lambda name: gain[name]),
        "still gaining most": max(gain, key=lambda name: gain[name]),
    }
    return read[question]


EXERCISE = questions(
    "read_curves",
    "What curves say about data",
    difficulty=1,
    minutes=8,
    section="little-data",
    points={"values": 1, "data": 2},
    ask={
        "B at 400": Ask("values", 0.80, {"This is curve A.": 0.70, "This is C.": 0.75}),
        "examples for 0.80": Ask(
            "values", 1600, {"This is what B needs. The question is about A.": 400}
        ),
        "ratio at 0.80": Ask(
            "data",
            4,
            {
                "Upside down: A needs more examples than B, so it is above 1.": 0.25,
                "These are accuracies. Divide numbers of examples: read along a level "
                "line, not down a vertical one.": 0.8889,
            },
        ),
        "ratio at 0.75": Ask(
            "data",
            4,
            {
                "Upside down: A needs more examples than B, so it is above 1.": 0.25,
                "You compared with C.": 2,
            },
        ),
        "more data is wasted on": Ask(
            "data", "C", {"B is flat at its end only; C has been flat since 400.": "B"}
        ),
        "still gaining most": Ask(
            "data", "A", {"B is higher, but it gained nothing from the last step.": "B"}
        ),
    },
    computed=by_reading,
    hints=(
        "Draw a level line at the accuracy in question, and see where it meets each "
        "curve.",
        "From these places go down to the axis: that many examples each model needs.",
        "A curve that has become flat gains nothing from more examples.",
    ),
)
