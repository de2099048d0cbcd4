"""A font of the music signs that stand within a score's words: the accidentals of chord symbols, the notes of tempi.

An image's own font, which verovio puts into it, is a web font, and what draws PNGs reads none. This one is made of the
same outlines, from verovio's data.
"""

import io
from importlib.resources import files
from importlib.resources.abc import Traversable
from xml.etree import ElementTree

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.t2CharStringPen import T2CharStringPen  # type: ignore[import-untyped]  # matplotlib brings it
from fontTools.svgLib.path import parse_path  # type: ignore[import-untyped]

NAME = "Leipzig"  # as the images call it
_SPACE = 0x20
_CODES = (*range(0xEA63, 0xEA68), *range(0xECA0, 0xECB8))  # SMuFL: figured bass, metronome marks


def sign_font() -> bytes:
    """The font as an OpenType file."""
    data = files("verovio") / "data"
    sizes = ElementTree.fromstring((data / f"{NAME}.xml").read_bytes())
    widths = {int(glyph.get("c", ""), 16): int(glyph.get("h-a-x", "0")) for glyph in sizes.iter("g")}
    codes = [code for code in (_SPACE, *_CODES) if code in widths]
    names = {code: f"uni{code:04X}" for code in codes}
    em, order = int(sizes.get("units-per-em", "1000")), [".notdef", *names.values()]
    strings = {name: _outline(data / NAME / f"{code:04X}.xml", widths[code]) for code, name in names.items()}
    strings[".notdef"] = T2CharStringPen(0, None).getCharString()

    font = FontBuilder(em, isTTF=False)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(names)
    font.setupCFF(NAME, {"FullName": NAME}, strings, {})
    font.setupHorizontalMetrics({".notdef": (0, 0), **{name: (widths[code], 0) for code, name in names.items()}})
    font.setupHorizontalHeader(ascent=em, descent=0)
    # Without a PostScript name, resvg takes it for a font without any name.
    font.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": NAME})
    font.setupOS2(sTypoAscender=em, usWinAscent=em)
    font.setupPost()
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _outline(file: Traversable, width: int) -> object:
    pen = T2CharStringPen(width, None)
    for path in ElementTree.fromstring(file.read_bytes()).iter("path"):
        parse_path(path.get("d", ""), pen)  # y points up in it already: its transform turns it over for SVG
    return pen.getCharString()
