"""Which notes of a bar are grouped: by beams, and by the brackets of tuplets."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from folkkeras.music.render.musicxml.noteheads import heads
from folkkeras.music.tune import Event


def beams(events: Sequence[Event]) -> Mapping[int, list[str]]:
    """By place, the beams of each note that has some, the longest first.

    Those notes are beamed that are shorter than a quarter and written without a space between.
    """
    found: dict[int, list[str]] = {}
    group: dict[int, int] = {}  # place -> how many beams
    for place in range(len(events) + 1):
        event = events[place] if place < len(events) else None
        flags = _flags(event) if event is not None else 0
        if event is not None and flags and event.joined and group:
            group[place] = flags
            continue
        if len(group) > 1:
            found.update(zip(group, beams_of(list(group.values())), strict=True))
        group = {place: flags} if flags else {}
    return found


def beams_of(flags: Sequence[int]) -> list[list[str]]:
    """The beams of each note of one group, from how many flags each would have alone."""
    found = []
    for place, own in enumerate(flags):
        before, after = flags[place - 1] if place else 0, flags[place + 1] if place + 1 < len(flags) else 0
        kinds = []
        for level in range(1, own + 1):
            if before >= level:
                kinds.append("continue" if after >= level else "end")
            elif after >= level:
                kinds.append("begin")
            else:
                kinds.append("backward hook" if before else "forward hook")
        found.append(kinds)
    return found


def brackets(events: Sequence[Event]) -> Mapping[int, list[str]]:
    """By place, where tuplets start and stop, each closed even where its notes do not suffice."""
    found: dict[int, list[str]] = {}
    began: int | None = None
    for place, event in enumerate(events):
        if event.tuplet is None:
            continue
        if began is None or event.tuplet.first:
            began = place
            found[place] = ["start"]
        follower = events[place + 1].tuplet if place + 1 < len(events) else None
        if event.tuplet.last or follower is None or follower.first:
            found.setdefault(place, []).append("stop")
            began = None
    return found


def _flags(event: Event) -> int:
    """How many flags the one notehead of an event has; of several, none is beamed."""
    shown = heads(event.length, event.tuplet) if event.pitches else ()
    if len(shown) != 1 or shown[0].base >= Fraction(1, 4):
        return 0
    return shown[0].base.denominator.bit_length() - 3
