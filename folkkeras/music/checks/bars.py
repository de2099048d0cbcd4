"""Whether bars are full: the one check, here and everywhere.

A bar is full when its events add up to its metre. A shorter one is right where a section begins or ends:
at the beginning and the end of the tune, at a repeat sign, a double bar or an ending, for there stands a
pick-up, or the bar that a pick-up completes. A section that is one short bar is none, unless an ending or a
pick-up. A longer bar is never right, but for rests of several bars (Z4), and a tune has a full bar at least.
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
        if (length > full and not _rests_for_bars(bar, full)) or (length < full and not _may_be_short(place, bars)):
            faults.append(Fault(f"it has {of_full(length, full)}", bar.line, bar.number))
        for voice in bar.overlays:
            beside = sum((event.length for event in voice), Fraction())
            if beside != length:
                faults.append(Fault(f"the voice behind its & has {of_full(beside, length)}", bar.line, bar.number))
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


def _rests_for_bars(bar: Bar, full: Fraction) -> bool:
    return len(bar.events) == 1 and not bar.events[0].pitches and (bar.length / full).denominator == 1


def of_full(length: Fraction, full: Fraction) -> str:
    """Such as "7 of 8 eighths", in the coarsest unit in which both are whole."""
    for unit, name in _UNITS.items():
        if (length * unit).denominator == 1 and (full * unit).denominator == 1:
            return f"{length * unit} of {full * unit} {name}"
    return f"{float(length * 8):.2f} of {float(full * 8):g} eighths"
