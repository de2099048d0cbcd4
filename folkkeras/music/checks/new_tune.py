"""All that a new tune must not have: the faults of `read_tune`, and parts that do not join."""

from folkkeras.music.checks.structure import structure_faults
from folkkeras.music.tune import Fault, Tune


def new_tune_faults(tune: Tune, *, ended: bool = True) -> list[Fault]:
    """The faults of a new tune or of its beginning.

    Args:
        tune: the tune.
        ended: whether it has ended; if not, what more music can still mend is no fault.
    """
    faults = [fault for fault in tune.faults if ended or not fault.open]
    return faults + structure_faults(tune, ended=ended)
