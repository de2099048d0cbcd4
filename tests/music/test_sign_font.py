"""The font of music signs in text: a PNG shows the accidentals of chord symbols and the notes of tempos."""

from pathlib import Path

import pytest
import resvg_py

from folkkeras.music.render.sign_font import NAME, sign_font

IMAGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">'
    '<text x="20" y="40" font-family="{}" font-size="40">{}</text></svg>'
)


@pytest.mark.parametrize("code", [0xEA64, 0xEA65, 0xEA66, 0xECA2, 0xECA3, 0xECA5, 0xECA7, 0xECA9, 0xECB7])
def test_each_sign_is_drawn(code: int, tmp_path: Path) -> None:
    path = tmp_path / "signs.otf"
    path.write_bytes(sign_font())

    def image(text: str) -> bytes:
        svg = IMAGE.format(NAME, text)
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(path)]))

    assert image(chr(code)) not in (image(" "), image(""), image("\ueca0"), image("A"))
