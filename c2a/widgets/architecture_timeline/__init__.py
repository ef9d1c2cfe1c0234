"""Place forty years of architectures on a line, then see how far off you were."""

from __future__ import annotations

from typing import Any

import traitlets

from c2a.widgets.architecture_timeline.events import THREADS, Event, events
from c2a.widgets.toolkit import InteractiveFigure, Still

__all__ = ["THREADS", "ArchitectureTimeline", "Event", "events"]

START, END = 1975, 2026


class ArchitectureTimeline(InteractiveFigure):
    """Guess the year of an idea; its date appears once you have guessed.

    Args:
        traits: any of `chosen` (an event's place in the list), `guess` (a year),
            `guesses` (from the event's place to the year guessed), `dates` ("first" for
            the year in which it could first be read, "published" for the journal or
            conference), `all` (every date is shown).
    """

    threads: traitlets.List[Any] = traitlets.List().tag(sync=True)
    chosen = traitlets.Int(0, min=0, max=len(events()) - 1).tag(sync=True)
    guess = traitlets.Int(2000, min=START, max=END).tag(sync=True)
    guesses = traitlets.Dict().tag(sync=True)
    dates = traitlets.Enum(["first", "published"], "first").tag(sync=True)
    all = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        threads = [
            [name, [[*event[:3], event.note] for event in thread]]
            for name, thread in THREADS.items()
        ]
        super().__init__(threads=threads, **traits)

    def known(self, number: int) -> bool:
        """Whether the date of an event is shown."""
        return self.all or str(number) in self.guesses

    @property
    def alt(self) -> str:
        shown = [
            f"{event.name} {getattr(event, self.dates)}"
            for number, event in enumerate(events())
            if self.known(number)
        ]
        count = len(events())
        what = ", ".join(shown) if shown else "no date is shown before a guess"
        return f"A line of years from {START} to {END} for {count} ideas: {what}."

    def still(self) -> Still:
        height, left, width = 17, 250, 330
        still = Still(left + width + 20, height * len(events()) + 26)

        def x(year: int) -> float:
            return left + width * (year - START) / (END - START)

        for year in range(1980, END, 10):
            still.line([(x(year), 18), (x(year), still.height)], color="faint", width=1)
            still.text(x(year), 12, str(year), size=11)
        for number, event in enumerate(events()):
            y = 24 + height * (number + 0.5)
            still.text(left - 12, y + 4, event.name, size=11, anchor="end")
            if self.known(number):
                still.circle(
                    x(getattr(event, self.dates)), y, 4, fill="accent", stroke="accent"
                )
        return still
