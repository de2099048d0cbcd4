"""Compact verovio's SVG for a page of many scores: one image per line of music, with shared glyphs.

Each line is a separate image, so that a page break can fall between two lines in print. The page's style sheet makes
up for what the images lose (ids, groups, individual styles).
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

_GLYPH = re.compile(r'<g id="(E[0-9A-F]+)-\w+"><path transform="scale\(1,-1\)" d="([^"]*)" ?/></g>')
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
_PAGE = re.compile(
    r'class="definition-scale"[^>]*viewBox="0 0 (\d+) (\d+)"[^>]*>'
    r'<g class="page-margin" transform="translate\((\d+), (\d+)\)">'
)
_USE = re.compile(
    r'<use href="#(E[0-9A-F]+)-\w+" transform="translate\((-?\d+), (-?\d+)\) scale\(([\d.]+), ([\d.]+)\)" ?/>'
)
_PLACEHOLDER = re.compile(r'<g [^>]*class="[^"]*\bplaceholder\b[^"]*"[^>]*><ellipse [^>]*/></g>')
_GROUP = re.compile(r'<g\b(?: id="[^"]*")?(?: class="([\w-]+)[^"]*")?(?: xml:lang="\w+")?( ?/)?>')
_ID = re.compile(r' id="[^"]*"')
_LONELY = re.compile(r"<g>(<(?:use|path|polygon) [^>]*/>|)</g>")
_STAFF = re.compile(r'(?:<path d="M-?\d+ (-?\d+) L-?\d+ \1" stroke-width="13" ?/>){2,}')
_LINE = re.compile(r'd="M(-?\d+) (-?\d+) L(-?\d+) ')
_SYSTEM = '<g class="system">'
_KEPT = {
    "system",
    "measure",
    "note",
    "ending",
    "fing",
    "reh",
    "tempo",
    "dir",
    "dynam",
    "mNum",
}  # classes in the style sheet
_ABOVE = 0.4  # fraction of the gap between two lines for the upper one; more is drawn above a staff than below it


class Drawing(NamedTuple):
    """A score in one layout."""

    lines: tuple[str, ...]  # SVG images, to be placed directly below each other
    glyphs: dict[str, str]  # id -> the scaled glyph path that the images refer to
    font: str  # CSS of the music font that the images use, or empty


def drawing(svg: str) -> Drawing:
    """Extract what the page needs from verovio's image."""
    page = _PAGE.search(svg)
    assert page is not None  # verovio always writes this
    width, height, left, top = map(int, page.groups())
    paths = dict(_GLYPH.findall(svg))
    glyphs: dict[str, str] = {}

    def use(match: re.Match[str]) -> str:
        code, x, y, scale, upwards = match.groups()
        name = f"{code}-{scale}" if scale == upwards else f"{code}-{scale}-{upwards}"
        glyphs[name] = f'<path id="{name}" transform="scale({scale},-{upwards})" d="{paths[code]}"/>'
        return f'<use href="#{name}" x="{x}" y="{y}"/>'

    body = _USE.sub(use, _PLACEHOLDER.sub("", svg[page.end() :]))
    body = _ID.sub("", _STAFF.sub(_staff, _GROUP.sub(_group, body)))
    for _ in range(2):  # nested groups that contained one element
        body = _LONELY.sub(r"\1", body)
    systems = body.split(_SYSTEM)[1:]
    systems[-1] = systems[-1].removesuffix("</svg>").removesuffix("</svg>").rstrip()
    systems[-1] = systems[-1].removesuffix("</g>")  # the page's margin
    cuts = [0, *_cuts(systems, top), height]
    lines = tuple(
        f'<svg viewBox="0 {begin} {width} {end - begin}"><g transform="translate({left},{top})"><g>{system}</g></svg>'
        for system, (begin, end) in zip(systems, pairwise(cuts), strict=True)
    )
    font = _FONT.search(svg)
    return Drawing(lines, glyphs, font[0] if font else "")


def _group(match: re.Match[str]) -> str:
    name, empty = match.groups()
    if empty:
        return ""
    return f'<g class="{name}">' if name in _KEPT else "<g>"


def _staff(match: re.Match[str]) -> str:
    """Combine the lines of a staff into one path."""
    path = "".join(f"M{begin} {height}H{end}" for begin, height, end in _LINE.findall(match[0]))
    return f'<path d="{path}" stroke-width="13"/>'


def _cuts(systems: list[str], top: int) -> Iterator[int]:
    """Yield the heights at which one line of music ends and the next begins."""
    staffs = [[int(height) for height in re.findall(r"M-?\d+ (-?\d+)H", system)] for system in systems]
    for upper, lower in pairwise(staffs):
        end, begin = max(upper), min(lower)
        yield round(top + end + (begin - end) * _ABOVE)
