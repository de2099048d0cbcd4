"""Condition a tune on its type, metre, key and title, and look up what the training tunes show of these."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from folkkeras.errors import UsageError
from folkkeras.notation.keys import key_of
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import header_of

RARE = 10  # training tunes; what fewer of them show is hardly learned
COMMON = 0.1  # of a type's tunes; a metre that fewer have is a slip or a rare case
_METRE = re.compile(r"C\|?|[1-9]\d?/(1|2|4|8|16|32)")
_SAME_METRES = {"4/4": "C", "C": "4/4", "2/2": "C|", "C|": "2/2"}


def header_fields(
    *, type: str | None = None, metre: str | None = None, key: str | None = None, title: str | None = None
) -> dict[str, str]:
    """Header fields by letter, in the normal form's spelling, such as {"R": "jig", "K": "Edor"}.

    Raises:
        UsageError: a value is empty or has a line end or a `%`, or the key or the metre is not one.
    """
    asked = {"T": title, "R": type, "M": metre, "K": key}
    names = {"T": "--title", "R": "--type", "M": "--metre", "K": "--key"}
    fields = {letter: value for letter, value in asked.items() if value is not None}
    for letter, value in fields.items():
        if not value.strip() or not value.isprintable():
            raise UsageError(f"{names[letter]} {value!r} is not a header field: give one line of text")
        if "%" in value:
            raise UsageError(f"{names[letter]} {value!r} has a %, which begins a comment in ABC: leave it out")
    if key is not None and key_of(key.strip()) is None:
        raise UsageError(f"--key {key!r} is not a key: give one such as D, Em, Edor, Amix or Bb")
    if metre is not None and not _METRE.fullmatch(metre.strip()):
        raise UsageError(f"--metre {metre!r} is not a metre: give one such as 6/8, 4/4, C or C|")
    tune = "X:1\n" + "".join(f"{letter}:{value}\n" for letter, value in fields.items()) + "K:C\nc|\n"
    normal = normalise(tune).header
    return {letter: normal[letter] for letter in fields}


def spelled_as_in(tunes: Sequence[str], fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with the metre's other sign, such as C for 4/4, where more of the tunes write that."""
    metres = Counter(header_of(tune).get("M") for tune in tunes)
    metre = fields.get("M")
    other = _SAME_METRES.get(metre or "")
    return {**fields, "M": other} if other and metres[metre] < metres[other] else dict(fields)


def types_with(tunes: Sequence[str], metre: str) -> frozenset[str]:
    """The types of which at least a tenth of the tunes have the metre."""
    headers = [header_of(tune) for tune in tunes]
    total = Counter(header["R"] for header in headers if "R" in header)
    with_metre = Counter(header["R"] for header in headers if "R" in header and header.get("M") == metre)
    return frozenset(type for type, number in with_metre.items() if number >= COMMON * total[type])


def matching(tunes: Sequence[str], fields: Mapping[str, str]) -> int:
    """How many tunes have all the fields, whatever their titles."""
    asked = {letter: value for letter, value in fields.items() if letter != "T"}
    headers = map(header_of, tunes)
    return sum(all(header.get(letter) == value for letter, value in asked.items()) for header in headers)
