"""The instruments that a tune can be played on, of General MIDI's sounds."""

from dataclasses import dataclass

from folkkeras.errors import UsageError


@dataclass(frozen=True)
class Instrument:
    """A sound of General MIDI."""

    name: str
    program: int  # from 0


INSTRUMENTS = {
    instrument.name: instrument
    for instrument in (
        Instrument("fiddle", 110),
        Instrument("flute", 73),
        Instrument("whistle", 74),  # the recorder; General MIDI's "whistle" is a person's
        Instrument("pipes", 109),
        Instrument("accordion", 20),  # the reed organ, free reeds too; the sound font's accordion is out of tune
        Instrument("harp", 46),
        Instrument("piano", 0),
    )
}
DEFAULT_INSTRUMENT = "flute"


def instrument(name: str) -> Instrument:
    """The instrument of a name.

    Raises:
        UsageError: there is none.
    """
    if name not in INSTRUMENTS:
        raise UsageError(f"--instrument {name!r} is not one of {', '.join(INSTRUMENTS)}")
    return INSTRUMENTS[name]
