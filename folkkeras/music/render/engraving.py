"""Engrave a tune's score: verovio turns its MusicXML into SVG, and resvg turns the SVG into PNG.

Verovio never reads the ABC itself: some lines of ABC crash the entire process.
"""

import importlib.util
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

from folkkeras.errors import FolkError
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.sign_font import sign_font
from folkkeras.music.tune import Tune

_OPTIONS = {
    "header": "none",
    "footer": "none",
    "pageWidth": 2_200,  # in verovio's units
    "pageHeight": 60_000,
    "adjustPageHeight": True,
    "pageMarginTop": 40,
    "pageMarginBottom": 40,
    "scale": 40,
    "svgViewBox": True,
    "svgRemoveXlink": True,
    "breaks": "auto",
}
# The page's layouts and their line widths in verovio's units; 25 units are 10 pixels.
LAYOUTS = {"wide": 2_300, "narrow": 900}
_PAGE_OPTIONS = {
    "pageMarginTop": 10,
    "pageMarginBottom": 10,
    "pageMarginLeft": 30,  # room for the bar numbers
    "pageMarginRight": 10,
    "svgFormatRaw": True,
}
_VIEW_BOX = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
_TITLE_HEIGHT = 44
_PNG_ZOOM = 2


def svg_text(tune: Tune, *, title: bool = True, layout: str = "") -> str:
    """The score as one SVG image.

    Args:
        tune: the tune.
        title: whether to write the title above the score.
        layout: one of `LAYOUTS`, or an empty string for a sheet of paper.

    Raises:
        FolkError: there is nothing to engrave, or verovio cannot engrave it.
    """
    score = _engraved(_musicxml(tune), _toolkit(layout))
    return _titled(score, tune.title) if title and tune.title else score


def set_svg_text(tunes: Sequence[Tune]) -> str:
    """The scores of a set's tunes below one another, as one SVG image.

    Raises:
        FolkError: there is nothing to engrave, or verovio cannot engrave it.
    """
    images, below, width = [], 0, 0
    for number, tune in enumerate(tunes, start=1):  # other ids for each tune, since they share an image
        score = _titled(_engraved(_musicxml(tune), _toolkit(), seed=number), tune.title)
        wide, high = _size(score)
        images.append(score.replace("<svg ", f'<svg y="{below}" ', 1))
        below, width = below + high, max(width, wide)
    inner = "".join(images)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {below}" width="{width}" height="{below}">\n'
        f"{inner}</svg>\n"
    )


def layouts(tune: Tune) -> dict[str, str]:
    """The score without its title, as one SVG image for each of `LAYOUTS`.

    Raises:
        FolkError: there is nothing to engrave, or verovio cannot engrave it.
    """
    musicxml = _musicxml(tune)
    return {name: _engraved(musicxml, _toolkit(name)) for name in LAYOUTS}


def printed(tune: Tune, width: int, height: int) -> list[str]:
    """The score without its title as SVG images: one, unless it is higher than `height`.

    Args:
        tune: the tune.
        width, height: of the printed area, in verovio's units.

    Raises:
        FolkError: there is nothing to engrave, or verovio cannot engrave it.
    """
    toolkit = _print_toolkit(width, height)
    first = _engraved(_musicxml(tune), toolkit)
    return [first, *(toolkit.renderToSVG(page) for page in range(2, toolkit.getPageCount() + 1))]


def png_bytes(svg: str) -> bytes:
    """A score as a PNG image on a white background.

    Args:
        svg: the score, as `svg_text` or `set_svg_text` returns it.
    """
    import resvg_py

    with TemporaryDirectory(prefix="folk-") as folder:
        signs = Path(folder) / "signs.otf"
        signs.write_bytes(sign_font())
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                background="white",
                zoom=_PNG_ZOOM,
                skip_system_fonts=True,
                # Bundled fonts, because on a system without fonts the text would be missing.
                font_files=[str(_font()), str(signs)],
                font_family="DejaVu Serif",
                serif_family="DejaVu Serif",
            )
        )


def _titled(score: str, title: str) -> str:
    """The score below its title. Other programs misplace verovio's own header."""
    width, height = _size(score)
    inner = score.replace("<svg ", f'<svg y="{_TITLE_HEIGHT}" width="{width}" height="{height}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + _TITLE_HEIGHT}" '
        f'width="{width}" height="{height + _TITLE_HEIGHT}">\n'
        f'<text x="{width // 2}" y="32" text-anchor="middle" font-family="serif" font-size="24">'
        f"{escape(title)}</text>\n"
        f"{inner}\n</svg>\n"
    )


def _size(score: str) -> tuple[int, int]:
    """The width and height of an SVG image."""
    size = _VIEW_BOX.search(score)
    if size is None:
        raise FolkError("the score cannot be engraved")
    width, height = map(int, size.groups())
    return width, height


def _musicxml(tune: Tune) -> str:
    if not tune.bars:
        raise FolkError("a tune without notes has no score")
    return musicxml_bytes(tune, title=False).decode()


def _engraved(musicxml: str, toolkit: Any, seed: int = 1) -> str:
    toolkit.resetXmlIdSeed(seed)  # so that a tune always gives the same image
    if not toolkit.loadData(musicxml):
        raise FolkError("the score cannot be engraved")
    score: str = toolkit.renderToSVG(1)
    return score


@cache
def _toolkit(layout: str = "") -> Any:
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions({**_OPTIONS, **_PAGE_OPTIONS, "pageWidth": LAYOUTS[layout]} if layout else _OPTIONS)
    return toolkit


@cache
def _print_toolkit(width: int, height: int) -> Any:
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    margins = {f"pageMargin{side}": 10 for side in ("Top", "Bottom", "Right")}
    toolkit.setOptions({**_OPTIONS, **margins, "pageMarginLeft": 30, "pageWidth": width, "pageHeight": height})
    return toolkit


@cache
def _font() -> Path:
    spec = importlib.util.find_spec("matplotlib")
    path = Path(spec.origin).parent / "mpl-data/fonts/ttf/DejaVuSerif.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise FolkError("the font DejaVu Serif of the package matplotlib is missing: pip install matplotlib")
    return path
