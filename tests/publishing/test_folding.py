"""Which cells are folded on the page: the rule on which authors rely."""

from __future__ import annotations

import pytest

from c2a.publishing.folding import folded
from c2a.publishing.mime import FIGURE, WIDGET_VIEW

IDEA = "def output_size(n, k):\n    return n - k + 1\n"


def cell(source: str, *tags: str, outputs: tuple = ()) -> dict:
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "source": source.splitlines(keepends=True),
        "outputs": list(outputs),
    }


@pytest.mark.parametrize(
    "source",
    [
        IDEA,
        "y = F.conv2d(x, kernel)\nassert torch.equal(y, mine)",  # computes as well
        "%timeit output_size(3, 2)",
        "claim = 3\nprint(claim)",
        "plt.show()",
        "# claim(this) is only a comment\nx = 1",
        "text = 'figures.show(figure)'",
        "",
    ],
)
def test_an_idea_stays_in_sight(source: str) -> None:
    assert not folded(cell(source, "export"))


@pytest.mark.parametrize(
    "source",
    [
        "figure, axes = figures.subplots()\nfigures.show(figure, alt='a', caption='b')",
        "claim('conv-sharing', x > 1, verdict='holds', found='much')",
        "if SCALE != 'smoke':\n    claim('a', True, verdict='holds', found='b')",
        "from c2a.scale import set_scale\n\nset_scale(SCALE)",
        "rates = tune(run, [0.1, 0.01])",
        "best = {name: training.tune(make, rates) for name, make in both.items()}",
        "assert x == 1\nassert y == 2, 'why'",
        "for a, b in pairs:\n    assert a == b",
        "if SCALE == 'cpu':\n    assert x > 1\nelse:\n    assert x",
        "with torch.no_grad():\n    assert torch.equal(f(x), y)",
        "ipywidgets.interact_manual(try_it, kernel=[1, 3])",
    ],
)
def test_machinery_is_folded_without_a_tag(source: str) -> None:
    assert folded(cell(source))


@pytest.mark.parametrize("tag", ["hide-input", "parameters", "weights-speller"])
def test_tags_fold_any_cell(tag: str) -> None:
    assert folded(cell(IDEA, "export", tag))


@pytest.mark.parametrize("kind", [FIGURE, WIDGET_VIEW])
def test_a_cell_that_shows_what_reacts_is_folded(kind: str) -> None:
    picture = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}}
    alive = {"output_type": "display_data", "data": {kind: {}}}
    assert not folded(cell("KernelPlayground()", outputs=(picture,)))
    assert folded(cell("KernelPlayground()", outputs=(picture, alive)))
