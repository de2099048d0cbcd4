"""Bar lines, repeats and endings."""

from xml.etree.ElementTree import Element, SubElement

from folkkeras.music.render.musicxml.directions import add_decoration, direction
from folkkeras.music.tune import Bar, BarLine

_STYLES = {"invisible": "none"}  # the other styles already have MusicXML's names
FERMATAS = {"fermata": "upright", "invertedfermata": "inverted"}


class BarLines:
    """Writes the bar lines on both sides of a measure, and remembers which ending is open."""

    def __init__(self, last: Bar) -> None:
        self.last = last
        self.ending = ""  # the numbers of the open ending

    def left(self, measure: Element, bar: Bar, *, first: bool) -> None:
        """Write what begins here; a plain bar line is written at the right of the previous bar."""
        line = bar.before or BarLine()
        style = _style(line) if first and not line.repeat_end else ""
        if not (line.repeat_start or line.endings or style):
            return
        element = SubElement(measure, "barline", location="left")
        if line.repeat_start or style:
            SubElement(element, "bar-style").text = "heavy-light" if line.repeat_start else style
        if line.endings:
            self.ending = ",".join(map(str, line.endings))
            SubElement(element, "ending", number=self.ending, type="start")
        if line.repeat_start:
            SubElement(element, "repeat", direction="forward")

    def right(self, measure: Element, bar: Bar) -> None:
        """Write what ends here."""
        line = bar.after or BarLine()
        ends = bool(self.ending) and (bar is self.last or line.ends_ending)
        style = "light-heavy" if line.repeat_end else "" if line.repeat_start else _style(line)
        if line.repeat_end and line.times > 2:
            direction(measure, "words", f"{line.times} times")
        for name in line.decorations:
            add_decoration(measure, name)
        fermatas = dict.fromkeys(FERMATAS[name] for name in line.decorations if name in FERMATAS)
        if not (ends or style or fermatas):
            return
        element = SubElement(measure, "barline", location="right")
        if style:
            SubElement(element, "bar-style").text = style
        for kind in fermatas:
            SubElement(element, "fermata", type=kind)
        if ends:
            # Without a repeat sign, the bracket stays open at its end.
            SubElement(element, "ending", number=self.ending, type="stop" if line.repeat_end else "discontinue")
            self.ending = ""
        if line.repeat_end:
            SubElement(element, "repeat", {"direction": "backward", **_times(line)})


def _style(line: BarLine) -> str:
    return _STYLES.get(line.style, line.style) or ("light-light" if line.double else "")


def _times(line: BarLine) -> dict[str, str]:
    return {"times": str(line.times)} if line.times > 2 else {}
