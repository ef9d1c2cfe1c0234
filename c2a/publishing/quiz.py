"""Self-check questions: plain Markdown and HTML that work with nothing running.

A question is a bold paragraph that starts with its number. Its options follow as
``<details>`` elements, which open by mouse, keyboard and screen reader, in JupyterLab
and on the page, with or without JavaScript:

    **1. How wide is the output of a 5 × 5 kernel with stride 2 on 32 pixels?**

    <details class="quiz right"><summary>14</summary>

    Right. (32 − 5)/2 + 1 = 14.5, and the layer takes the floor.

    </details>
    <details class="quiz wrong"><summary>14.5</summary>

    Not quite. A position either fits or does not, so the formula needs its floor.

    </details>

The blank lines make the explanation Markdown, so that mathematics and links work in
it. They do not work in a summary on the page, which may hold inline HTML. The verdict
is a word, as color alone does not reach everybody. The tests hold every chapter to
``faults``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

QUESTIONS = range(4, 9)
_QUESTION = re.compile(r"^\*\*(\d+)\.\s+(.+?)\*\*$", re.MULTILINE | re.DOTALL)
_OPTION = re.compile(
    r'<details class="quiz (right|wrong)">\s*<summary>(.*?)</summary>(.*?)</details>',
    re.DOTALL,
)
_OPENING = {"right": "Right", "wrong": "Not quite"}


@dataclass(frozen=True)
class Option:
    """An answer to choose, with what it means to have chosen it."""

    verdict: str  # "right" or "wrong"
    text: str
    explanation: str


@dataclass(frozen=True)
class Question:
    """A question and its answers."""

    number: int
    text: str
    options: list[Option] = field(default_factory=list)


def read_questions(markdown: str) -> list[Question]:
    """The questions in the Markdown of a chapter (its cells joined by blank lines)."""
    starts = [
        match
        for match in _QUESTION.finditer(markdown)
        if _OPTION.match(markdown[match.end() :].lstrip())
    ]
    ends = [match.start() for match in starts[1:]] + [len(markdown)]
    return [
        Question(
            int(start[1]),
            start[2],
            [
                Option(option[1], option[2].strip(), option[3])
                for option in _OPTION.finditer(markdown, start.end(), end)
            ],
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def faults(markdown: str) -> list[str]:
    """What is wrong with the questions of a chapter, one sentence each."""
    questions = read_questions(markdown)
    found = []
    if len(questions) not in QUESTIONS:
        found.append(f"There are {len(questions)} questions; 4 to 8 are wanted.")
    if markdown.count('class="quiz') != sum(len(q.options) for q in questions):
        found.append("An option belongs to no question or is not written as it should.")
    for place, question in enumerate(questions, start=1):
        name = f"Question {question.number}"
        if question.number != place:
            found.append(f"{name} should have the number {place}.")
        if len(question.options) < 2:
            found.append(f"{name} has fewer than two options.")
        if not any(option.verdict == "right" for option in question.options):
            found.append(f"{name} has no right option.")
        for option in question.options:
            found += _option_faults(f"{name}, option {option.text!r}", option)
    return found


def _option_faults(name: str, option: Option) -> list[str]:
    found = []
    body = option.explanation
    opening = _OPENING[option.verdict]
    if "$" in option.text or "`" in option.text or "**" in option.text:
        found.append(f"{name}: Markdown does not work in a summary.")
    if not (body.startswith("\n\n") and body.endswith("\n\n")):
        found.append(f"{name}: a blank line must stand before and after it.")
    words = body.strip()
    if not words.startswith(opening):
        found.append(f"{name}: the explanation must start with {opening!r}.")
    if len(words.removeprefix(opening).split()) < 5:
        found.append(f"{name}: the explanation does not say why.")
    return found
