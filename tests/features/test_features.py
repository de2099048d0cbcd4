"""The features of a text: what they see, that two implementations agree, and what they say of a tune that one knows."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkkeras.corpus.sources import read_source
from folkkeras.errors import UsageError
from folkkeras.features.columns import ALL, COPIED, COUNT, FEATURES, GROUPS, NONE, features_of, sizes_of
from folkkeras.features.compiled import features_of_text
from folkkeras.features.inputs import model_inputs
from folkkeras.features.machine import read
from folkkeras.features.state import CLOCK, HISTORY, IN_BODY, LENGTH, SIZE, TICKS, TIME, clear
from folkkeras.features.stream import FeatureStream
from folkkeras.music.reading import read_tune
from folkkeras.notation.normal_form import normalise
from folkkeras.vocabulary import Vocabulary

Rows = npt.NDArray[np.int32]
PIECES = [
    *("X:1\n", "T:A\n", "R:reel\n", "M:6/8\n", "M:C|\n", "M:none\n", "L:1/16\n", "K:Edor\n", "K:D\n", "K:HP\n", "\n"),
    *"ABcdz' ,2/3|:[]()<>-^={}\"!&%~`$+1é",
    *("999", "L:1/1\n", "M:2+3/8 % 7\n", "M:1/999\n", "M:999/1\n", "[K:A]", ":|3 ", "[1", "B,,", "c'", "[|:"),
    *("|1 ", ":|2 ", "::", "|]", "||", "[|", "(3", "(3:2:4", "[K:G]", "[M:3/4]", "a2b/", "[CE]2", "A>>B", "{gf}"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)
TUNE = """X:1
T:A
R:reel
M:4/4
L:1/8
K:D
A2|d2fd A2FA|BGEG FDDA|d2fd A2FA|1 BGEF D2:|2 BGEF D2fg||
a2fa b2ga|BGEG FD(3DEF|a2fa b2ga|BGEF D2:|

"""


def rows_of(text: str, vocabulary: Vocabulary | None = None) -> Rows:
    """The features of each character, by the implementation for one character at a time."""
    vocabulary = vocabulary or Vocabulary.from_text(text)
    stream = FeatureStream(vocabulary.codes.tolist())
    found = np.empty((len(text), COUNT), np.int32)
    for number, index in enumerate(vocabulary.encode(text).tolist()):
        stream.read(index)
        found[number] = stream.row
    return found


def named(text: str, after: str) -> dict[str, int | str]:
    """The features after the first occurrence of a piece of a tune, with the characters that may be copied."""
    vocabulary = Vocabulary.from_text(text)
    row = rows_of(text[: text.index(after) + len(after)], vocabulary)[-1]
    values: dict[str, int | str] = dict(zip(FEATURES, row.tolist(), strict=True))
    for name in COPIED:
        values[name] = vocabulary.characters[int(values[name]) - 1] if values[name] else ""
    return values


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_no_feature_depends_on_what_follows(before: str, after: str, other: str) -> None:
    vocabulary = Vocabulary.from_text(before + after + other)
    one, another = rows_of(before + after, vocabulary), rows_of(before + other, vocabulary)
    assert np.array_equal(one[: len(before)], another[: len(before)])


def test_no_feature_of_a_real_tune_depends_on_what_follows() -> None:
    tunes = [normalise(tune).text for tune in read_source("ryans").tunes[:40]]
    vocabulary = Vocabulary.from_text(*tunes)
    random = np.random.default_rng(1)
    for tune, other in pairwise(tunes):
        place = int(random.integers(1, len(tune)))
        whole, changed = rows_of(tune, vocabulary), rows_of(tune[:place] + other[place:], vocabulary)
        assert np.array_equal(whole[:place], changed[:place])


@given(TEXTS)
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
def test_the_compiled_functions_give_the_same_features(text: str) -> None:
    vocabulary = Vocabulary.from_text(text + "X")
    ids = vocabulary.encode(text).astype(np.int32)
    rows = rows_of(text, vocabulary)
    assert np.array_equal(features_of_text(ids, vocabulary.codes), rows)
    first = len(text) // 2
    assert np.array_equal(features_of_text(ids, vocabulary.codes, first), rows[first:])
    sizes = sizes_of(FEATURES, len(vocabulary))
    assert (rows >= 0).all()
    assert (rows < np.array(sizes)).all()


def test_the_compiled_functions_give_the_same_features_of_real_tunes() -> None:
    tunes = [*read_source("ryans").tunes[:60], *map(_normal, read_source("oneills").tunes[:60])]
    text = "\n\n".join(tunes)
    vocabulary = Vocabulary.from_text(text)
    ids = vocabulary.encode(text).astype(np.int32)
    assert np.array_equal(features_of_text(ids, vocabulary.codes), rows_of(text, vocabulary))


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_a_stream_that_is_set_back_continues_as_if_nothing_had_been_read(before: str, other: str, after: str) -> None:
    vocabulary = Vocabulary.from_text(before + other + after)
    stream = FeatureStream(vocabulary.codes.tolist())

    def read_all(text: str) -> list[list[int]]:
        rows = []
        for index in vocabulary.encode(text).tolist():
            stream.read(index)
            rows.append(list(stream.row))
        return rows

    read_all(before)
    kept = stream.state()
    read_all(other)
    stream.set_state(kept)
    assert read_all(after) == rows_of(before + after, vocabulary)[len(before) :].tolist()


def test_a_tune_has_the_same_features_alone_and_after_another() -> None:
    tunes = [_normal(tune) for tune in read_source("ryans").tunes[:20]]
    vocabulary = Vocabulary.from_text(*tunes)
    together = rows_of("".join(tunes), vocabulary)
    alone = np.concatenate([rows_of(tune, vocabulary) for tune in tunes])
    assert np.array_equal(together, alone)


def test_bars_are_as_long_as_music_reads_them() -> None:
    tunes = [_normal(tune) for name in ("ryans", "oneills", "airds") for tune in read_source(name).tunes[::9]]
    wrong = [tune for tune in tunes if _bar_lengths(tune) != [bar.length for bar in read_tune(tune).bars]]
    assert len(tunes) > 400
    assert len(wrong) <= 0.005 * len(tunes), wrong[0]


def test_features_say_where_the_next_character_stands() -> None:
    assert named(TUNE, "K:D\n") | {"time": 1, "bar": 1, "part": 1} == named(TUNE, "K:D\n")
    after_note = named(TUNE, "|d2")
    assert (after_note["time"], after_note["time_left"]) == (1 + 24, 2 + 72)  # in 96ths of a whole note
    assert named(TUNE, "A2|")["bar"] == 1  # the pick-up does not count
    assert named(TUNE, "d2fd A2FA|BGEG FDDA|")["bar"] == 3
    assert named(TUNE, "(3DE")["time"] == 1 + 72 + 16
    assert after_note["units_left"] == 2 + 4 * 6  # in quarters of the unit length, an eighth


def test_a_phrase_of_four_bars_ends_before_the_next_pick_up() -> None:
    """The first part of the tune has a pick-up of two eighths."""
    assert [named(TUNE, after)["phrase_left"] for after in ("K:D\n", "|1 BGEF D2", ":|2 BGEF D2")] == [1, 1, 1]
    assert named(TUNE, "FDDA|")["phrase_left"] == 1 + 2 * 96 - 24
    assert named(TUNE, "A2|")["phrase_left"] == FEATURES["phrase_left"] - 1  # more than is counted


def test_a_later_ending_continues_its_part_where_the_first_ending_began() -> None:
    first, later = named(TUNE, "|1 "), named(TUNE, ":|2 ")
    assert {name: first[name] for name in ("bar", "part")} == {"bar": 4, "part": 1}
    assert {name: later[name] for name in ("bar", "part")} == {"bar": 4, "part": 1}
    assert first["field"] != later["field"]
    assert named(TUNE, ":|2 BG")["previous"] == "E"
    second = named(TUNE, "||\n")
    assert {name: second[name] for name in ("bar", "part", "previous_part")} == {
        "bar": 1,
        "part": 2,
        "previous_part": 4,
    }
    assert [named(TUNE, after)["bars_left"] for after in ("||\n", "b2ga|", "FD(3DEF|")] == [17 + 4, 17 + 3, 17 + 2]


def test_copies_name_what_stood_at_the_same_place_before() -> None:
    assert named(TUNE, "FDDA|d2f")["lag_2"] == "d"
    assert named(TUNE, "b2ga|BGE")["previous"] == "G"
    assert named(TUNE, "b2ga|BGE")["lag_4"] == "G"
    assert named(TUNE, "FDDA|d2fd A")["match"] == "2"
    assert named(TUNE, "FDDA|d2fd A2FA")["lag_2_record"] == 15  # its last four guesses were right
    assert named(TUNE, "D2:|2 BGEF D2fg||\na2fa b2ga|BGEG FD(3")["lag_8"] == ""


def test_a_moved_note_continues_the_melody_as_an_earlier_bar_does() -> None:
    tune = "X:1\nT:A\nM:2/4\nL:1/8\nK:C\nCEDC|DFED|EG^FE|B,Dx"
    ends = ("|D", "|DF", "FED|EG", "FED|EG^", "FE|B,")
    assert [named(tune, after)["lag_1_moved"] for after in ends] == ["-CDEFGAB".index(note) for note in "FEFFD"]
    assert named(tune, "|DFE")["lag_1_moved_record"] == 3  # its first two guesses were right


def test_a_moved_note_keeps_octave_marks_and_a_change_of_key() -> None:
    head = "X:1\nT:A\nM:2/4\nL:1/8\nK:C\n"
    assert named(head + "DB,CD|E", "|E")["lag_1_moved"] == "-CDEFGAB".index("C")
    assert named(head + "CDEF|C", "|C")["lag_1_moved"] == "-CDEFGAB".index("D")
    assert named(head + "CDEF|[K:G]C", "]C")["lag_1_moved"] == "-CDEFGAB".index("D")
    assert named(head + "F|[K:G]G", "]G")["interval"] == 12 + 1


def test_third_and_fourth_endings_continue_the_part() -> None:
    tune = "X:1\nM:4/4\nL:1/8\nK:C\nA8|A8|1 B8:|2 c8:|3 d8:|4 e8||"
    assert [named(tune, after)["bar"] for after in ("A8|A8|", "|1 ", "|2 ", "|3 ", "|4 ")] == [3, 3, 3, 3, 3]
    assert {named(tune, after)["part"] for after in ("|1 ", "|2 ", "|3 ", "|4 ")} == {1}


def test_bars_are_counted_through_changes_of_metre() -> None:
    tune = "X:1\nM:none\nL:1/8\nK:C\nAB|cd|[M:4/4]A8|B8|[M:2+3/8 % five]A5|[|:c5|"
    assert [named(tune, after)["bar"] for after in ("AB|", "cd|", "A8|", "B8|", "A5|")] == [2, 3, 4, 5, 6]
    assert named(tune, "five]A")["time_left"] == 2 + 4 * 12
    assert (named(tune, "[|:")["part"], named(tune, "c5|")["bar"]) == (2, 2)
    tune = "X:1\nM:4/4\nL:1/8\nK:C\nA2|[M:4/4]d8|d8|d8|d6|"
    assert named(tune, "d6")["phrase_left"] == 1


def test_the_time_left_in_a_part_is_that_of_the_previous_part() -> None:
    tune = "X:1\nM:2/4\nL:1/8\nK:C\nC|" + "A4|" * 5 + "D3||c|" + "d4|" * 5 + "e3|]"
    assert named(tune, "D")["part_left"] == 1 + 2 * 48 + 2 * 12  # of eight bars
    assert [named(tune, after)["part_left"] for after in ("e", "e3", "e3|")] == [1 + 24, 1, 1]


def test_a_cadence_joins_the_last_note_with_the_time_left_in_its_part() -> None:
    tune = "X:1\nM:2/4\nL:1/8\nK:D\n" + "d4|" * 6 + "e2fg|ad3|]B4|"
    ends = {"d4|" * 6: (0, 16), "e": (1, 14), "e2f": (2, 10), "fg|": (3, 8), "|a": (4, 6), "ad": (0, 4), "ad3|": (0, 0)}
    for after, (degree, eighths_of_a_bar) in ends.items():
        assert named(tune, after)["cadence"] == 1 + 17 * degree + eighths_of_a_bar
    assert [named(tune, after)["cadence"] for after in ("d4|" * 5, "|]", "B4")] == [0, 0, 0]
    assert [named(head + "d4|", "d4|")["cadence"] for head in ("M:none\nK:D\n", "M:4/4\nK:none\n")] == [0, 0]


def test_the_final_is_the_degree_on_which_the_part_before_ended() -> None:
    tune = "X:1\nM:2/4\nL:1/8\nK:D\nd4|e4|1 f4:|2 g,4||c4|]"
    assert [named(tune, after)["final"] for after in ("f4", ":|2", "g,", "||", "c4", "|]")] == [0, 3, 3, 4, 4, 7]
    tune = "X:1\nM:2/4\nL:1/8\nK:D\nd4||[K:G]c4||[K:none]"
    assert [named(tune, after)["final"] for after in ("||", "[K:G]", "c4||")] == [1, 5, 4]


def test_the_inputs_of_a_model_have_names() -> None:
    vocabulary = Vocabulary.from_text(TUNE)
    inputs = model_inputs(TUNE, vocabulary, features_of("bar,match"))
    assert list(inputs) == ["characters", *GROUPS["bar"], *GROUPS["match"]]
    assert {values.shape for values in inputs.values()} == {(1, len(TUNE))}
    assert np.array_equal(inputs["bar"][0], rows_of(TUNE)[:, list(FEATURES).index("bar")])


def test_groups_of_features_are_chosen_by_name() -> None:
    assert features_of(NONE) == ()
    assert features_of(ALL) == tuple(FEATURES)
    assert features_of("match,time") == (*GROUPS["time"], *GROUPS["match"])
    with pytest.raises(UsageError, match=r"--features 'rhythm' is not one of all, none, header, "):
        features_of("time,rhythm")


def _normal(tune: str) -> str:
    return normalise(tune).text


def _bar_lengths(text: str) -> Sequence[Fraction]:
    """The lengths of a tune's bars by the features' clock."""
    state = [0] * SIZE
    clear(state)
    lengths = []
    for character in text:
        time, place, in_body = state[TIME], state[LENGTH], state[IN_BODY]
        read(state, ord(character), ord(character))
        if not state[LENGTH]:
            break
        if in_body and time and state[CLOCK + place % HISTORY] < 0:
            lengths.append(Fraction(time, TICKS))
    return lengths
