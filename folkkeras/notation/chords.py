"""Chord symbols, such as `Am7/G`: what is one, and what is a remark in quotes. Source: the ABC standard 2.1, 4.18."""

import re

KIND = r"(?:maj|min|dim|aug|sus|add|omit|no|alt|[mMoø°+^\d(),-]|[#b]\d)*"
_ROOT = rf"\(?[A-G][#b]?{KIND}"
_CHORD = re.compile(rf"{_ROOT}(?:/{_ROOT})?")
PLACEMENTS = "^_<>@"  # of a remark; section 4.19


def is_chord_symbol(text: str) -> bool:
    """Whether what stands in quotes is a chord symbol."""
    return bool(_CHORD.fullmatch(text))
