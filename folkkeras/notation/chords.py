"""Distinguish chord symbols, such as `Am7/G`, from annotations. Source: the ABC standard 2.1, section 4.18."""

import re

KIND = r"(?:maj|min|dim|aug|sus|add|omit|no|alt|[mMoø°+^\d(),-]|[#b]\d)*"
_ROOT = rf"\(?[A-G][#b]?{KIND}"
_CHORD = re.compile(rf"{_ROOT}(?:/{_ROOT})?")
PLACEMENTS = "^_<>@"  # the first character of an annotation; section 4.19


def is_chord_symbol(text: str) -> bool:
    """Whether a text in quotes is a chord symbol."""
    return bool(_CHORD.fullmatch(text))
