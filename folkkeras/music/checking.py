"""Whether bars are full: the one check, here and everywhere.

A bar is full when its events add up to its metre. A shorter one is right where a section begins or ends:
at the beginning and the end of the tune, at a repeat sign, a double bar or an ending, for there stands a
pick-up, or the bar that a pick-up completes. A longer one is never right.
"""

from collections.abc import Sequence
from fractions import Fraction

from folkkeras.music.tune import Bar, Fault

_UNITS = {8: "eighths", 16: "sixteenths", 32: "thirty-seconds", 64: "sixty-fourths"}


def bar_faults(bars: Sequence[Bar]) -> list[Fault]:
    """The bars that are not full; bars in a free metre have no measure."""
    faults = []
    for place, bar in enumerate(bars):
        if bar.metre is None:
            continue
        full, length = bar.metre.length, bar.length
        at_edge = place in (0, len(bars) - 1) or any(line and line.divides for line in (bar.before, bar.after))
        if length > full or (length < full and not at_edge):
            faults.append(Fault(f"it has {_of(length, full)}", bar.line, bar.number))
    return faults


def _of(length: Fraction, full: Fraction) -> str:
    """Such as "7 of 8 eighths", in the coarsest unit in which both are whole."""
    for unit, name in _UNITS.items():
        if (length * unit).denominator == 1 and (full * unit).denominator == 1:
            return f"{length * unit} of {full * unit} {name}"
    return f"{float(length * 8):.2f} of {float(full * 8):g} eighths"
