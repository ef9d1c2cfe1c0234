"""Train a model that ships: ``python -m c2a.publishing.weights NAME --device cuda``.

The training shows its progress and goes on from its last checkpoint after an
interruption. What is written is measured as it is stored: rounded, loaded anew, on the
cpu scale's held-out data, which a test measures again.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

from c2a import data, weights
from c2a.environment import ROOT
from c2a.errors import C2AError
from c2a.publishing.execute import graphics_card, processor
from c2a.publishing.weights.recipe import Recipe, find
from c2a.scale import Scale, set_scale
from c2a.weights.storage import decode, encode

SEED = 0
SCALES: dict[str, Scale] = {"cpu": "cpu", "cuda": "gpu"}


def make(recipe: Recipe, device: str, build: Path) -> dict[str, Any]:
    """Train, store and measure one model; return its record.

    Args:
        recipe: what to run.
        device: ``"cpu"``, or ``"cuda"`` for the gpu scale.
        build: the folder for checkpoints.
    """
    import torch

    from c2a.training import count_parameters, seed_everything

    scale = SCALES[device]
    set_scale(scale)
    torch.set_num_threads(1)
    checkpoint = build / f"{recipe.name}-{scale}-{recipe.digest}"
    with noted_data() as names, timed(checkpoint) as seconds:
        functions = recipe.functions()
        seed_everything(SEED)
        model = functions.build()
        history = functions.train(model, checkpoint)
    histories = history if isinstance(history, list) else [history]
    path = weights.FOLDER / f"{recipe.name}.npz"
    draft = store(model, recipe, build / path.name)
    untrained, metric = measured(recipe, draft)
    about = {
        "name": recipe.name,
        "notebook": recipe.notebook.name,
        "recipe": recipe.source,
        "data": sorted(set(names)),
        "seed": SEED,
        "steps": sum(len(history.loss) for history in histories),
        "seconds": round(seconds[0], 1),
        "scale": scale,
        "machine": graphics_card() if device == "cuda" else processor(),
        "torch": version("torch").partition("+")[0],
        "date": datetime.date.today().isoformat(),
        "metric": metric,
        "untrained": untrained,
        "parameters": count_parameters(model),
        "precision": recipe.precision,
        "bytes": draft.stat().st_size,
        "sha256": weights.sha256(draft),
    }
    draft.replace(path)
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    path.with_suffix(".json").write_text(text, "utf-8")
    for leftover in build.glob(f"{checkpoint.name}*"):
        leftover.unlink()
    return about


def store(model: Any, recipe: Recipe, path: Path) -> Path:
    """Write a model's weights, rounded as the recipe wants."""
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    state = {key: value.cpu().numpy() for key, value in model.state_dict().items()}
    np.savez_compressed(path, **encode(state, recipe.precision))  # type: ignore[arg-type]
    return path


def measured(recipe: Recipe, path: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Held-out numbers at the cpu scale, untrained and with the weights of a file."""
    import torch

    from c2a.training import seed_everything

    set_scale("cpu")
    functions = recipe.functions()
    results = []
    seed_everything(SEED)
    model = functions.build().eval()
    for load in (False, True):
        if load:
            state = decode(weights.read(path))
            model.load_state_dict({key: torch.tensor(a) for key, a in state.items()})
        seed_everything(SEED)  # for a measure that samples
        found = functions.measure(model)
        results.append({key: round(float(value), 4) for key, value in found.items()})
    return results[0], results[1]


@contextmanager
def noted_data() -> Iterator[list[str]]:
    """The names of the data sets that are loaded meanwhile."""
    names: list[str] = []
    load = data.load

    def noting(name: str) -> Any:
        names.append(name)
        return load(name)

    with patch.object(data, "load", noting):
        yield names


@contextmanager
def timed(checkpoint: Path) -> Iterator[list[float]]:
    """Seconds spent, those before interruptions included; the list has one number."""
    from c2a.training.experiments import clock

    file = checkpoint.with_name(f"{checkpoint.name}.seconds")
    spent = [float(file.read_text()) if file.exists() else 0.0]
    start = clock()
    try:
        yield spent
    finally:
        spent[0] += clock() - start
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(spent[0]))


def main(arguments: list[str] | None = None) -> int:
    """Make the weights that the command line names."""
    parser = argparse.ArgumentParser(description="Train a model that ships.")
    parser.add_argument("name", help="as in the tag weights-NAME of a chapter's cell")
    parser.add_argument("--device", choices=SCALES, default="cpu")
    options = parser.parse_args(arguments)
    os.environ.setdefault("C2A_PROGRESS", "1")
    try:
        recipe = find(options.name, ROOT)
        about = make(recipe, options.device, ROOT / "_build/weights")
    except C2AError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: the same command goes on from the last checkpoint.")
        return 130
    shown = ("metric", "untrained", "steps", "seconds", "parameters", "bytes")
    print(f"{options.name}: " + ", ".join(f"{key} {about[key]}" for key in shown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
