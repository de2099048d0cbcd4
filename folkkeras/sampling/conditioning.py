"""Ask for a tune's type, metre, key and title: in the book's own spelling, and whether the book has such tunes."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from folkkeras.errors import UsageError
from folkkeras.notation.keys import key_of
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import header_of

SELDOM = 10  # training tunes; what fewer of them show is hardly learned
USUAL = 0.1  # of a type's tunes; a metre that fewer have is a slip or a rare case
_METRE = re.compile(r"C\|?|[1-9]\d?/(1|2|4|8|16|32)")
_SAME_METRES = {"4/4": "C", "2/2": "C|"}


def asked_fields(*, type: str | None, metre: str | None, key: str | None, title: str | None) -> dict[str, str]:
    """The header fields that are asked for, by letter, in the normal form's spelling.

    Raises:
        UsageError: a value is empty or has a line's end or a `%`, or the key or the metre is none.
    """
    asked = {"T": title, "R": type, "M": metre, "K": key}
    names = {"T": "--title", "R": "--type", "M": "--metre", "K": "--key"}
    fields = {letter: value for letter, value in asked.items() if value is not None}
    for letter, value in fields.items():
        if not value.strip() or not value.isprintable():
            raise UsageError(f"{names[letter]} {value!r} is no header field: give one line of text")
        if "%" in value:
            raise UsageError(f"{names[letter]} {value!r} has a %, which begins a comment in ABC: leave it out")
    if key is not None and key_of(key.strip()) is None:
        raise UsageError(f"--key {key!r} is no key: give one such as D, Em, Edor, Amix or Bb")
    if metre is not None and not _METRE.fullmatch(metre.strip()):
        raise UsageError(f"--metre {metre!r} is no metre: give one such as 6/8, 4/4, C or C|")
    tune = "X:1\n" + "".join(f"{letter}:{value}\n" for letter, value in fields.items()) + "K:C\nc|\n"
    normal = normalise(tune).header
    return {letter: normal[letter] for letter in fields}


def in_the_books_spelling(fields: Mapping[str, str], tunes: Sequence[str]) -> dict[str, str]:
    """The fields with the metre as the tunes write it where they know its other sign alone, such as C for 4/4."""
    metres = Counter(header_of(tune).get("M") for tune in tunes)
    metre = fields.get("M")
    other = {**_SAME_METRES, **{sign: name for name, sign in _SAME_METRES.items()}}.get(metre or "")
    return {**fields, "M": other} if metre and other and metres[metre] < metres[other] else dict(fields)


def types_with(metre: str, tunes: Sequence[str]) -> frozenset[str]:
    """The types of which a tenth of the tunes at least have the metre."""
    headers = [header_of(tune) for tune in tunes]
    all_of = Counter(header["R"] for header in headers if "R" in header)
    with_metre = Counter(header["R"] for header in headers if "R" in header and header.get("M") == metre)
    return frozenset(type for type, number in with_metre.items() if number >= USUAL * all_of[type])


def how_many(fields: Mapping[str, str], tunes: Sequence[str]) -> int:
    """How many tunes have all the fields, any title aside."""
    asked = {letter: value for letter, value in fields.items() if letter != "T"}
    headers = map(header_of, tunes)
    return sum(all(header.get(letter) == value for letter, value in asked.items()) for header in headers)
