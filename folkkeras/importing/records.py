"""Tunes as records: tables in CSV (RFC 4180), and JSON (RFC 8259) or JSON lines.

A record belongs to a collection whose fields it has. Text is read one record at a time, since hundreds of thousands of
records as Python objects would take several times the memory of their text.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from folkkeras.errors import CorpusError
from folkkeras.importing import irishman, the_session
from folkkeras.importing.notes import Notes

Record = Mapping[str, Any]
_SPACE = re.compile(r"\s*")
_KNOWN = {"abc", "abc notation", "abc_notation", "tune_id", "setting_id"}  # columns of the known collections


def is_json(text: str) -> bool:
    """Whether a text begins like JSON: an object, or an array of objects."""
    return bool(re.match(r"\s*(\{\s*[\"}]|\[\s*[{\]])", text[:4_096]))


def is_table(text: str) -> bool:
    """Whether a text begins with a line of column names, separated by commas, some of which are known."""
    names = text[:4_096].partition("\n")[0].lower().split(",")
    return len(names) > 1 and not _KNOWN.isdisjoint(name.strip(' "') for name in names)


def tunes_in_json(text: str, name: str, notes: Notes, *, settings: str) -> Iterator[str]:
    """Yield the tunes of a JSON text as ABC.

    Raises:
        CorpusError: it is damaged, or contains no tunes that can be recognised.
    """
    return _tunes(_objects(text, name), name, notes, settings=settings)


def tunes_in_table(text: str, name: str, notes: Notes, *, settings: str) -> Iterator[str]:
    """Yield the tunes of a table in CSV as ABC.

    Raises:
        CorpusError: it is damaged, or has no column with tunes.
    """
    return _tunes(_rows(text, name, notes), name, notes, settings=settings)


def _tunes(records: Iterator[Record], name: str, notes: Notes, *, settings: str) -> Iterator[str]:
    reader = the_session.SettingReader(settings)
    for number, record in enumerate(records, start=1):
        if irishman.describes(record):
            tune = irishman.abc_of(record, notes)
        elif the_session.describes(record):
            tune = reader.abc_of(record, notes)
        else:
            fields = ", ".join(map(repr, list(record)[:8])) or "none"
            raise CorpusError(
                f"record {number:,} of {name} is not a tune; its fields are {fields}: give records with "
                f"{' or '.join((irishman.FIELDS, the_session.FIELDS))}"
            )
        if tune:
            yield tune


def _objects(text: str, name: str) -> Iterator[Record]:
    """The objects of an array, or of a text that has one after another, as JSON lines do."""
    decoder = json.JSONDecoder()
    place = _next(text, 0)
    in_array = text.startswith("[", place)
    place = _next(text, place + in_array)
    read = 0
    while place < len(text) and text[place] != "]":
        try:
            value, place = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError) as error:
            where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            what = error.msg if isinstance(error, json.JSONDecodeError) else "too deep"
            raise CorpusError(f"{name}{where}: broken JSON after {read:,} records ({what}): get it again") from error
        if not isinstance(value, dict):
            raise CorpusError(
                f"{name} contains JSON, but not objects with tunes: give an array of objects, or JSON lines"
            )
        read += 1
        yield value
        place = _next(text, place)
        if in_array and text.startswith(",", place):
            place = _next(text, place + 1)
    if in_array and place >= len(text):
        raise CorpusError(f"{name} is cut off after {read:,} records: get it again")


def _next(text: str, place: int) -> int:
    """The place of the next character that is not white space."""
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _rows(text: str, name: str, notes: Notes) -> Iterator[Record]:
    reader = csv.reader(_lines(text))
    try:
        columns = [column.strip().lower() for column in next(reader)]
        for row in reader:
            if len(row) == len(columns):
                yield dict(zip(columns, row, strict=True))
            elif row:
                notes.skipped["rows with missing or additional columns"] += 1
    except csv.Error as error:
        raise CorpusError(f"{name}, line {reader.line_num:,}: broken CSV ({error}): get it again") from error


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; unlike io.StringIO, without a second copy of the text."""
    return (match[0] for match in re.finditer(r"[^\n]*\n|[^\n]+", text))
