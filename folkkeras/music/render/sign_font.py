"""A font of the music symbols in a score's text: accidentals in chord symbols and notes in tempo marks.

Verovio embeds a web font in its images, which the PNG renderer cannot read. This font is built from the same outlines,
which are in verovio's data.
"""

import io
from importlib.resources import files
from importlib.resources.abc import Traversable
from xml.etree import ElementTree

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.t2CharStringPen import T2CharStringPen  # type: ignore[import-untyped]
from fontTools.svgLib.path import parse_path  # type: ignore[import-untyped]

NAME = "Leipzig"  # the font's name in the images
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
    # Without a PostScript name, resvg treats the font as nameless.
    font.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": NAME})
    font.setupOS2(sTypoAscender=em, usWinAscent=em)
    font.setupPost()
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _outline(file: Traversable, width: int) -> object:
    pen = T2CharStringPen(width, None)
    for path in ElementTree.fromstring(file.read_bytes()).iter("path"):
        parse_path(path.get("d", ""), pen)  # y already points up: the glyph's transform flips it for SVG
    return pen.getCharString()
