"""How tunes are played, from the options that say so."""

from folkkeras.music.render.performance import Playing
from folkkeras.music.render.sets import TIMES_IN_SET


def playing_of(
    *,
    tempo: float | None,
    transpose: int,
    repeats: bool,
    swing: bool,
    accompaniment: bool,
    as_set: bool,
    times: int | None,
) -> Playing:
    """Collect the options; the tunes of a set are played several times unless `times` says how often.

    Raises:
        UsageError: a value is out of range.
    """
    if times is None:
        times = TIMES_IN_SET if as_set else 1
    return Playing(
        tempo=tempo, transpose=transpose, repeats=repeats, swing=swing, accompaniment=accompaniment, times=times
    )
