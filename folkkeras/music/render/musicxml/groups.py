"""The groups of notes in a bar: beams and tuplet brackets."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from folkkeras.music.render.musicxml.noteheads import heads
from folkkeras.music.tune import Event


def beams(events: Sequence[Event]) -> Mapping[int, list[str]]:
    """The beams of each beamed note, by index, the longest beam first.

    Notes are beamed if they are shorter than a quarter and written without a space between them.
    """
    found: dict[int, list[str]] = {}
    group: dict[int, int] = {}  # index -> number of beams
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
    """The beams of each note in a group, from the number of flags that each would have alone."""
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
    """Where tuplets start and stop, by index; a tuplet is closed even if it has too few notes."""
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
    """The number of flags of an event's only notehead; 0 if it has several, since these are not beamed."""
    shown = heads(event.length, event.tuplet) if event.pitches else ()
    if len(shown) != 1 or shown[0].base >= Fraction(1, 4):
        return 0
    return shown[0].base.denominator.bit_length() - 3
