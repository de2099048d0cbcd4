"""The normal form of a tune."""

import pytest

from folkkeras.notation.normal_form import normalise

MESSY = """X: 27
T: The Humours
T: An alias
C:Anon
Z: id:dc-slip jig-3
N:a note
M: 9/8 % as played
L:1/8
Q:120
%%MIDI program 1
K:D Major

P:A
AB``c d`ef|!
w:la la la
% a comment
[P:B]gfe [M:6/8]edc|\\
K: G % a change
[K: A]ABc dBG|\\
 cde f!trill!|
d:|
W:words at the end
"""


def test_a_messy_tune_is_normalised_and_dropped_items_are_counted() -> None:
    normal = normalise(MESSY)
    assert normal.text == (
        "X:1\nT:The Humours\nR:slip jig\nM:9/8\nL:1/8\nK:D\n"
        "ABc def|\ngfe [M:6/8]edc|\nK:G\n[K:A]ABc dBG| cde f!trill!|\nd:|\n\n"
    )
    assert normal.dropped == {
        "T: fields": 1,
        "C: fields": 1,
        "Z: fields": 1,
        "N: fields": 1,
        "Q: fields": 1,
        "comments and directives": 2,
        "part labels": 2,
        "backticks": 3,
        "! line breaks": 1,
        "lyrics": 2,
        "\\ joins": 2,
    }


def test_a_type_in_r_takes_precedence_over_one_in_z() -> None:
    assert "R:reel\n" in normalise("X:1\nT:A\nZ: id:dc-jig-3\nR:reel\nK:D\nabc|").text


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        *[
            ("D Major", "D"),
            ("Emin", "Em"),
            ("E Minor", "Em"),
            ("EMixolydian", "Emix"),
            ("A dor", "Ador"),
            ("Bb", "Bb"),
        ],
        *[("F# aeolian", "F#m"), ("D =c", "D =c"), ("Hp", "Hp"), ("none", "none"), ("G clef=bass", "G clef=bass")],
    ],
)
def test_keys_have_one_spelling_and_types_are_in_lower_case(written: str, spelled: str) -> None:
    assert normalise(f"X:1\nR:Double Jig\nK:{written}\nabc|").text == f"X:1\nR:double jig\nK:{spelled}\nabc|\n\n"
    assert f"\nK:{spelled}\n" in normalise(f"X:1\nK:C\nabc|\nK:{written}\ndef|").text


def test_normalising_a_normal_form_does_not_change_it() -> None:
    once = normalise(MESSY).text
    assert normalise(once).text == once


def test_a_tune_in_several_voices_is_left_out_but_not_one_in_one_voice() -> None:
    assert normalise("X:1\nK:D\nV:1\nabc|\nV:2\nA3|").fault == "tunes in several voices"
    assert normalise("X:1\nK:D\n[V:1]abc|\n[V:2]A3|").fault == "tunes in several voices"
    one = normalise("X:1\nV:1 name=fiddle\nK:D\nabc|")
    assert one.fault is None
    assert one.text == "X:1\nK:D\nabc|\n\n"


@pytest.mark.parametrize("body", ["", "|:", "K:G", "M:C"])
def test_a_tune_without_notes_is_left_out(body: str) -> None:
    assert normalise(f"X:1\nK:D\n{body}").fault == "tunes without notes"


def test_a_line_that_begins_with_a_repeat_has_notes() -> None:
    assert normalise("X:1\nK:D\n|:abc:|").fault is None


def test_a_tune_without_a_key_is_not_left_out() -> None:
    assert normalise("X:1\nT:A\nabc|\ndef|").text == "X:1\nT:A\nabc|\ndef|\n\n"


def test_control_characters_are_removed() -> None:
    assert normalise("X:1\nT:A\x1b[31mB\nK:D\na\tb\x07\x9bc|").text == "X:1\nT:A[31mB\nK:D\na bc|\n\n"


@pytest.mark.parametrize("line", ["`X:1", " K:D", "`%abc", "[V:1]T:x", "a\\\n `M:3/4"])
def test_a_line_that_becomes_a_field_when_cleaned_is_left_out(line: str) -> None:
    once = normalise(f"X:1\nK:G\nabc|\n{line}\n")
    assert normalise(once.text).text == once.text


@pytest.mark.parametrize(
    ("written", "title", "type"),
    [
        ("ACROBAT'S -- HORNPIPE", "Acrobat's", "hornpipe"),
        ("TAKE HENCE THE BOWL", "Take Hence the Bowl", None),
        ("JOHN O'NEILL'S FAREWELL TO MCDONALD", "John O'Neill's Farewell to McDonald", None),
        ("Silken Cravat., The", "The Silken Cravat", None),
        ('"All Aboard" -- Reel', "All Aboard", "reel"),
        ("Miss Katie Hall's Reel.", "Miss Katie Hall's Reel", None),
        ("There's my thumb &c.", "There's my thumb &c.", None),
        ("Martin Wynne's No. 1", "Martin Wynne's No. 1", None),
    ],
)
def test_a_title_is_cleaned(written: str, title: str, type: str | None) -> None:
    header = normalise(f"X:1\nT: {written}\nK:D\nabc|").header
    assert (header["T"], header.get("R")) == (title, type)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("(ed).d2 |=20", "(ed).d2 |"),  # left by mail programs
        ("(fa).A.c =", "(fa).A.c"),
        ('"4"a"0"e "SEGUE"d2 "^Segno"c2', "ae d2 c2"),  # fingerings and remarks
        ("!4!a2 !trill!b !8va(!c +roll+d +f+e", "a2 !trill!b c !roll!d !f!e"),
        ("+CEG+2 +c^e+", "[CEG]2 [c^e]"),
        ("d2 d2|agfg ester -- Jig", "d2 d2|agfg --"),
        ("kd2 U(3abc", "d2 (3abc"),  # letters that nobody defines
        ("A2  B2 yc2", "A2 B2 c2"),
    ],
)
def test_a_line_of_music_is_cleaned(written: str, kept: str) -> None:
    assert normalise(f"X:1\nK:D\n{written}\n").body == kept
    assert normalise(f"X:1\nK:D\n{kept}\n").body == kept


def test_chord_symbols_are_included_on_request() -> None:
    tune = 'X:1\nK:D\n"Am7/G"A2 "^slowly"B2 "SEGUE"c2|\n'
    assert normalise(tune).body == "A2 B2 c2|"
    assert normalise(tune, chords=True).body == '"Am7/G"A2 B2 c2|'


def test_a_letter_defined_by_the_tune_is_expanded() -> None:
    assert normalise("X:1\nU:W=!trill!\nU:T=!nil!\nK:D\nWA2 TB2|\n").body == "!trill!A2 B2|"


def test_text_between_and_after_the_music_is_left_out() -> None:
    tune = (
        "X:1\n%folkkeras {a}\nK:C\nCDEF|\nH:a bad cad\n%%begintext\nA bad cafe\n%%endtext\n\\special{abc}\nGABc|]\n\n"
        "This air was a favourite of the bad cad.\n"
    )
    assert normalise(tune).body == "CDEF|\nGABc|]"
