"""From a file's bytes to text: encodings, line ends, and what is no text at all."""

import codecs

from folkkeras.errors import CorpusError

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LATIN_1_BYTES = "folkkeras.latin-1"
_HTML = (b"<!doctype html", b"<html", b"<head", b"<?xml")


def decode(data: bytes, name: str) -> str:
    """The text of a tune file: UTF-8, bytes that are not as Latin-1; byte order marks gone, line ends `\\n`.

    Args:
        data: the file's bytes.
        name: what to call the file in an error.

    Raises:
        CorpusError: the file is empty, or is MIDI, HTML or another binary.
    """
    if not data.strip():
        raise CorpusError(f"{name} is empty: give a file with tunes in ABC notation")
    if data.startswith(b"MThd"):
        raise CorpusError(f"{name} is a MIDI file: convert it to ABC notation first, for instance with midi2abc")
    if data.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_HTML):
        raise CorpusError(f"{name} is a web page: save its tunes as plain text in ABC notation")
    if data.startswith(_UTF16):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data or _control_share(data) > 0.05:
        raise CorpusError(f"{name} is a binary file: give a text file with tunes in ABC notation")
    else:
        text = data.decode("utf-8", _LATIN_1_BYTES)
    # Files pasted together carry byte order marks in their middle too.
    return text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")


def _latin_1(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Latin-1, in its Windows form, which adds the curly quotes."""
    assert isinstance(error, UnicodeDecodeError)  # only `decode` names this handler
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


# Books are pasted together from files of several encodings, so each byte is judged by itself.
codecs.register_error(_LATIN_1_BYTES, _latin_1)


def _control_share(data: bytes) -> float:
    head = data[:65_536]
    controls = head.translate(None, bytes(code for code in range(256) if code >= 32 or code in b"\t\n\f\r"))
    return len(controls) / len(head)
