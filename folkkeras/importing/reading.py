"""Recognise a file's format by its content, and read its tunes as text in ABC notation."""

import codecs
from collections.abc import Iterator

from folkkeras.errors import CorpusError
from folkkeras.importing import archives, folk_rnn, records
from folkkeras.importing.notes import Notes
from folkkeras.importing.the_session import ALL_SETTINGS
from folkkeras.notation.decoding import decode

_SCORES = (b"<score-partwise", b"<score-timewise")


def abc_texts(
    data: bytes, name: str, notes: Notes, *, settings: str = ALL_SETTINGS, several: bool = False
) -> Iterator[str]:
    """Yield the tunes of a file in ABC notation.

    Args:
        data: the file: tunes in ABC notation; records of The Session or IrishMAN in CSV, JSON or JSON lines; folk-rnn's
            tokens; MusicXML; MIDI; or any of these in a gzip or zip file.
        name: the file's name in error messages.
        notes: what is noticed is added to them; new ones unless it is one of several files.
        settings: of The Session's tunes, read "all" settings of each, or only the "first".
        several: whether it is one of several files. A score among several, also in an archive, that cannot be read as
            one melody is left out, and noted.

    Yields:
        texts in ABC notation: the whole text of a file in ABC notation, else one tune at a time.

    Raises:
        CorpusError: the file is damaged, or in another format.
    """
    found = False
    for text in _texts(data, name, notes, settings=settings, depth=archives.MAX_DEPTH):
        found = True
        yield text
    if notes.unread and not (found or several):
        raise next(iter(notes.unread.values()))


def _texts(data: bytes, name: str, notes: Notes, *, settings: str, depth: int) -> Iterator[str]:
    if archives.is_gzip(data) or archives.is_zip(data):
        if not depth:
            raise CorpusError(f"{name} contains too many archives in archives: unpack it and give the folder")
        files = (
            [(name.removesuffix(".gz"), archives.unpacked_gzip(data, name))]
            if archives.is_gzip(data)
            else archives.unpacked_zip(data, name)
        )
        for inner, content in files:
            yield from _texts(content, inner, notes, settings=settings, depth=depth - 1)
    elif data.startswith(b"MThd") or _is_musicxml(data):
        try:
            tune = _tune_of_score(data, name, notes)
        except CorpusError as error:
            notes.unread[name] = error
        else:
            yield tune
    else:
        yield from _texts_in(decode(data, name), name, notes, settings=settings)


def _texts_in(text: str, name: str, notes: Notes, *, settings: str) -> Iterator[str]:
    if records.is_json(text):
        yield from records.tunes_in_json(text, name, notes, settings=settings)
    elif records.is_table(text):
        yield from records.tunes_in_table(text, name, notes, settings=settings)
    elif folk_rnn.is_folk_rnn(text):
        yield from folk_rnn.tunes(text, notes)
    else:
        yield text


def _tune_of_score(data: bytes, name: str, notes: Notes) -> str:
    if data.startswith(b"MThd"):
        from folkkeras.importing.midi import tune
    else:
        from folkkeras.importing.musicxml import tune
    return tune(data, name, notes)


def _is_musicxml(data: bytes) -> bool:
    head = data[:4_096].removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip()  # UTF-16 has a 0 beside each letter
    return head.startswith((b"<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and any(kind in head for kind in _SCORES)
