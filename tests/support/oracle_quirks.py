"""Known departures of the oracles from the ABC standard 2.1; an oracle is not asked about a tune that has one.

Each quirk names a program, what it does, the paragraph that decides, and a test of whether a tune is affected. The
test may have false positives, but no false negatives.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from support.oracle_text import plain, tokens

_ACCIDENTAL = re.compile(r"(\^\^?|__?|=)?([A-Ga-g])([,']*)")


class Quirk(NamedTuple):
    """A known deviation."""

    program: str
    name: str
    paragraph: str
    has: Callable[[str], bool]


def _matches(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern, re.MULTILINE)
    return lambda text: bool(found.search(text))


def _accidental_for_another_octave(text: str) -> bool:
    """Whether a bar has an accidental before the same letter in another octave."""
    lines = plain(text).partition("\nK:")[2].partition("\n")[2].splitlines()
    music = "".join(line for line in lines if not re.match(r"[A-Za-z]:|%", line))  # a bar may span two lines
    pieces = (" | " if kind == "bar" else piece for kind, piece in tokens(music) if kind != "field")
    for bar in "".join(pieces).split("|"):
        signed: dict[str, set[tuple[str, str]]] = {}
        for sign, letter, marks in _ACCIDENTAL.findall(bar):
            octaves = signed.setdefault(letter.upper(), set())
            if octaves - {(letter, marks)}:
                return True
            if sign:
                octaves.add((letter, marks))
    return False


_NOTE = r"(?:\{[^}]*\})?[\^_=]*(?:\[[^\]]*\]|[A-Ga-gxz][,']*)"
_BROKEN = re.compile(rf"([\d/]*)-?[)` ]*[<>]+[(`\s|]*{_NOTE}([\d/]*)")
_TWICE_BROKEN = re.compile(rf"[<>][(`\s]*{_NOTE}[\d/]*-?[)` ]*[<>]")
_TUPLET = re.compile(rf"\((\d)[:\d]*(?:[`\s()<>-]*{_NOTE}[\d/]*)*")


def _uneven_broken_rhythm(text: str) -> bool:
    """Whether a broken rhythm joins notes of different lengths, or a note belongs to two broken rhythms."""
    music = plain(text)
    uneven = any(one.replace("/2", "/") != other.replace("/2", "/") for one, other in _BROKEN.findall(music))
    return uneven or bool(_TWICE_BROKEN.search(music))


def _broken_rhythm_in_a_tuplet(text: str) -> bool:
    return any(re.search("[<>]", found[0]) for found in _TUPLET.finditer(plain(text)))


def _grace_note_in_a_long_tuplet(text: str) -> bool:
    return any(found[1] in "56789" and "{" in found[0] for found in _TUPLET.finditer(plain(text)))


def _new_key_in_a_repeat(text: str) -> bool:
    body = plain(text).partition("\nK:")[2]
    return "K:" in body and bool(re.search(r":\||::", body))


QUIRKS = (
    # Repeats and parts
    Quirk("abcjs", "it plays parts once, as they are written", "3.1.9", _matches(r"\A(?:(?!K:).*\n)*P:")),
    Quirk("abc2midi", "it plays |:: ::| twice, and what follows more often", "4.8", _matches(r"\|::|::\|")),
    Quirk("abcjs", "it plays |:: ::| twice", "4.8", _matches(r"\|::|::\|")),
    Quirk(
        "abcjs",
        "after an ending for several passes it plays what is common to all passes once more",
        "4.10",
        _matches(r"[|\[]\d+[,-]\d[^|]*(?:\|(?![\d\[])[^|:]*)*:\|*\s*(?:$|\|:|:)"),
    ),
    Quirk("abc2midi", "an invisible bar line ends an ending", "4.8", _matches(r"[|\[]\d[\s\S]*\[\|\]")),
    # Keys and clefs
    Quirk("abcjs", "it adds the accidentals after exp to the key's own", "3.1.14", _matches(r"K:.*\bexp\b")),
    Quirk("abcjs", "it knows no double accidentals in a key", "3.1.14", _matches(r"K:[^%\n\]]*(?:__|\^\^)")),
    Quirk("abcjs", "a natural in a key leaves the key's own flat", "3.1.14", _matches(r"K:[^%\n\]]* =[A-Ga-g]")),
    Quirk("abcjs", "a new key holds for the notes before it too, when they are repeated", "4.8", _new_key_in_a_repeat),
    Quirk("abcjs", "with a percussion clef it plays no sharps and flats of the key", "4.6", _matches(r"\bperc\b")),
    Quirk("abc2midi", "it takes middle=B for a natural B", "4.6", _matches(r"middle=")),
    Quirk("abc2midi", "a second transpose adds to the first", "4.6", _matches(r"transpose=[\s\S]*transpose=")),
    Quirk("abc2midi", "a second octave does nothing", "4.6", _matches(r"(?:octave=|[+-]8)[\s\S]*(?:octave=|[+-]8)")),
    Quirk("abcjs", "an octave clef undoes a transposition", "4.6", _matches(r"K:(?=.*[+-]8)(?=.*transpose=)")),
    Quirk(
        "abcjs",
        "a clef's octave or transposition inline is not taken in or not ended",
        "4.6",
        _matches(r"(?:[+-]8|transpose=|octave=)[\s\S]*\[K:|\[K:[^\]]*(?:[+-]8|transpose=|octave=)"),
    ),
    # Lengths
    Quirk("abcjs", "Z lasts a bar of the metre before", "4.5", _matches(r"\nK:[\s\S]*M:[\s\S]*[ZX]")),
    Quirk("abcjs", "it takes (3:: without a third number for a bar line", "4.13", _matches(r"\(\d+:\d*:(?!\d)")),
    Quirk(
        "abcjs",
        "it plays (5, (7 and (9 in the time of two in a compound metre too",
        "4.13",
        _matches(r"\([579](?!:\d)"),
    ),
    Quirk(
        "abc2midi",
        "it plays (5, (7 and (9 by the tune's first metre",
        "4.13",
        _matches(r"\nK:[\s\S]*M:[\s\S]*\([579](?!:\d)"),
    ),
    Quirk(
        "abc2midi", "a grace note in a tuplet becomes long when it gets too short", "4.12", _grace_note_in_a_long_tuplet
    ),
    Quirk("abc2midi", "it drops grace notes before a bar line", "4.12", _matches(r"\{[^}\n]*\}[)`\s]*[|:]")),
    Quirk("abc2midi", "it takes 3/8 for a compound metre", "4.13", _matches(r"M:\s*3/[\s\S]*\([579](?!:\d)")),
    Quirk("abcjs", "a broken rhythm in a tuplet makes its last note too long", "4.13", _broken_rhythm_in_a_tuplet),
    Quirk("abc2midi", "a broken rhythm leaves notes of two lengths alone", "4.4", _uneven_broken_rhythm),
    Quirk(
        "abc2midi",
        "of [C2E2]2 it takes no notice of the second length",
        "4.17",
        _matches(r"\[[^\]\n|:]*\d[^\]\n|:]*\][\d/]"),
    ),
    # Accidentals
    Quirk("abcjs", "an accidental holds in its own octave only", "11.3", _accidental_for_another_octave),
)


def quirks_of(text: str) -> dict[str, str]:
    """The programs that are not asked about a tune, and why."""
    return {quirk.program: f"{quirk.name} ({quirk.paragraph})" for quirk in QUIRKS if quirk.has(text)}
