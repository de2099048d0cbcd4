"""The key, metre and tempo of a music21 part, as ABC names them."""

from fractions import Fraction
from typing import Any

from music21 import key, meter, note, stream, tempo

from folkkeras.notation.keys import MODES, Key, place_of


def key_of_signature(signature: key.KeySignature | None, last: Any) -> Key:
    """The key; without a mode, that mode of the signature whose tonic is the last note, or major.

    An unusual signature counts as none, so that each of its accidentals is written.
    """
    sharps = signature.sharps if signature is not None and signature.sharps is not None else 0
    if isinstance(signature, key.Key) and signature.mode[:3] in MODES:
        mode = {"ion": "maj", "aeo": "min"}.get(signature.mode[:3], signature.mode[:3])
        return Key(sharps - MODES[mode], mode)
    if isinstance(last, note.Note):
        alter = {-1: "b", 0: "", 1: "#"}.get(int(last.pitch.alter))
        for mode in ("maj", "mix", "dor", "min"):
            if alter is not None and place_of(last.pitch.step, alter) == sharps - MODES[mode]:
                return Key(sharps - MODES[mode], mode)
    return Key(sharps, "maj")


def metre_of(measure: stream.Measure) -> str:
    """The value of an M field; empty if the measure has no time signature."""
    found = measure.timeSignature
    if not isinstance(found, meter.TimeSignature):
        return ""
    return {"common": "C", "cut": "C|"}.get(found.symbol, f"{found.numerator}/{found.denominator}")


def tempo_of(part: stream.Part) -> str:
    """The value of a Q field; empty if the part has no tempo mark with a number."""
    for mark in part.recurse().getElementsByClass(tempo.MetronomeMark):
        if mark.number and not mark.numberImplicit:
            return f"{Fraction(mark.referent.quarterLength) / 4}={round(mark.number)}"
    return ""
