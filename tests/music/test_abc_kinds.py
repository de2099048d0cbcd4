"""ABC as old collections and other programs write it is read as the standard says, section by section."""

from fractions import Fraction

import pytest

from folkkeras.music.reading import read_tune, read_tunes
from folkkeras.music.render.performance import Playing, pace, performance
from folkkeras.music.tune import Tune

HEADER = "X:1\nT:Test\nM:4/4\nL:1/4\nK:C\n"


def tune(music: str, header: str = HEADER) -> Tune:
    return read_tune(header + music + "\n")


def heard(music: str, header: str = HEADER) -> list[int]:
    """MIDI pitches in the order they are played, including graces."""
    return [note.pitch for note in performance(tune(music, header), Playing())]


def order(music: str, parts: str = "") -> str:
    """The first note of each bar in playing order, for a tune in which each bar has its own letter."""
    read = read_tune(f"X:1\nM:4/4\nL:1/4\n{f'P:{parts}' if parts else 'T:Test'}\nK:C\n{music}\n")
    return "".join(read.bars[place].events[0].pitches[0].letter.lower() for place in read.order)


SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


@pytest.mark.parametrize(
    "music",
    [
        "CDEF|% a remark {gab}\n%folkkeras {\"seed\": 5}\nGABc|]",  # 2.2.5
        "CDEF|\nH:old tune of a bad cad\nZ:abc\nGABc|]",  # fields that belong in the header only, 3
        "CDEF|\nN:a bad cad\nr:a bad cad\nw:la la la la\nGABc|]",  # fields of the body
        "CDEF|[r:a bad cad][N:abc]GABc|]",
        "CDEF|\n%%begintext\nA bad cafe\n%%endtext\nGABc|]",  # 11.4
        "CDEF|\n%%text a bad cafe\n%%begintext\n%%endtext\nGABc|]",
        "CDEF|\n\\special{abc}\nGABc|]",  # TeX
        "CDEF|GABc|]\n\nThis air was a favourite of the bad cad.\n",  # 2.2.3
        "CDEF|\n\nGABc|]",  # old collections have blank lines within tunes
        "CD`E`F|GABc|]",  # 4.7
        "CDEF|!GABc|]!",  # 10.2.1
        "!CDEF|GABc!|]",
        "CDEF=20\n|GABc|]=",  # left by mail programs
        "CDE\\\nF|GA\\ % joined\nBc|]",
    ],
)  # fmt: skip
def test_text_that_is_not_music_is_not_played(music: str) -> None:
    assert heard(music) == SCALE
    assert tune(music).complete, tune(music).faults


def test_free_text_between_tunes_is_not_part_of_a_tune() -> None:
    text = f"{HEADER}CDEF|GABc|]\n\nA bad cad, | a fad |, and more of it.\n\n{HEADER}cBAG|]\n"
    assert [len(each.bars) for each in read_tunes(text)] == [2, 1]
    assert all(each.complete for each in read_tunes(text))


def test_a_file_header_applies_to_all_tunes_of_the_file() -> None:
    text = "%abc-2.1\nM:3/4\nL:1/4\n%%propagate-accidentals not\n\nX:1\nK:C\n^F F G|]\n\nX:2\nM:2/4\nK:C\nFG|A|B|]\n"
    first, second = read_tunes(text)
    assert (first.complete, first.metre, first.unit_length) == (True, "3/4", Fraction(1, 4))
    assert [note.pitch for note in performance(first, Playing())] == [66, 65, 67]
    assert (second.metre, [str(fault) for fault in second.faults]) == ("2/4", ["line 13, bar 2: it has 2 of 4 eighths"])
    assert [bar.events for bar in read_tune(first.text).bars] == [bar.events for bar in first.bars]


@pytest.mark.parametrize(
    ("parts", "played"),
    [("ABA", "cdefcd"), ("A2B", "cdcdef"), ("(AB)2", "cdefcdef"), ("(A.B)2A", "cdefcdefcd"), ("", "cdef"),
     ("XY", "cdef"), ("AXB", "cdef"), ("AABA last time", "cdef")],
)  # fmt: skip
@pytest.mark.parametrize(
    "labels", ["P:A\nc4|d4||\nP:B\ne4|f4|]", "[P:A]c4|d4||[P:B]e4|f4|]", "P:A\nM:4/4\nc4|d4|\nP:B % b\ne4|f4|]"]
)
def test_parts_are_played_in_the_order_of_the_header(labels: str, parts: str, played: str) -> None:
    assert order(labels, parts) == played


@pytest.mark.parametrize(
    ("music", "played"),
    [
        ("[P:A]|:c4|d4:|[P:B]e4|f4:|", "cdcdefef"),  # each with its own repeats
        ("P:A\n|:c4|1d4:|2e4||\nP:B\nf4|g4:|", "cdcefgfg"),
        ("P:A\nc4|\nP:Fine\nd4|\nP:B\ne4|]", "cde"),  # a word is not a part
    ],
)
def test_a_part_has_its_own_repeats(music: str, played: str) -> None:
    assert order(music, "AB") == played


@pytest.mark.parametrize(
    ("music", "played"),
    [
        ("|:c4|1d4:|2e4|f4:|", "cdcef"),  # a sign after the last ending repeats nothing
        ("|:c4|1d4:|2e4|f4:|g4|a4:|", "cdcefgaga"),
        ("|:c4|1d4|e4:|2f4|g4||a4|]", "cdecfga"),  # endings of several bars
        ("|:c4|[1,3d4:|[2e4:|f4|]", "cdcecdf"),
        ("|:c4|[1-2d4:|[3e4|]", "cdcdce"),
        ("|:c4|1d4:|f4|]", "cdcf"),
        ("|::c4::|d4|]", "cccd"),  # 4.8: each colon adds a repetition
        ("c4:|\n:d4:|", "ccdd"),  # a colon on the next line
        ("c4:|:d4:|e4|]", "ccdde"),
        ("c4::d4:|", "ccdd"),
        ("c4|d4[|]e4|f4:|", "cdefcdef"),  # an invisible bar line
        ("[|:c4|d4:|]e4|]", "cdcde"),
        ("c4||d4|e4:|", "cdede"),  # from the last double bar
        ("|:c4||d4:|", "cdcd"),
    ],
)
def test_repeats_and_endings_are_played_in_order(music: str, played: str) -> None:
    assert order(music) == played


@pytest.mark.parametrize(
    ("music", "lengths"),
    [
        ("A>\nB|", (3, 1)), ("A>\\\nB|", (3, 1)), ("(FA)>B|", (2, 3, 1)), ("(A)<(B)|", (1, 3)), ("A->B|", (3, 1)),
        ("A>-B|", (3, 1)), ("A > B|", (3, 1)), ("A>{g}B|", (3, 1)), ("[CE]>G|", (3, 1)), ("A>>B|", ("7/2", "1/2")),
        ("A<<<B|", ("1/4", "15/4")), ("A>z|", (3, 1)), ("A>|B|", (3, 1)), ("\"Am\"A>\"G\"B|", (3, 1)),
        ("(3AB\nc|", ("4/3", "4/3", "4/3")), ("(3A>Bc|", (2, "2/3", "4/3")), ("(3:2AB|", ("4/3", "4/3")),
        ("(3::2ABc|", ("4/3", "4/3", 2)), ("(3:2:2ABc|", ("4/3", "4/3", 2)), ("(3::ABc|", ("4/3",) * 3),
        ("(2AB|", (3, 3)), ("(5ABcde|", ("4/5",) * 5), ("(3zAB|", ("4/3",) * 3), ("(3[CE]AB|", ("4/3",) * 3),
        ("A3/2B/c//|", (3, 1, "1/2")), ("[C2E2]2|", (8,)), ("[C2E]|", (4,)), ("+CE+2A|", (4, 2)), ("Z|", (8,)),
    ],
)  # fmt: skip
def test_note_lengths_are_read(music: str, lengths: tuple[int | str, ...]) -> None:
    found = [event.length * 8 for bar in tune(music).bars for event in bar.events]
    assert found == [Fraction(length) for length in lengths]


def test_tuplets_of_five_depend_on_the_metre() -> None:
    jig = tune("(5ABcde A|", HEADER.replace("4/4", "6/8"))
    assert jig.bars[0].events[0].length == Fraction(3, 5) / 4


@pytest.mark.parametrize(
    ("music", "pitches"),
    [
        ("[C-EG][CEG]|", [60, 64, 67, 64, 67]),  # a tie belongs to one note
        ("[CE]-[CE]|", [60, 64]),
        ("C-[CC]|", [60, 60]),  # one note of the unison is tied, and the other sounds
        ("C-|C-|C|", [60]),
        ("^F-|F F|", [66, 65]),  # a tie carries its accidental over the bar line, but no further
        ("[^FA]F f|", [66, 69, 66, 78]),  # 4.2: to the end of the bar, in all octaves
        ("{^f}g f|f|", [78, 79, 78, 77]),
        ("^f{f}g|", [78, 78, 79]),
        ("^c d {c}d c|", [73, 74, 73, 74, 73]),
        ("^f=f_f^^f__f|", [78, 77, 76, 79, 75]),
        ("^f g & f4|", [78, 79, 77]),  # a voice has its own accidentals
    ],
)
def test_ties_and_accidentals_belong_to_notes(music: str, pitches: list[int]) -> None:
    assert sorted(heard(music)) == sorted(pitches)


def test_accidentals_may_apply_to_one_note_or_one_octave() -> None:
    assert heard("I:propagate-accidentals not\n^ff|") == [78, 77]
    assert heard("%%propagate-accidentals octave\n^ffF|") == [78, 78, 65]


@pytest.mark.parametrize(
    ("key", "pitches"),
    [
        ("F Phr", [65, 66, 68, 70, 72, 73, 75]), ("C Loc", [65, 66, 68, 70, 72, 73, 75]),
        ("F Loc", [65, 66, 68, 70, 71, 73, 75]), ("C Phr", [65, 67, 68, 70, 72, 73, 75]),
        ("none", [65, 67, 69, 71, 72, 74, 76]), ("D =c", [66, 67, 69, 71, 72, 74, 76]),
        ("D exp _b ^f", [66, 67, 69, 70, 72, 74, 76]), ("HP", [66, 67, 69, 71, 73, 74, 76]),
        ("C octave=-1", [53, 55, 57, 59, 60, 62, 64]), ("C treble-8", [53, 55, 57, 59, 60, 62, 64]),
        ("C clef=treble+8", [77, 79, 81, 83, 84, 86, 88]), ("C transpose=-2", [63, 65, 67, 69, 70, 72, 74]),
        ("C bass3 octave=1 transpose=2", [79, 81, 83, 85, 86, 88, 90]), ("EM", [66, 67, 69, 71, 72, 74, 76]),
    ],
)  # fmt: skip
def test_keys_and_clefs_set_the_pitches(key: str, pitches: list[int]) -> None:
    header = HEADER.replace("K:C", f"K:{key}")
    assert heard("FGAB|cde2|", header) == pitches
    assert tune("FGAB|cde2|", header).complete
    assert heard(f"[K:{key}]FGAB|cde2|") == heard(f"K:{key}\nFGAB|cde2|") == pitches


def test_a_clef_alone_does_not_change_the_key() -> None:
    assert heard("F[K:bass]F[K:clef=alto]F|", HEADER.replace("K:C", "K:D")) == [66, 66, 66]
    assert heard("%%MIDI transpose -12\nC2|") == heard("C2|", "X:1\nM:4/4\nL:1/4\n%%MIDI transpose=-12\nK:C\n") == [48]


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("M:libre", "its metre 'libre' cannot be read"), ("M:6/0", "its metre '6/0' cannot be read"),
        ("L:x", "its unit note length 'x' cannot be read"), ("Q:quick", "its tempo 'quick' cannot be read"),
        ("K:Hm", "its key 'Hm' cannot be read"), ("K:D foo", "its key cannot be read in full: 'foo'"),
    ],
)  # fmt: skip
def test_an_unreadable_field_is_a_fault_and_the_notes_are_read(field: str, fault: str) -> None:
    for text in (
        f"X:1\nL:1/4\n{field}\nK:D\nDEGA|]\n",
        f"X:1\nL:1/4\nK:D\nDE|\n{field}\nGA|]\n",
        f"X:1\nL:1/4\nK:D\nDE|[{field}]GA|]\n",
    ):
        read = read_tune(text)
        assert fault in [each.message for each in read.faults]
        assert len(performance(read, Playing())) == 4


@pytest.mark.parametrize(
    ("mark", "quarters"),
    [
        ("1/4=60", 60), ("1/4=90.5", "90.5"), ("3/8=40", 60), ("1/4 3/8 1/4 3/8=40", 200), ('"Allegro" 1/4=80', 80),
        ('1/2=40 "slowly"', 80), ("1/4=100-120", 100), ("C=100", 100), ("C3=40", 120), ("120", 120),
        ('"Andante"', 120),  # the default of the metre, since the word gives no number
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["Q:{}\nK:C\nC4|", "K:C\nQ:{}\nC4|", "K:C\n[Q:{}]C4|", "K:C\n%%text\nQ:{}\n[V:1]C4|"])
def test_a_tempo_before_the_first_note_sets_the_pace(where: str, mark: str, quarters: int | str) -> None:
    read = read_tune("X:1\nM:4/4\nL:1/4\n" + where.format(mark) + "\n")
    assert pace(read, Playing()) * 4 == Fraction(quarters)


def test_a_voice_after_an_ampersand_sounds_with_the_bar() -> None:
    read = tune("c d e f & C4|g4 & E2 G2|]")
    assert read.complete
    assert [(note.onset * 4, note.pitch) for note in performance(read, Playing())] == [
        (0, 72), (0, 60), (1, 74), (2, 76), (3, 77), (4, 79), (4, 64), (6, 67),
    ]  # fmt: skip
    faults = [str(fault) for fault in tune("c4 & C3|c4 && C4|]").faults]
    assert "line 6, bar 1: the voice after its & has 6 of 8 eighths" in faults
    assert any("&& cannot be read: one & adds one voice to its bar" in fault for fault in faults)


@pytest.mark.parametrize(
    ("music", "fault"),
    [
        ("cdef|agfg ester -- Jig|", "it has a word that is not music: 'ester'"),
        ("cdef|AN|]", "it has a word that is not music: 'AN'"),
        ("cdef|\nAnd now the second part\ngabc|]", "a line is neither music nor a field: 'And now the second part'"),
        ("cdef|\nR:jig\ngabc|]", "another tune's header begins here, without an X: line"),
        ("cdef|\nM:4/4\nL:1/4\nK:D\ngabc|]", "another tune's header begins here, without an X: line"),
        ("|:cdef|1gabc:|", "ending 2 is missing"),
        ("|:cdef|[2gabc|]", "ending 1 is missing"),
        ("|:cdef|[3gabc|]", "endings 1, 2 are missing"),
        ("|:cdef|1gabc:|2gabc:|2gabc|]", "ending 1 is missing"),
        ("cdef|#gabc|]", "it has a character that is not music: '#'"),
    ],
)
def test_faults_of_incomplete_tunes_are_found(music: str, fault: str) -> None:
    assert fault in [each.message for each in tune(music).faults]


@pytest.mark.parametrize(
    "music",
    [
        "cdef|[M:3/4]gab|[K:G][L:1/8]g6|]", "cdef|\nK:G\ngabc|]", "cdef|\nM:3/4\nL:1/8\ng6|]", "cdef|\nP:B\ngabc|]",
        "cdef|[R:jig]gabc|]", "kcdef|ugvabc|]", "cdef|\nT:Second part\ngabc|]", "|:cdef|1gabc:|2gabc|]",
        "|:cdef|1,3gabc:|2gabc|]", "U:W=!trill!\nWcdWef|]", "!fine!cdef!D.C.!|]", "+trill+cdef|]", "!8va(!cdef!8va)!|]",
        '"^slowly"cdef|"Am7/G"gabc|]', "{/g}cd{ab}ef|]", "cdef .| gabc|]", "cdef [|] gabc|]", "y2cy3def|]",
    ],
)  # fmt: skip
def test_music_that_the_standard_allows_has_no_faults(music: str) -> None:
    assert not tune(music).faults


def test_a_header_line_without_a_field_is_a_fault() -> None:
    read = read_tune("X:1\nT:Test\nand a stray line\nM:4/4\nL:1/4\nK:C\nCDEF|]\n")
    assert [str(fault) for fault in read.faults] == ["line 3: a line of its header is not a field: 'and a stray line'"]


def test_decorations_slurs_and_words_belong_to_their_notes() -> None:
    (first, second, third, fourth), (fifth,) = (
        bar.events for bar in tune('"D"(uAB) .vc"^up""E7"~Td|!fermata!L4-|'.replace("L4-", "Lg4-")).bars
    )  # fmt: skip
    assert (first.symbol, first.decorations, first.slurs) == ("D", ("upbow",), (1, 0))
    assert (second.slurs, second.joined, third.joined) == ((0, 1), True, False)
    assert third.decorations == ("staccato", "downbow")
    assert (fourth.symbol, fourth.annotations, fourth.decorations) == ("E7", ("^up",), ("roll", "trill"))
    assert (fifth.decorations, bool(fifth.ties)) == (("fermata", "accent"), True)
    assert tune("U:W=!trill!\nU:T=!nil!\nWTc4|").bars[0].events[0].decorations == ("trill",)


def test_an_invisible_bar_line_does_not_end_an_ending() -> None:
    assert order("|:c4|1 d4[|]e4:|2 f4|]") == "cdecf"  # 4.8, 4.9


def test_letters_of_user_defined_symbols_are_music() -> None:
    header = "X:1\nM:4/4\nL:1/8\nU:W=!mordent!\nK:C\n"
    assert tune("WCC2WC2>\nC2C|]", header).faults == ()  # 4.16


def test_a_line_break_before_an_inline_field_is_not_a_decoration() -> None:
    read = tune("CDEF|![M:4/4]!trill!CDEF|]")  # 4.14, 10.2.1
    assert read.faults == ()
    assert read.bars[1].events[0].decorations == ("trill",)
