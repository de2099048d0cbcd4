"""Where bars stand in a tune's text."""

import re

from support.tunes import TUNES

from folkkeras.music.bar_text import bar_texts
from folkkeras.music.reading import read_tune
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import music_begins


def contents(music: str) -> list[str]:
    text = f"X:1\nM:C\nL:1/8\nK:D\n{music}"
    found = [text[place.begin : place.end] for place in bar_texts(text)]
    assert len(found) == len(read_tune(text).bars)
    return found


def test_each_bar_has_its_place_from_its_first_sign_to_its_bar_line() -> None:
    assert contents('|:"D"{a}A2 (3Bcd|~d4 z4 :|[2 [df]8|]\n') == ['"D"{a}A2 (3Bcd', "~d4 z4 ", "[df]8"]
    assert contents("A4|\n% a remark\n[K:G]B4 |[M:3/4] c2- | c2") == ["A4", "B4 ", "c2- ", "c2"]
    assert contents("A4|1 B4:|2 c4||\nw:la la\n|d4") == ["A4", "B4", "c4", "d4"]


def test_a_bar_may_go_on_in_the_next_line_and_says_if_a_field_changes_within_it() -> None:
    assert contents("A4\nB4|c4\nK:G\nd4|[K:D]e4[L:1/4]f2|g4|\n") == ["A4\nB4", "c4\nK:G\nd4", "e4[L:1/4]f2", "g4"]
    text = "X:1\nK:D\nA4\nB4|c4\nK:G\nd4|[K:D]e4[L:1/4]f2|g4|\n"
    assert [place.has_fields for place in bar_texts(text)] == [False, True, True, False]


def test_real_tunes_have_as_many_places_as_bars_and_nothing_else_between_them() -> None:
    for text in (normalise(tune).text for tune in TUNES):
        places = bar_texts(text)
        assert len(places) == len(read_tune(text).bars)
        between, end = [], music_begins(text)
        for place in places:
            assert end <= place.begin < place.end <= place.after
            between.append(text[end : place.begin])
            end = place.end
        signs = re.sub(r"^[KML]:.*$|\[[KML]:.*?\]", "", "".join(between), flags=re.MULTILINE)
        assert set(signs) <= set("|:[] 123,-\n")
