"""Sets: tunes that are played one after another without a pause, as at a dance or a session."""

from collections.abc import Sequence

from folkkeras.music.tune import Tune

TIMES_IN_SET = 3  # how often sessions play each tune of a set


def times_played(times: int | None, *, as_set: bool) -> int:
    """How often each tune is played: `times`, if it is given; else once, or in a set as sessions do."""
    return times if times is not None else TIMES_IN_SET if as_set else 1


def set_title(tunes: Sequence[Tune]) -> str:
    """The title of a set, from the titles of its tunes; of one tune, its own."""
    return " / ".join(tune.title or f"X:{tune.reference}" for tune in tunes) if len(tunes) > 1 else tunes[0].title
