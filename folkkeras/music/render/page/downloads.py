"""Download links that contain a tune's files, so that the page needs no network."""

import base64
import html
import io
import zipfile

from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, instrument
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.performance import Playing
from folkkeras.music.tune import Tune

_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container><rootfiles><rootfile full-path="tune.musicxml" '
    'media-type="application/vnd.recordare.musicxml+xml"/></rootfiles></container>\n'
)


def downloads(tune: Tune, name: str, title: str, *, music: bool) -> str:
    """Links to the tune's text and, if it has music, to its MIDI and MusicXML.

    Args:
        tune: the tune.
        name: the files' name, without a suffix.
        title: the tune's title, for the labels of the links.
        music: whether the tune has music.
    """
    links = [_link("ABC", tune.text.strip().encode() + b"\n", "text/plain;charset=utf-8", f"{name}.abc", title)]
    if music:
        midi = midi_bytes(tune, instrument(DEFAULT_INSTRUMENT), Playing())
        links.append(_link("MIDI", midi, "audio/midi", f"{name}.mid", title))
        links.append(
            _link("MusicXML", compressed_musicxml(tune), "application/vnd.recordare.musicxml", f"{name}.mxl", title)
        )
    return f'<p class="downloads">Download: {" ".join(links)}</p>'


def compressed_musicxml(tune: Tune) -> bytes:
    """MusicXML in its compressed form, a twentieth of the size; notation programs open it as well.

    Source: MusicXML 4.0, "Compressed .mxl files".
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in (("META-INF/container.xml", _CONTAINER.encode()), ("tune.musicxml", musicxml_bytes(tune))):
            # An entry's time is the format's earliest date, so that a tune always gives the same file.
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _link(word: str, data: bytes, format: str, name: str, title: str) -> str:
    content = base64.b64encode(data).decode()
    label = html.escape(f"{word}: {title}")
    return f'<a download="{name}" aria-label="{label}" href="data:{format};base64,{content}">{word}</a>'
