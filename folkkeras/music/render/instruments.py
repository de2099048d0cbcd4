"""The General MIDI instruments on which a tune can be played."""

from dataclasses import dataclass

from folkkeras.errors import UsageError


@dataclass(frozen=True)
class Instrument:
    """A General MIDI instrument."""

    name: str
    program: int  # General MIDI program number, from 0


INSTRUMENTS = {
    instrument.name: instrument
    for instrument in (
        Instrument("fiddle", 110),
        Instrument("flute", 73),
        Instrument("whistle", 74),  # the recorder; General MIDI's "whistle" is a person whistling
        Instrument("pipes", 109),
        Instrument("accordion", 20),  # the reed organ has free reeds too; the sound font's accordion is out of tune
        Instrument("harp", 46),
        Instrument("piano", 0),
    )
}
DEFAULT_INSTRUMENT = "flute"


def instrument(name: str) -> Instrument:
    """Look up an instrument by its name, in upper or lower case.

    Raises:
        UsageError: no instrument has this name.
    """
    found = INSTRUMENTS.get(name.lower())
    if found is None:
        raise UsageError(f"--instrument {name!r} is not one of {', '.join(INSTRUMENTS)}")
    return found
