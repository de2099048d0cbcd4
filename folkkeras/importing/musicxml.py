"""Read MusicXML with one part, by way of music21."""

import logging
from typing import Any

from folkkeras.errors import CorpusError
from folkkeras.importing.notes import Notes

MAX_BYTES = 2**25  # of a score


def tune(data: bytes, name: str, notes: Notes) -> str:
    """The tune of a MusicXML score as ABC; of a bar with several voices, the first.

    Args:
        data: the score, in MusicXML 1.0 to 4.0.
        name: its name in error messages.
        notes: what cannot be kept is counted there.

    Raises:
        CorpusError: it is damaged, too large, or has several parts or no notes.
    """
    if len(data) > MAX_BYTES:
        raise CorpusError(f"{name} is larger than {MAX_BYTES // 2**20} MB: give a score of one tune")
    from music21 import converter

    logging.getLogger("music21").setLevel(logging.ERROR)
    try:
        score = converter.parseData(data, format="musicxml")
        return _abc(score, name, notes)
    except CorpusError:
        raise
    except Exception as error:  # music21 raises errors of many kinds for a damaged score
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise CorpusError(f"{name} cannot be read as MusicXML ({why}): export it again") from error


def _abc(score: Any, name: str, notes: Notes) -> str:
    from folkkeras.importing.part import PartWriter
    from folkkeras.importing.signatures import tempo_of

    parts = list(score.parts)
    if len(parts) != 1:
        raise CorpusError(f"{name} has {len(parts)} parts or staves: export the melody alone")
    if not parts[0].recurse().notes:
        raise CorpusError(f"{name} has no notes: export it again")
    about = score.metadata
    fields = {
        "T": _line(about.bestTitle if about else ""),
        "C": _line(about.composer if about else ""),
        "R": _line(about.getCustom("rhythm")[0]) if about and about.getCustom("rhythm") else "",
        "Q": tempo_of(parts[0]),
    }
    return PartWriter(parts[0], notes).abc(fields)


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())
