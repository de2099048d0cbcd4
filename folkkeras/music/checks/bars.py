"""Check that bars are full. All code uses this one check.

A bar is full if its events add up to its metre. A shorter bar is correct where a section begins or ends: at the
beginning or the end of the tune, at a repeat sign, a double bar or an ending. It is then a pick-up, or the bar that a
pick-up completes. A section of a single short bar is correct only as an ending or a pick-up. A longer bar is never
correct, except for rests of several bars (Z4). A tune has at least one full bar.
"""

from collections.abc import Sequence
from fractions import Fraction

from folkkeras.music.tune import Bar, Fault, rest_bars

_UNITS = {8: "eighths", 16: "sixteenths", 32: "thirty-seconds", 64: "sixty-fourths"}


def bar_faults(bars: Sequence[Bar]) -> list[Fault]:
    """Find the bars that are not full; bars in free metre are always correct."""
    faults = []
    for place, bar in enumerate(bars):
        if bar.metre is None:
            continue
        full, length = bar.metre.length, bar.length
        if (length > full and not rest_bars(bar)) or (length < full and not _may_be_short(place, bars)):
            faults.append(Fault(f"it has {of_full(length, full)}", bar.line, bar.number))
        for voice in bar.overlays:
            beside = sum((event.length for event in voice), Fraction())
            if beside != length:
                faults.append(Fault(f"the voice after its & has {of_full(beside, length)}", bar.line, bar.number))
    if bars and all(bar.metre and bar.length < bar.metre.length for bar in bars):
        faults.append(Fault("it has no full bar", open=True))
    return faults


def _may_be_short(place: int, bars: Sequence[Bar]) -> bool:
    before, after = bars[place].before, bars[place].after
    begins, ends = (bool(line and line.divides) for line in (before, after))
    if place in (0, len(bars) - 1):
        return True
    if begins and ends:
        return bool(before and before.endings) or bool(after and (after.endings or after.repeat_start))
    return begins or ends


def of_full(length: Fraction, full: Fraction) -> str:
    """Compare two lengths, as in "7 of 8 eighths", in the coarsest unit in which both are integers."""
    for unit, name in _UNITS.items():
        if (length * unit).denominator == 1 and (full * unit).denominator == 1:
            return f"{length * unit} of {full * unit} {name}"
    return f"{float(length * 8):.2f} of {float(full * 8):g} eighths"
