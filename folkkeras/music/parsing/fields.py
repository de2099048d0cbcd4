"""Read the fields M, L, Q and P. Source: the ABC standard 2.1, sections 3.1.5 to 3.1.8."""

import re
from fractions import Fraction

from folkkeras.music.tune import Metre, Tempo, printable

MAX_PARTS = 64  # in an order of parts; a larger number is a typo that would play for days
_METRE = re.compile(r"\(?\s*(\d+(?:\s*\+\s*\d+)*)\s*\)?\s*/\s*(\d+)")
_UNIT = re.compile(r"(\d+)(?:\s*/\s*(\d+))?")
_TEXT = re.compile(r'"([^"]*)"')
_NUMBER = r"(\d+(?:\.\d+)?)(?:\s*-\s*[\d.]+)?"  # or the lower end of a range
_BEATS = re.compile(rf"((?:\d+\s*/\s*\d+\s*)+)=\s*{_NUMBER}")
_OLD_BEATS = re.compile(rf"(?:(C)(\d*)\s*=\s*)?{_NUMBER}")
_LABEL = re.compile(r"([A-Za-z])(?:\d*\.?$|[\s(:,;-])")
_WORDS = re.compile(r"[a-z]{2}|[A-Za-z]:")
_PART = re.compile(r"\(|\)(\d*)|([A-Za-z])(\d*)")


def metre_of(value: str) -> Metre | None:
    """Read a metre, such as `6/8`, `C`, `C|` or `2+3+2/8`; None for free metre.

    Raises:
        ValueError: it cannot be read as a metre.
    """
    value = value.strip()
    if value in ("", "none"):
        return None
    if value in ("C", "C|"):
        return Metre(4, 4, value) if value == "C" else Metre(2, 2, value)
    match = _METRE.fullmatch(value)
    beats, unit = (sum(map(int, match[1].split("+"))), int(match[2])) if match else (0, 0)
    if not (0 < beats <= 512 and 0 < unit <= 512):
        raise ValueError(f"its metre {printable(value)!r} cannot be read")
    return Metre(beats, unit, value)


def unit_length_of(value: str) -> Fraction:
    """Read a unit note length, such as `1/8`.

    Raises:
        ValueError: it cannot be read as a length.
    """
    match = _UNIT.fullmatch(value.strip())
    number, part = (int(match[1]), int(match[2] or 1)) if match else (0, 0)
    if not (0 < number <= 512 and 0 < part <= 512):
        raise ValueError(f"its unit note length {printable(value.strip())!r} cannot be read")
    return Fraction(number, part)


def usual_unit_length(metre: Metre | None) -> Fraction:
    """The default unit note length if there is no L field: section 3.1.7."""
    return Fraction(1, 16) if metre and metre.length < Fraction(3, 4) else Fraction(1, 8)


def tempo_of(value: str, unit_length: Fraction) -> Tempo:
    """Read a tempo mark: words in quotes, beats per minute, or both; older files write `120` and `C3=40`.

    Several beats, such as `1/4 3/8=40`, add up to one. In a range such as `1/4=100-120`, which is not in the
    standard, the lower number applies.

    Raises:
        ValueError: it cannot be read as one of these.
    """
    text = " ".join(_TEXT.findall(value))
    rest = _TEXT.sub("", value).strip()
    if not rest:
        return Tempo(None, text=printable(text))
    if match := _BEATS.fullmatch(rest):
        beat = sum((Fraction(each.replace(" ", "")) for each in _parts(match[1])), Fraction())
        beats = match[2]
    elif match := _OLD_BEATS.fullmatch(rest):
        beat, beats = unit_length * int(match[2] or 1), match[3]
    else:
        raise ValueError(f"its tempo {printable(value.strip())!r} cannot be read")
    if not beat or not Fraction(beats):
        raise ValueError(f"its tempo {printable(value.strip())!r} cannot be read")
    return Tempo(beat * Fraction(beats), beat, printable(text))


def _parts(text: str) -> list[str]:
    return [part for part in re.findall(r"\d+\s*/\s*\d+", text) if int(part.split("/")[1])]


def part_of(value: str) -> str:
    """The letter of the part that a label names; an empty string if it is a word such as `Fine` or `D.S.`."""
    match = _LABEL.match(value)
    return match[1] if match else ""


def order_of_parts(value: str) -> str:
    """The parts in playing order, such as `AABC` for `(A)2.BC`; dots have no meaning.

    A value that contains words, such as `AABA last time`, is not an order and gives an empty string.
    """
    if _WORDS.search(value):
        return ""
    stack = [""]
    for match in _PART.finditer(value):
        times = min(int(match[1] or match[3] or 1), MAX_PARTS)
        if match[0] == "(":
            stack.append("")
        elif match[2]:
            stack[-1] += match[2] * times
        elif len(stack) > 1:
            inner = stack.pop()
            stack[-1] += inner * times
        if len(stack[-1]) > MAX_PARTS:
            return "".join(stack)[:MAX_PARTS]
    return "".join(stack)
