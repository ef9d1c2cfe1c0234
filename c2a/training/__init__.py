"""Training for all chapters: one loop, and what turns its runs into evidence.

``loop`` trains, ``evaluation`` measures, ``sequences`` makes batches of unequal
lengths, ``experiments`` repeats over seeds, tunes rates and turns seconds into steps.
"""

from c2a.training.evaluation import accuracy, count_parameters, predict
from c2a.training.experiments import Result, Tuning, calibrate, repeat, tune
from c2a.training.loop import (
    History,
    TrainingError,
    batches,
    constant,
    fit,
    one_cycle,
    seed_everything,
)
from c2a.training.sequences import mask, pack, pad

__all__ = [
    "History",
    "Result",
    "TrainingError",
    "Tuning",
    "accuracy",
    "batches",
    "calibrate",
    "constant",
    "count_parameters",
    "fit",
    "mask",
    "one_cycle",
    "pack",
    "pad",
    "predict",
    "repeat",
    "seed_everything",
    "tune",
]
