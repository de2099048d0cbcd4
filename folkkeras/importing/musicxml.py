"""Read MusicXML with one part, by way of music21."""

import codecs
import logging
import re
from typing import Any

from folkkeras.errors import CorpusError
from folkkeras.importing.notes import Notes
from folkkeras.notation.decoding import LATIN_1_BYTES

MAX_BYTES = 2**25  # of a score
_DECLARATION = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)[^>]*\?>""")


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
        score = converter.parseData(_in_utf_8(data), format="musicxml")
        return _abc(score, name, notes)
    except CorpusError:
        raise
    except Exception as error:  # music21 raises errors of many kinds for a damaged score
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise CorpusError(f"{name} cannot be read as MusicXML ({why}): export it again") from error


def _in_utf_8(data: bytes) -> bytes:
    """An XML document in UTF-8: it is decoded by its byte order mark, or else by the encoding that it declares.

    Some programs declare UTF-8 and write Latin-1.

    Source: XML 1.0, appendix F.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16")
    else:
        declared = _DECLARATION.match(data)
        text = data.decode(declared[1].decode() if declared else "utf-8-sig", LATIN_1_BYTES)
    return _DECLARATION.sub(b"<?xml version='1.0'?>", text.encode(), count=1)


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
