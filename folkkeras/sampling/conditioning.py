"""Condition a tune on its type, metre, key and title, and look up these fields in the training tunes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from folkkeras.errors import UsageError
from folkkeras.notation.keys import key_of
from folkkeras.notation.normal_form import normalise
from folkkeras.vocabulary import Vocabulary

RARE = 10  # training tunes; a model hardly learns what fewer of them have
COMMON = 0.1  # fraction of a type's tunes; a rarer metre is an error or an exception
Header = Mapping[str, str]  # of a tune: values of fields by letter
_METRE = re.compile(r"C\|?|[1-9]\d?/(1|2|4|8|16|32)")
_PLAIN = {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}  # quotes, dashes
_PLAIN |= {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O"}
_PLAIN |= {"œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th"}
_SAME_METRES = {"4/4": "C", "C": "4/4", "2/2": "C|", "C|": "2/2"}


def header_fields(
    *, type: str | None = None, metre: str | None = None, key: str | None = None, title: str | None = None
) -> dict[str, str]:
    """Header fields by letter, in the normal form's spelling, such as {"R": "jig", "K": "Edor"}.

    Raises:
        UsageError: a value is empty or contains a line end or a `%`, or the key or the metre is invalid.
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


def nearest_spelling(text: str, vocabulary: Vocabulary) -> str:
    """The text with unknown characters replaced by their plain forms, if they have one: `Seán's` becomes `Sean's`."""
    return "".join(character if not vocabulary.unknown(character) else _plain(character) for character in text)


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    letters = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    return letters if letters.isascii() and letters else character


def spelled_as_in(headers: Sequence[Header], fields: Header) -> dict[str, str]:
    """The fields with the metre's other symbol, such as C for 4/4, if more of the tunes use that one."""
    metres = Counter(header.get("M") for header in headers)
    metre = fields.get("M")
    other = _SAME_METRES.get(metre or "")
    return {**fields, "M": other} if other and metres[metre] < metres[other] else dict(fields)


def types_of(headers: Sequence[Header]) -> list[str]:
    """The types of the tunes, commonest first."""
    types = Counter(header["R"] for header in headers if "R" in header)
    return [type for type, _ in types.most_common()]


def types_with(headers: Sequence[Header], metre: str) -> frozenset[str]:
    """The types for which at least a tenth of the tunes have the metre."""
    total = Counter(header["R"] for header in headers if "R" in header)
    with_metre = Counter(header["R"] for header in headers if "R" in header and header.get("M") == metre)
    return frozenset(type for type, number in with_metre.items() if number >= COMMON * total[type])


def matching(headers: Sequence[Header], fields: Header) -> int:
    """The number of tunes that have all the fields, ignoring the title."""
    asked = {letter: value for letter, value in fields.items() if letter != "T"}
    return sum(all(header.get(letter) == value for letter, value in asked.items()) for header in headers)
