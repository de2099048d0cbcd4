"""Decode the bytes of a tune file: encodings, line ends, and files that are not text."""

import codecs

from folkkeras.errors import CorpusError

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LATIN_1_BYTES = "folkkeras.latin-1"  # a handler of errors: invalid bytes are read as Latin-1
_HTML = (b"<!doctype html", b"<html", b"<head", b"<?xml")


def decode(data: bytes, name: str) -> str:
    """Decode a tune file as UTF-8, and bytes that are not UTF-8 as Latin-1.

    Byte order marks are removed, and line ends become `\\n`.

    Args:
        data: the file's bytes.
        name: the file's name in error messages.

    Raises:
        CorpusError: the file is empty, MIDI, MusicXML, HTML or binary.
    """
    if not data.strip():
        raise CorpusError(f"{name} is empty: give a file with tunes in ABC notation")
    if data.startswith(b"MThd"):
        raise CorpusError(f"{name} is a MIDI file: convert it to ABC notation first, for instance with midi2abc")
    beginning = data.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if beginning.startswith(b"<?xml") and b"<score-" in data[:4_096]:
        raise CorpusError(f"{name} is a MusicXML file: convert it to ABC notation first, for instance with xml2abc")
    if beginning.startswith(_HTML):
        raise CorpusError(f"{name} is a web page: save its tunes as plain text in ABC notation")
    if data.startswith(_UTF16):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data or _control_share(data) > 0.05:
        raise CorpusError(f"{name} is a binary file: give a text file with tunes in ABC notation")
    else:
        text = data.decode("utf-8", LATIN_1_BYTES)
    # Concatenated files also have byte order marks in the middle.
    return text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")


def _latin_1(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are not UTF-8 as Windows-1252, which is Latin-1 with curly quotes."""
    assert isinstance(error, UnicodeDecodeError)  # only `decode` names this handler
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


# Collections are concatenated from files in several encodings, so each invalid byte is decoded on its own.
codecs.register_error(LATIN_1_BYTES, _latin_1)


def _control_share(data: bytes) -> float:
    head = data[:65_536]
    controls = head.translate(None, bytes(code for code in range(256) if code >= 32 or code in b"\t\n\f\r"))
    return len(controls) / len(head)
