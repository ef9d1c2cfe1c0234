"""How much of what answers return is kept until the last one is judged."""

from collections.abc import Callable

from c2a.exercises.kit.cases import Reply
from c2a.exercises.kit.values import holds, parts

MUCH = 100_000  # numbers or letters of one value that are kept in any case
FEW = 1_000  # lists and what is in them, likewise; each takes as much as eight numbers


class Keeper:
    """Drops values that are far larger than the right ones.

    All replies to an exercise are kept until the last is judged, against every known
    mistake; millions of needless numbers in each would add up, in memory and in time.
    Needless parts of lists count over all replies together.
    """

    def __init__(self) -> None:
        self._room = MUCH

    def bounded(self, reply: Reply, args: tuple, right: Callable[[], Reply]) -> Reply:
        """The reply to a call with `args`, or one that says how much it was."""
        if reply.kind != "ok":
            return reply
        back, given = holds(reply.arguments or ()), holds(args)
        if back > FEW + 4 * given:
            error = f"arguments of {given:,} numbers or letters became {back:,}"
            return Reply(kind="unsupported", error=error, printed=reply.printed)
        held, pieces = holds(reply.value), parts(reply.value)
        if held <= MUCH and pieces <= FEW:
            return reply
        wanted = holds(right().value)
        needless = max(0, pieces - FEW - 4 * wanted)
        if held > MUCH + 4 * wanted or needless > self._room:
            error = f"{held:,} numbers or letters, where {wanted:,} are right"
            return Reply(kind="unsupported", error=error, printed=reply.printed)
        self._room -= needless
        return reply
