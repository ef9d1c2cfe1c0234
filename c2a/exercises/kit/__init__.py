"""All that a chapter's exercises are declared with."""

from c2a.exercises.kit.cases import Mistake
from c2a.exercises.kit.declare import (
    Group,
    after,
    declare,
    given,
    raising_like,
    with_methods,
)
from c2a.exercises.kit.design import ACCURACY, Metric, Trial, design
from c2a.exercises.kit.driver import DeclarationError
from c2a.exercises.kit.inputs import FORMS, FORMS32, Draw, such_that
from c2a.exercises.kit.questions import Ask, questions
from c2a.exercises.kit.values import Tensor

__all__ = [
    "ACCURACY",
    "FORMS",
    "FORMS32",
    "Ask",
    "DeclarationError",
    "Draw",
    "Group",
    "Metric",
    "Mistake",
    "Tensor",
    "Trial",
    "after",
    "declare",
    "design",
    "given",
    "questions",
    "raising_like",
    "such_that",
    "with_methods",
]
