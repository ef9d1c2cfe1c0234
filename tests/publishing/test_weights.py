"""From a tagged cell to shipped weights: trained, resumed, stored, measured, served."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
import torch
from torch import nn

from c2a import weights, widgets
from c2a.publishing import weights as publishing
from c2a.publishing.node import find_node
from c2a.publishing.weights import __main__ as command
from c2a.publishing.weights.recipe import RecipeError, find, recipes, same_code
from c2a.scale import set_scale
from c2a.training import experiments
from c2a.widgets.toolkit.bundle import bundle

TOOLKIT = Path(widgets.__file__).parent / "toolkit"

EXPORTED = '''
import torch
from torch import nn

def make_net():  # a comment
    """A small net."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, WIDTH), nn.ReLU(), last())

WIDTH = 16

def unrelated():
    return 1
'''
ALSO_EXPORTED = """
def last():
    return nn.Linear(WIDTH, 10)
"""
RECIPE = """
from c2a.data import load
from c2a.training import accuracy, fit

digits = load("digits")

def pair(images, labels):
    return torch.tensor(images, dtype=torch.float32) / 16, torch.tensor(labels)

train = pair(digits.train_images, digits.train_labels)
test = pair(digits.test_images, digits.test_labels)

def build_small_net():
    return make_net()

def train_small_net(model, checkpoint):
    options = {"epochs": 6, "learning_rate": 0.02, "batch_size": 40}
    return fit(model, *train, **options, checkpoint=checkpoint)

def measure_small_net(model):
    return {"accuracy": accuracy(model, *test)}
"""
TAGS = ("export", "export", "weights-small-net")


def small_net():
    """The net of the recipe."""
    layers = nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10)
    return nn.Sequential(*layers)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A function that writes a book of one chapter; weights go to its folder."""
    monkeypatch.setattr(weights, "FOLDER", tmp_path / "weights")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setenv("C2A_PROGRESS", "0")
    weights.FOLDER.mkdir()

    def written(*sources, recipe=RECIPE, tags=TAGS):
        cells = [nbformat.v4.new_code_cell("raise SystemError('never run')")]
        sources = sources or (EXPORTED, ALSO_EXPORTED)
        for source, tag in zip([*sources, recipe], tags, strict=True):
            cell = nbformat.v4.new_code_cell(source.strip())
            cell.metadata["tags"] = tag.split()
            cells.append(cell)
        path = tmp_path / "book" / "01-nets.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return tmp_path

    yield written
    set_scale("cpu")


def test_a_recipe_becomes_weights_that_measure_as_recorded(book, capsys):
    root = book()
    assert command.main(["small-net"]) == 0
    assert "small-net: metric {'accuracy': 0.9" in capsys.readouterr().out
    record = weights.record("small-net")
    assert record["steps"] == 180
    assert record["data"] == ["digits"]
    assert record["metric"]["accuracy"] > 0.85
    assert record["untrained"]["accuracy"] < 0.3
    assert record["parameters"] == 64 * 16 + 16 + 16 * 10 + 10
    path = weights.FOLDER / "small-net.npz"
    assert record["bytes"] == path.stat().st_size < 4000
    again = command.measured(find("small-net", root), path)
    assert again == (record["untrained"], record["metric"])
    assert list((root / "_build/weights").iterdir()) == []

    net = small_net()
    assert weights.load_into(net, "small-net") is net
    assert not net.training


def test_an_interrupted_training_goes_on_and_ends_with_the_same_bytes(
    book, monkeypatch
):
    book()
    command.main(["small-net"])
    file = weights.FOLDER / "small-net.npz"
    whole = file.read_bytes()
    file.unlink()

    step, calls = torch.optim.AdamW.step, []

    def interrupted_step(self, *arguments, **options):
        calls.append(1)
        if len(calls) == 100:
            raise KeyboardInterrupt
        return step(self, *arguments, **options)

    monkeypatch.setattr(torch.optim.AdamW, "step", interrupted_step)
    assert command.main(["small-net"]) == 130
    assert not file.exists()
    assert command.main(["small-net"]) == 0
    assert len(calls) == 100 + 180 - 90  # on from the third of six epochs
    assert file.read_bytes() == whole


def test_seconds_before_an_interruption_count(tmp_path, monkeypatch):
    now = 100.0
    monkeypatch.setattr(experiments, "clock", lambda: now)
    with suppress(KeyboardInterrupt), command.timed(tmp_path / "net"):
        now += 2
        raise KeyboardInterrupt
    now += 1000
    with command.timed(tmp_path / "net") as seconds:
        now += 3
    assert seconds == [5.0]


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_a_tag_chooses_one_byte_a_weight(book, precision):
    book(tags=(*TAGS[:2], f"weights-small-net {precision}"))
    assert command.main(["small-net"]) == 0
    assert weights.record("small-net")["precision"] == precision
    assert weights.record("small-net")["metric"]["accuracy"] > 0.85
    stored = weights.read(weights.FOLDER / "small-net.npz")
    assert stored["1.weight"].dtype == precision


def test_drift_is_found_where_the_recipe_changes_and_only_there(book):
    before = find("small-net", book()).source
    assert "def make_net" in before
    assert "def last" in before
    assert "unrelated" not in before

    def source(*exported, recipe=RECIPE):
        return find("small-net", book(*exported, recipe=recipe)).source

    other = EXPORTED.replace("return 1", "return 2").replace("# a comment", "")
    assert same_code(source(other, ALSO_EXPORTED), before)
    wider = EXPORTED.replace("WIDTH = 16", "WIDTH = 17")
    assert not same_code(source(wider, ALSO_EXPORTED), before)
    longer = RECIPE.replace('"epochs": 6', '"epochs": 7')
    assert not same_code(source(EXPORTED, ALSO_EXPORTED, recipe=longer), before)


def test_a_recipe_that_needs_an_untagged_cell_says_so(book, capsys):
    book(EXPORTED, "x = 1")
    assert command.main(["small-net"]) == 1
    assert "Undefined name `last`" in capsys.readouterr().err


def test_a_recipe_without_its_functions_says_which(book):
    root = book(recipe="def build_small_net(): pass")
    with pytest.raises(RecipeError, match="define train_small_net, measure_small_net"):
        find("small-net", root).functions()


def test_unknown_and_doubled_names_are_refused(book):
    root = book()
    with pytest.raises(RecipeError, match="recipes for: small-net"):
        find("large-net", root)
    book(tags=("weights-small-net", *TAGS[1:]))
    with pytest.raises(RecipeError, match="Two cells are tagged 'weights-small-net'"):
        recipes(root)


def test_damaged_and_unknown_weights_say_what_to_do(book):
    book()
    command.main(["small-net"])
    with pytest.raises(weights.WeightsError, match="there are: small-net"):
        weights.load_weights("large-net")
    file = weights.FOLDER / "small-net.npz"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(weights.WeightsError, match="damaged"):
        weights.load_weights("small-net")


FIGURE = """
import {{ readFileSync }} from "node:fs";
import {{ readWeights }} from "{weights}";
import {{ dense }} from "{dense}";
const read = readWeights(new Uint8Array(readFileSync("{file}")));
const data = Float32Array.from({{ length: 64 }}, (_, i) => i / 64);
const image = {{ shape: [64], data }};
const hidden = dense(image, read["1.weight"], read["1.bias"]);
hidden.data = hidden.data.map((value) => Math.max(value, 0));
const logits = dense(hidden, read["3.weight"], read["3.bias"]);
console.log(JSON.stringify(Array.from(logits.data)));
"""


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_a_figure_computes_from_the_sites_file_what_torch_computes(book, precision):
    root = book(tags=(*TAGS[:2], f"weights-small-net {precision}"))
    command.main(["small-net"])
    publishing.write(root / "site")
    file = root / "site/_static/weights/small-net.safetensors"
    names = {"file": file.as_posix()}
    for part in ("weights", "dense"):
        module = root / f"{part}.mjs"
        module.write_text(bundle(TOOLKIT / f"nn/{part}.js"))
        names[part] = module.as_uri()
    script = root / "figure.mjs"
    script.write_text(FIGURE.format(**names))
    done = subprocess.run(
        [find_node(), str(script)], capture_output=True, text=True, check=True
    )
    net = weights.load_into(small_net(), "small-net")
    expected = net(torch.arange(64.0)[None] / 64)[0].detach()
    found = torch.tensor(json.loads(done.stdout))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)
    assert expected.abs().max() > 0.5
